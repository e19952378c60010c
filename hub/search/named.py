"""Many names at once: what people paste from a list of claims, each looked up as far as it says one thing."""

import re
from collections.abc import Collection, Iterable, Sequence

import msgspec

from hub.errors import EntryRefused
from hub.search.code import looks_like_code, read_code
from hub.store.core.database import Reading
from hub.store.search.endings import items_numbered
from hub.store.search.queries import items_called, planned_parts
from traceability.errors import IdentifierRefused
from traceability.identifier.alias import alias_name
from traceability.identifier.item import ItemKind, item_uri

MOST_NAMES = 2_000
MOST_RIVALS = 5
_BETWEEN = re.compile(r"[\s,;|\t，；、]+")
_KINDS = (ItemKind.UNIT, ItemKind.LOT)


class Resolved(msgspec.Struct, frozen=True, kw_only=True):
    """``items`` in the order of the texts, each once; ``several``: a text that names more than one thing."""

    items: tuple[str, ...]
    several: dict[str, tuple[str, ...]]
    unknown: tuple[str, ...]


def names_in(text: str, most: int = MOST_NAMES) -> list[str]:
    """What stands between blanks, commas, semicolons, bars and line ends, each once; ``EntryRefused`` for too many."""
    found = list(dict.fromkeys(piece for piece in _BETWEEN.split(text) if piece))
    if len(found) > most:
        raise EntryRefused(
            f"{len(found)} names were given", where="serials", advice=f"give at most {most}, or ask by the API"
        )
    return found


def resolved(connection: Reading, names: Sequence[str], kinds: Collection[ItemKind] = _KINDS) -> Resolved:
    """Codes, links and private identities by what they say; numbers by the parts that bear them."""
    read = {name: item for name in names if (item := _read(name)) is not None}
    numbers = [name for name in names if name not in read]
    found = _numbered(connection, numbers, kinds)
    several = {name: tuple(found[name]) for name in numbers if len(found.get(name, ())) > 1}
    items = [read.get(name) or next(iter(found.get(name, ())), "") for name in names if name not in several]
    return Resolved(
        items=tuple(dict.fromkeys(item for item in items if item)),
        several=several,
        unknown=tuple(name for name in numbers if not found.get(name)),
    )


def _read(name: str) -> str | None:
    """The identity that a text spells out; None for a bare number."""
    try:
        return item_uri(read_code(name)) if looks_like_code(name) else alias_name(name)
    except IdentifierRefused:
        return None


def _numbered(connection: Reading, numbers: Sequence[str], kinds: Collection[ItemKind]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    parts = planned_parts(connection)
    for kind in kinds:
        _add(found, items_called(connection, kind, numbers, parts))
    missing = [each for each in numbers if each not in found]
    for kind in kinds if missing else ():
        for number, items in items_numbered(connection, kind, missing).items():
            _add(found, ((number, item) for item in items[:MOST_RIVALS]))
    return found


def _add(found: dict[str, list[str]], pairs: Iterable[tuple[str, str]]) -> None:
    for number, item in pairs:
        found.setdefault(number, []).append(item)
