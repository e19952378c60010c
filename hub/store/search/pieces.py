"""Units and lots by a piece of their number, the closest first, with a bound on what is read.

Candidates come from the tables themselves: by index those that begin or end so, and of the newest rows those that hold
the piece further in. Who may know of a candidate is asked afterwards, closest first and until enough are found. So a
question takes no longer for who sees little; where not every candidate could be looked at, that is said.
"""

from collections.abc import Collection, Iterable, Mapping
from functools import cache
from urllib.parse import quote

import msgspec
from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnClause,
    ColumnElement,
    CompoundSelect,
    Select,
    String,
    Table,
    bindparam,
    func,
    select,
    union,
    union_all,
)

from hub.store.core.database import Reading
from hub.store.core.dialect import is_postgres
from hub.store.search.endings import candidates_ending
from hub.store.search.items_seen import behind_views, itself, those_seen
from hub.store.tables.every import link, unit_result
from traceability.identifier.item import CANONICAL_ROOT, UNRESERVED, ItemKind
from traceability.identifier.private import PRIVATE_ROOT

KINDS = (ItemKind.UNIT, ItemKind.LOT)
MOST_CANDIDATES = 600
"""So many that begin or end so are looked at; of each part some."""
MOST_HOLDING = 1_500
_AFTER_PART = {ItemKind.UNIT: "/21/", ItemKind.LOT: "/10/"}
_IN_PRIVATE = {ItemKind.UNIT: ":unit:", ItemKind.LOT: ":lot:"}
"""What stands before the number in an identity."""
_PARTS = f"{CANONICAL_ROOT}/01/"
_GTIN_DIGITS = 14
_LAST = "\x7f"
"""Sorts behind whatever an identity may contain, which is printable ASCII."""
_COLUMNS = ((unit_result, "unit"), (link, "parent"), (link, "child"))
_NUMBERS = ("n0", "n1", "n2", "n3")


class Items(msgspec.Struct, frozen=True, kw_only=True):
    """``of`` each kind the closest, that is the shortest, first."""

    of: Mapping[ItemKind, tuple[str, ...]]
    cut: bool
    """Not everything that begins or ends so was looked at."""
    older: int | None
    """Pieces from within were looked for in batches from this one on; there are rows before it."""


def items_like(connection: Reading, text: str, limit: int, newest: int, before: int | None = None) -> Items:
    """Units and lots whose number holds ``text``, whatever its case, ``limit`` of each kind.

    Those that begin or end so by index, as written or in capitals; within it only of so many of the newest rows, and
    not at all where a whole number is ``text`` or enough were found. With ``before`` only within, in older batches.
    """
    piece = quote(text, safe=UNRESERVED)
    if not text.isascii():  # no number holds it
        return Items(of=dict.fromkeys(KINDS, ()), cut=False, older=None)
    found: dict[ItemKind, list[str]] = {kind: [] for kind in KINDS}
    cut, wanted = False, set(KINDS)
    beginning = None if before is not None else _beginning(connection, piece)
    for kind in () if beginning is None else KINDS:
        found[kind], unsure = _by_index(connection, beginning or set(), kind, text, limit)
        cut = cut or unsure
        if len(found[kind]) >= limit or _whole(found[kind], kind, piece):
            wanted.discard(kind)
    low, older = _newest(connection, newest, before)
    holding = _holding(connection, piece, low, before) if wanted else set()
    for kind in wanted:
        within = (item for item in holding if piece.casefold() in _number(item, kind))
        seen = those_seen(connection, _closest(within), limit)
        found[kind] += seen.items
        cut = cut or seen.cut or (len(holding) >= MOST_HOLDING and len(found[kind]) < limit)
    return Items(of={kind: tuple(_closest(found[kind])[:limit]) for kind in KINDS}, cut=cut, older=older)


def _by_index(
    connection: Reading, beginning: Collection[str], kind: ItemKind, text: str, limit: int
) -> tuple[list[str], bool]:
    """Those that begin so, and unless there is one that is just so, those that end so; whether some may be missing."""
    piece = quote(text, safe=UNRESERVED)
    begun = [item for item in beginning if _AFTER_PART[kind] in item]
    whole = _whole(begun, kind, piece)
    seen = those_seen(connection, _closest(begun), limit, whole)
    unsure = seen.cut or (len(beginning) >= MOST_CANDIDATES and len(seen.items) < limit)
    if _whole(seen.items, kind, piece):
        return seen.items, unsure
    ended = candidates_ending(connection, kind, text, MOST_CANDIDATES)
    more = those_seen(connection, ended, limit)
    unsure = unsure or more.cut or (len(ended) >= MOST_CANDIDATES and len(more.items) < limit)
    return _closest([*seen.items, *more.items]), unsure


def _closest(items: Iterable[str]) -> list[str]:
    return sorted(set(items), key=lambda item: (len(item), item))


def _whole(items: Collection[str], kind: ItemKind, piece: str) -> set[str]:
    """Those whose number is just the piece."""
    end = f"{_AFTER_PART[kind]}{piece}".casefold()
    return {item for item in items if item.casefold().endswith(end)}


