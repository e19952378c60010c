"""One box for everything: a code, a serial, a lot, an agent, a plant, a company, the name of a part."""

from collections.abc import Iterable

from hub.named import Named
from hub.page_paths import agent_path, has_page, item_path, organisation_path, plant_path
from hub.search.code import looks_like_code, read_code
from hub.search.views import Hit, HitKind, SearchView
from hub.store.core.database import Reading
from hub.store.master.queries import Master, PartEntry, part_name, parts_named, read_master
from hub.store.search.pieces import KINDS, items_like
from hub.store.search.queries import is_named, parts_like
from hub.trace.catalogue import item_label, part_of_item
from hub.trace.naming import Naming
from traceability.errors import IdentifierRefused
from traceability.identifier.alias import alias_name
from traceability.identifier.item import ItemKind, item_uri, parse_item

LIMIT = 20
LONGEST = 400
LATEST = 10_000
"""Of so many results and links numbers are searched from within; of all, by how they begin and end."""
FURTHER = 30_000
"""The same for who looks further back."""
_KINDS = {ItemKind.UNIT: HitKind.UNIT, ItemKind.LOT: HitKind.LOT}


def search(connection: Reading, query: str, limit: int = LIMIT, before: int | None = None) -> SearchView:
    """Hits for ``query``, at most ``limit`` of each kind. A whole code gives exactly what it names.

    With ``before`` only numbers that hold it and stand in batches before that one.
    """
    text = query.strip()[:LONGEST]
    if not text:
        return SearchView(query=query, read_as=None, hits=(), truncated=False)
    problem = ""
    if looks_like_code(text):
        try:
            return search_item(connection, query, item_uri(read_code(text)), limit)
        except IdentifierRefused as error:
            problem = str(error)
    elif (item := item_called(connection, text)) is not None:
        return search_item(connection, query, item, limit)
    items = items_like(connection, text, limit + 1, LATEST if before is None else FURTHER, before)
    groups = [_hits(connection, items.of[kind]) for kind in KINDS]
    if before is None:
        parts = [_part_hit(entry) for entry in parts_like(connection, text, limit + 1)]
        groups += [parts, *_of_master(read_master(connection), text)]
    return SearchView(
        query=query,
        read_as=None,
        hits=tuple(hit for group in groups for hit in group[:limit]),
        truncated=any(len(group) > limit for group in groups),
        problem=problem,
        latest_only=items.older is not None,
        older=items.older,
        not_all=items.cut,
    )


def search_item(connection: Reading, query: str, item: str, limit: int) -> SearchView:
    """The unit, lot or part of a canonical identity, by whichever of its names the hub knows it."""
    if parse_item(item).kind is ItemKind.PART:
        entries = parts_like(connection, item, limit)
        hits = tuple(_part_hit(entry) for entry in entries)
        return SearchView(query=query, read_as=item, hits=hits, truncated=False)
    naming = Naming(connection)
    naming.learn([item])
    one = naming.canonical_of(item)
    if not has_page(one):
        one = item
    known = any(is_named(connection, name) for name in naming.spellings_of([one]))
    hit = _item_hit(one, parts_named(connection, [part_of_item(parse_item(one))]), known=known)
    return SearchView(query=query, read_as=item, hits=(hit,), truncated=False)


def item_called(connection: Reading, text: str) -> str | None:
    """The unit or lot that a private identity, an EPC URN or another system's name stands for; None: none does."""
    try:
        name = alias_name(text)
    except IdentifierRefused:
        return None
    naming = Naming(connection)
    naming.learn([name])
    item = naming.canonical_of(name)
    return item if has_page(item) else None


def _hits(connection: Reading, items: Iterable[str]) -> list[Hit]:
    found = [item for item in items if has_page(item)]
    parts = parts_named(connection, {part_of_item(parse_item(item)) for item in found})
    return [_item_hit(item, parts) for item in found]


def _item_hit(item: str, parts: dict[str, PartEntry], *, known: bool = True) -> Hit:
    parsed = parse_item(item)
    part = part_name(parts, part_of_item(parsed))
    return Hit(
        kind=_KINDS[parsed.kind],
        id=item,
        title=item_label(parsed),
        detail=part.name,
        detail_zh=part.name_zh,
        url=item_path(item),
        known=known,
    )


def _part_hit(entry: PartEntry) -> Hit:
    return Hit(
        kind=HitKind.PART,
        id=entry.named.id,
        title=entry.named.name,
        title_zh=entry.named.name_zh,
        detail=entry.named.id.rsplit("/", 1)[-1],
        url=plant_path(entry.plants[0]),
    )


def _of_master(master: Master, text: str) -> list[list[Hit]]:
    plants = [
        Hit(
            kind=HitKind.PLANT,
            id=entry.named.id,
            title=entry.named.name,
            title_zh=entry.named.name_zh,
            detail=entry.organisation.name,
            detail_zh=entry.organisation.name_zh,
            url=plant_path(entry.named.id),
        )
        for entry in master.plants.values()
        if _holds(text, _words(entry.named))
    ]
    agents = [
        Hit(
            kind=HitKind.AGENT,
            id=entry.author,
            title=entry.author,
            detail=named.name,
            detail_zh=named.name_zh,
            url=agent_path(entry.author),
        )
        for entry in master.authors.values()
        if (named := master.plant_named(entry.plant)) is not None and _holds(text, (entry.author,))
    ]
    organisations = [
        Hit(
            kind=HitKind.ORGANISATION,
            id=named.id,
            title=named.name,
            title_zh=named.name_zh,
            url=organisation_path(named.id),
        )
        for named in master.organisations.values()
        if _holds(text, _words(named))
    ]
    return [sorted(group, key=lambda hit: hit.id) for group in (plants, agents, organisations)]


def _words(named: Named) -> tuple[str, ...]:
    return named.id, named.name, named.name_zh


def _holds(text: str, words: Iterable[str]) -> bool:
    return any(text.casefold() in word.casefold() for word in words)
