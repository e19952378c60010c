"""Policies, and who owns what: everything that decides what an organisation sees. Read past the views."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

import msgspec
from sqlalchemy import (
    CompoundSelect,
    Executable,
    Result,
    String,
    bindparam,
    func,
    literal_column,
    or_,
    select,
    text,
    tuple_,
    union_all,
)

from hub.store.core.chunks import in_chunks
from hub.store.core.database import Reading
from hub.store.core.dialect import is_postgres, own_schema
from hub.store.core.instant import from_micros, to_micros
from hub.store.sharing.views import NOTED
from hub.store.tables.every import (
    PROJECTION,
    author_key,
    batch,
    company_prefix,
    link,
    organisation,
    plant,
    sharing_policy,
    unit_result,
)
from hub.store.tiers.cold import body_of
from traceability.record.sharing import DataKind, Items

Place = tuple[int, int]
"""Log index of a batch and line in it."""
_HUB_SEALED = "hub"


class StoredPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """One policy as sealed; ``batch_id`` and ``line`` are its version. ``kinds`` None takes an earlier one back."""

    id: str
    owner: str
    partner: str
    part: str
    kinds: tuple[DataKind, ...] | None
    items: Items
    valid_from: datetime
    by: str
    batch_id: int
    line: int


class Sealed(msgspec.Struct, frozen=True, kw_only=True):
    """A record about ``item`` that the asker may know of and not see."""

    item: str
    kind: str
    id: str
    batch_id: int
    line: int


def policies_stated(
    connection: Reading, now: datetime, *, owner: str | None = None, partner: str | None = None
) -> list[StoredPolicy]:
    """Policies that the hub sealed and that begin by ``now``, in the order of the log; of one owner, or about one
    partner (and about every partner)."""
    query = select(sharing_policy).where(
        sharing_policy.c.author == _HUB_SEALED, sharing_policy.c.valid_from <= to_micros(now)
    )
    if owner is not None:
        query = query.where(sharing_policy.c.owner == owner)
    if partner is not None:
        named = or_(sharing_policy.c.partner.in_(("", partner)), sharing_policy.c.owner == partner)
        query = query.where(named)
    rows = _past_views(connection, query.order_by(sharing_policy.c.batch_id, sharing_policy.c.line))
    return [_policy(row) for row in rows]


def all_policies_of(connection: Reading, owner: str) -> list[StoredPolicy]:
    """Every policy that ``owner`` ever had, also those that begin later, in the order of the log."""
    query = select(sharing_policy).where(sharing_policy.c.author == _HUB_SEALED, sharing_policy.c.owner == owner)
    return [
        _policy(row) for row in connection.execute(query.order_by(sharing_policy.c.batch_id, sharing_policy.c.line))
    ]


def policies_about(connection: Reading, partner: str) -> list[StoredPolicy]:
    """Policies of others that speak of ``partner``, also those that begin later, in the order of the log."""
    query = select(sharing_policy).where(
        sharing_policy.c.author == _HUB_SEALED, sharing_policy.c.partner == partner, sharing_policy.c.owner != partner
    )
    return [
        _policy(row) for row in connection.execute(query.order_by(sharing_policy.c.batch_id, sharing_policy.c.line))
    ]


def owners_of_authors(connection: Reading, plants: dict[str, str]) -> dict[str, str]:
    """Author -> organisation, of authors that belong to a plant."""
    rows = _past_views(connection, select(author_key.c.id, author_key.c.plant).order_by(author_key.c.batch_id))
    return {row.id: plants[row.plant] for row in rows if row.plant in plants}


def owners_of_plants(connection: Reading) -> dict[str, str]:
    """Plant -> organisation, as stated last."""
    rows = _past_views(connection, select(plant.c.id, plant.c.organisation).order_by(plant.c.batch_id, plant.c.line))
    return {row.id: row.organisation for row in rows}


def owners_of_items(
    connection: Reading, items: Collection[str], authors: Mapping[str, str], plants: Mapping[str, str]
) -> set[str]:
    """Organisations that have records about one of ``items``; of what the hub sealed, those of the plants named."""
    found: set[str] = set()
    for column in (unit_result.c.unit, link.c.parent, link.c.child):
        table = column.table
        for chunk in in_chunks(items):
            query = select(table.c.author, table.c.plant).where(column.in_(chunk)).distinct()
            for row in connection.execute(query):
                owner = authors.get(row.author) or plants.get(row.plant or "")
                found |= {owner} if owner else set()
    return found


def organisations_known(connection: Reading) -> frozenset[str]:
    """The ids of all organisations."""
    return frozenset(row.id for row in _past_views(connection, select(organisation.c.id)))


def prefixes_of(connection: Reading, owner: str) -> tuple[str, ...]:
    """The GS1 company prefixes of an organisation."""
    query = select(company_prefix.c.prefix).where(company_prefix.c.organisation == owner)
    return tuple(row.prefix for row in _past_views(connection, query))


def sealed_about(connection: Reading, items: Collection[str], most: int, log_size: int | None = None) -> list[Sealed]:
    """Records about ``items`` that the asker of this connection may know of and not see; at most ``most``."""
    before = "" if log_size is None else f" AND batch_id < {int(log_size)}"
    found: list[Sealed] = []
    for chunk in in_chunks(items):
        marks = ", ".join(f":i{number}" for number in range(len(chunk)))
        query = text(
            f"SELECT DISTINCT item, kind, id, batch_id, line FROM sealed WHERE item IN ({marks}){before}"  # noqa: S608 - marks
            " ORDER BY item, batch_id, line, kind LIMIT :most"
        )
        values = {f"i{number}": name for number, name in enumerate(chunk)}
        found += [
            Sealed(item=row.item, kind=row.kind, id=row.id, batch_id=row.batch_id, line=row.line)
            for row in connection.execute(query, values | {"most": most - len(found)})
        ]
        if len(found) >= most:
            break
    return found


def sealed_bodies(connection: Reading, batches: Collection[int]) -> Iterator[tuple[int, bytes]]:
    """The stored bytes of ``batches``, to take hashes of: they are the log's and nobody's to see."""
    for chunk in in_chunks(batches):
        for row in _past_views(connection, select(batch.c.id, batch.c.body).where(batch.c.id.in_(chunk))):
            yield row.id, body_of(connection, row.id, bytes(row.body))


def sees_part(connection: Reading) -> bool:
    """Whether this connection shows what an organisation may see, and not everything."""
    return NOTED in connection.info


def places_seen_whole(connection: Reading, places: Collection[Place]) -> set[Place]:
    """Those of ``places`` of which the asker sees some row, and there is none that it does not see."""
    seen: Counter[Place] = Counter()
    there: Counter[Place] = Counter()
    server = is_postgres(connection.dialect)
    every = tuple(name for name, table in PROJECTION.items() if "line" in table.c)
    for chunk in in_chunks(places, _PLACES_AT_ONCE):
        wanted = {_PLACES: list(chunk) if server else msgspec.json.encode(list(chunk)).decode()}
        found: Sequence[Any] = _past_views(connection, _rows_at(every, server=server), wanted).all()
        for _, batch_id, line, rows in found:
            there[batch_id, line] += rows
        held = tuple(sorted({row[0] for row in found}))
        shown: Sequence[Any] = connection.execute(_rows_at(held, server=server), wanted).all() if held else []
        for _, batch_id, line, rows in shown:
            seen[batch_id, line] += rows
    return {place for place, rows in seen.items() if rows and rows == there[place]}


_PLACES, _PLACES_AT_ONCE = "places", 200


@cache
def _rows_at(names: tuple[str, ...], *, server: bool) -> CompoundSelect[str, int, int, int]:
    """Of each table the number of rows at each of the places, in one statement that is made once."""
    arms = []
    for name in names:
        table = PROJECTION[name].c
        both = tuple_(table.batch_id, table.line)
        if server:
            here = both.in_(bindparam(_PLACES, expanding=True))
        else:
            each = func.json_each(bindparam(_PLACES, type_=String)).table_valued("value")
            parts = (func.json_extract(each.c.value, f"$[{at}]") for at in range(2))
            here = both.in_(select(*parts))
        counted = select(literal_column(f"'{name}'", String), table.batch_id, table.line, func.count()).where(here)
        arms.append(counted.group_by(table.batch_id, table.line))
    return union_all(*arms)


def _past_views(connection: Reading, query: Executable, given: Mapping[str, Any] | None = None) -> Result[Any]:
    past = {"schema_translate_map": {None: own_schema(connection)}}
    return connection.execute(query, given or {}, execution_options=past)


def _policy(row: Any) -> StoredPolicy:
    return StoredPolicy(
        id=row.id,
        owner=row.owner,
        partner=row.partner,
        part=row.part,
        kinds=None if row.kinds is None else tuple(DataKind(kind) for kind in row.kinds),
        items=Items(row.items),
        valid_from=from_micros(row.valid_from),
        by=row.by,
        batch_id=row.batch_id,
        line=row.line,
    )