def _number(item: str, kind: ItemKind) -> str:
    """What stands behind the first mark of its kind, in small letters; "" where there is none."""
    if item.startswith(PRIVATE_ROOT):
        return item.casefold().partition(_IN_PRIVATE[kind])[2]
    return item.casefold().partition(_AFTER_PART[kind])[2]


def _beginning(connection: Reading, piece: str) -> set[str]:
    """Of each part in turn those that begin so, ``MOST_CANDIDATES`` of each column; of those that are just so all."""
    numbers = [f"{before}{spelling}" for before in _AFTER_PART.values() for spelling in (piece, piece.upper())]
    given = {**dict(zip(_NUMBERS, numbers, strict=True)), "most": MOST_CANDIDATES}
    found: set[str] = set()
    for table, name in _COLUMNS:
        statement = _statement_beginning(itself(table, behind_views(connection)), name)
        found.update(connection.execute(statement, given).scalars())
    return found


@cache
def _statement_beginning(table: Table, name: str) -> CompoundSelect[str]:
    """A step of the index for each different item, so that one with thousands of rows is read once."""
    column = table.c[name]
    parts = _parts_in(column)
    number = union_all(*(select(bindparam(each, type_=String).label("number")) for each in _NUMBERS)).subquery()
    part = func.substr(parts.c.item, 1, len(_PARTS) + _GTIN_DIGITS)
    low = part.concat(number.c.number)
    spans = (
        select(low.label("low"), low.concat(_LAST).label("high"))
        .select_from(parts.join(number, parts.c.item.is_not(None)))
        .cte("spans")
    )
    least = select(func.min(column))
    first = least.where(column >= spans.c.low, column < spans.c.high).correlate(spans).scalar_subquery()
    step = select(first.label("item"), spans.c.high.label("high")).cte("step", recursive=True)
    after = least.where(column > step.c.item, column < step.c.high).correlate(step).scalar_subquery()
    step = step.union_all(select(after, step.c.high).where(step.c.item.is_not(None)))
    begun = select(step.c.item).where(step.c.item.is_not(None)).limit(bindparam("most"))
    just = select(spans.c.low).where(select(column).where(column == spans.c.low).correlate(spans).exists())
    return union(select(begun.subquery().c[0]), just)


def _parts_in(column: ColumnElement[str]) -> CTE:
    """An item of each part of which the column names units or lots: a step of the index for each of them."""
    least = select(func.min(column)).where(column < _PARTS + _LAST)
    first = select(least.where(column >= _PARTS).scalar_subquery().label("item")).cte("part", recursive=True)
    # what follows the slash after the part sorts before "0", so the next one is of another part
    after = func.substr(first.c.item, 1, len(_PARTS) + _GTIN_DIGITS).concat("0")
    following = least.where(column >= after).correlate(first).scalar_subquery()
    return first.union_all(select(following).select_from(first).where(first.c.item.is_not(None)))


def _newest(connection: Reading, most: int, before: int | None) -> tuple[int, int | None]:
    """From which batch on the newest rows stand, ``most`` of each table and the rest of a batch; itself if not all."""
    own, end = behind_views(connection), _END if before is None else before
    tables = [itself(table, own) for table in (unit_result, link)]
    places = [connection.execute(_at_row(table), {"before": end, "most": most}).scalar() for table in tables]
    low = max((place for place in places if place is not None), default=0)
    more = any(connection.execute(_any_before(table), {"before": low}).first() is not None for table in tables)
    return low, low if more else None


_END = 2**62


@cache
def _at_row(table: Table) -> Select[int]:
    place: ColumnClause[int] = table.c.batch_id
    newest_first = (place.desc(), table.c.line.desc())
    earlier = select(place).where(place < bindparam("before", type_=BigInteger)).order_by(*newest_first)
    return earlier.offset(bindparam("most")).limit(1)


@cache
def _any_before(table: Table) -> Select[int]:
    return select(table.c.batch_id).where(table.c.batch_id < bindparam("before", type_=BigInteger)).limit(1)


def _holding(connection: Reading, piece: str, low: int, before: int | None) -> set[str]:
    """What rows of these batches name that holds the piece anywhere, ``MOST_HOLDING`` of each column."""
    end, postgres = _END if before is None else before, is_postgres(connection.dialect)
    given = {"anywhere": f"%{_escaped(piece)}%", "low": low, "before": end, "most": MOST_HOLDING}
    own, found = behind_views(connection), set[str]()
    for table, name in _COLUMNS:
        found.update(
            connection.execute(_statement_holding(itself(table, own), name, postgres=postgres), given).scalars()
        )
    return found


@cache
def _statement_holding(table: Table, name: str, *, postgres: bool) -> Select[str]:
    anywhere, column, place = bindparam("anywhere", type_=String), table.c[name], table.c.batch_id
    # SQLite knows no other than one that heeds no case
    holds = column.ilike(anywhere, escape="!") if postgres else column.like(anywhere, escape="!")
    here = (place >= bindparam("low", type_=BigInteger), place < bindparam("before", type_=BigInteger))
    return select(column).where(*here, holds).distinct().limit(bindparam("most"))


def _escaped(text: str) -> str:
    return text.replace("!", "!!").replace("%", "!%").replace("_", "!_")
