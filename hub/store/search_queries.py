"""Finding items and parts by a piece of their number or name."""

from collections.abc import Collection, Sequence
from functools import cache
from urllib.parse import quote

from sqlalchemy import (
    CTE,
    Column,
    ColumnElement,
    CompoundSelect,
    FromClause,
    MetaData,
    String,
    Table,
    bindparam,
    func,
    or_,
    select,
    union,
)

from hub.named import Named
from hub.store.chunks import in_chunks
from hub.store.database import Reading
from hub.store.dialect import is_postgres, own_schema
from hub.store.ending_queries import items_ending
from hub.store.master_queries import PartEntry, part_label
from hub.store.sharing_queries import sees_part
from hub.store.tables import control_plan, link, unit_result
from traceability.identifier.item import CANONICAL_ROOT, UNRESERVED, ItemKind
from traceability.identifier.private import PRIVATE_ROOT

_BEHIND = {
    ItemKind.UNIT: ("/21/", f"{PRIVATE_ROOT}%:unit:"),
    ItemKind.LOT: ("/10/", f"{PRIVATE_ROOT}%:lot:"),
}
"""What stands before the number in an identity; % for anything."""
_AFTER_PART = {ItemKind.UNIT: "/21/", ItemKind.LOT: "/10/"}
_PARTS = f"{CANONICAL_ROOT}/01/"
_GTIN_DIGITS = 14
_LAST = "\x7f"
"""Sorts behind whatever an identity may contain, which is printable ASCII."""
MORE_THAN_SHOWN = 20
"""So many times as many are looked at as are shown, so that short ones are among them."""
_SOURCES: dict[ItemKind, tuple[Column[str], ...]] = {
    ItemKind.UNIT: (unit_result.c.unit, link.c.parent, link.c.child),
    ItemKind.LOT: (link.c.child, link.c.parent),
}


_NAMING = (unit_result.c.unit, link.c.parent, link.c.child)


def items_like(connection: Reading, kind: ItemKind, text: str, limit: int, latest: int | None = None) -> list[str]:
    """Units or lots whose number holds ``text``, whatever its case; the closest, that is the shortest, first.

    With ``latest``: of every row those whose number begins with it, as written or in capitals, and those whose number
    ends with it, by index; within it only of so many rows written last, and not at all where a whole number is ``text``
    or enough were found.
    """
    piece = quote(text, safe=UNRESERVED)
    known: set[str] = set()
    if latest is not None:
        known = _items_beginning(connection, kind, piece, limit)
        if any(item.casefold().endswith(f"{_AFTER_PART[kind]}{piece}".casefold()) for item in known):
            return _closest(known, limit)
        known |= items_ending(connection, kind, text, limit)
        if len(known) >= limit:
            return _closest(known, limit)
    anywhere, patterns = f"%{_escaped(piece)}%", [f"%{before}%{_escaped(piece)}%" for before in _BEHIND[kind]]
    like = "ilike" if is_postgres(connection.dialect) else "like"  # SQLite knows no other
    sources = [_written_last(connection, column, latest) for column in _SOURCES[kind]]
    found = union(
        *(
            select(column.label("item")).where(
                getattr(column, like)(anywhere, escape="!"),  # few hold it at all
                or_(*(getattr(column, like)(pattern, escape="!") for pattern in patterns)),
            )
            for column in sources
        )
    ).subquery()
    statement = select(found.c.item).order_by(func.length(found.c.item), found.c.item).limit(limit)
    if latest is not None and sees_part(connection):
        statement = statement.where(or_(*(select(column).where(column == found.c.item).exists() for column in _NAMING)))
    return _closest(known.union(connection.execute(statement).scalars()), limit)


def _closest(items: Collection[str], limit: int) -> list[str]:
    return sorted(items, key=lambda item: (len(item), item))[:limit]


def more_rows_than(connection: Reading, most: int) -> bool:
    """Whether there are results or links beyond ``most`` of them, whoever may see them: the log's length is public."""
    own = _behind_views(connection)
    beyond = (select(_itself(table, own).c.batch_id).offset(most).limit(1) for table in (unit_result, link))
    return any(connection.execute(each).first() is not None for each in beyond)


def _written_last(connection: Reading, column: Column[str], latest: int | None) -> ColumnElement[str]:
    """Of all rows, so that it takes no longer for who sees few; who may know of what is found is asked then."""
    if latest is None:
        return column
    table = _itself(column.table, _behind_views(connection))
    newest = select(table.c[column.name]).order_by(table.c.batch_id.desc(), table.c.line.desc()).limit(latest)
    return newest.subquery().c[column.name]


def _behind_views(connection: Reading) -> str | None:
    """The schema of what views hide; None where nothing is hidden."""
    return own_schema(connection) if sees_part(connection) else None


@cache
def _itself(table: FromClause, schema: str | None) -> Table:
    """The table, also where a view hides it."""
    assert isinstance(table, Table)
    return table if schema is None else table.to_metadata(MetaData(), schema=schema)


def _items_beginning(connection: Reading, kind: ItemKind, piece: str, limit: int) -> set[str]:
    """Of those that begin so any, of those that are just so all."""
    found: set[str] = set()
    for column in _SOURCES[kind]:
        for spelling in {piece, piece.upper()}:
            number = f"{_AFTER_PART[kind]}{spelling}"
            given = {"number": number, "behind": number + _LAST, "most": MORE_THAN_SHOWN * limit}
            statement = _statement_beginning(column, _behind_views(connection))
            found.update(connection.execute(statement, given).scalars())
    return found


@cache
def _statement_beginning(column: Column[str], own: str | None) -> CompoundSelect[str]:
    """What of any part begins with a number, and what is just that; which parts there are is told to nobody."""
    parts = _parts_in(_itself(column.table, own).c[column.name])
    part, number = func.substr(parts.c.item, 1, len(_PARTS) + _GTIN_DIGITS), bindparam("number", type_=String)
    begin, behind = part.concat(number), part.concat(bindparam("behind", type_=String))
    within = (column >= begin) & (column < behind)
    beginning = select(column).select_from(parts.join(column.table, within)).distinct().limit(bindparam("most"))
    just = select(column).select_from(parts.join(column.table, column == begin)).distinct()
    return union(select(beginning.subquery().c[0]), just)


def _parts_in(column: Column[str]) -> CTE:
    """An item of each part of which the column names units or lots: a step of the index for each of them."""
    least = select(func.min(column)).where(column < _PARTS + _LAST)
    first = select(least.where(column >= _PARTS).scalar_subquery().label("item")).cte("part", recursive=True)
    # what follows the slash after the part sorts before "0", so the next one is of another part
    after = func.substr(first.c.item, 1, len(_PARTS) + _GTIN_DIGITS).concat("0")
    following = least.where(column >= after).correlate(first).scalar_subquery()
    return first.union_all(select(following).select_from(first).where(first.c.item.is_not(None)))


def items_called(
    connection: Reading, kind: ItemKind, numbers: Sequence[str], parts: Collection[str]
) -> list[tuple[str, str]]:
    """Each number with every unit or lot of ``parts`` that bears exactly it, by index, in the order of the numbers."""
    between = "/21/" if kind is ItemKind.UNIT else "/10/"
    meant = {f"{part}{between}{quote(number, safe=UNRESERVED)}": number for number in numbers for part in parts}
    known: set[str] = set()
    for chunk in in_chunks(sorted(meant)):
        for column in _SOURCES[kind]:
            known.update(connection.execute(select(column).where(column.in_(chunk)).distinct()).scalars())
    place = {number: at for at, number in enumerate(numbers)}
    return sorted(((meant[item], item) for item in known), key=lambda pair: (place[pair[0]], pair[1]))


def planned_parts(connection: Reading) -> tuple[str, ...]:
    """Every part that a control plan speaks of."""
    return tuple(connection.execute(select(control_plan.c.part).distinct().order_by(control_plan.c.part)).scalars())


def is_named(connection: Reading, item: str) -> bool:
    """Whether any record names ``item``."""
    known = union(
        select(unit_result.c.unit).where(unit_result.c.unit == item),
        select(link.c.parent).where(or_(link.c.parent == item, link.c.child == item)),
    ).subquery()
    return connection.execute(select(func.count()).select_from(known)).scalar_one() > 0


def parts_like(connection: Reading, text: str, limit: int) -> list[PartEntry]:
    """Parts whose number or name holds ``text``, with the plants that plan them."""
    columns = (control_plan.c.part, control_plan.c.name, control_plan.c.name_zh)
    matches = or_(*(column.icontains(text, autoescape=True) for column in columns))
    statement = select(control_plan).where(matches).order_by(control_plan.c.part, control_plan.c.event_time)
    found: dict[str, PartEntry] = {}
    for row in connection.execute(statement):
        plants = {*(found[row.part].plants if row.part in found else ()), row.plant}
        named = Named(row.part, row.name or part_label(row.part), row.name_zh)
        found[row.part] = PartEntry(named, tuple(sorted(plants)))
    return list(found.values())[:limit]


def _escaped(text: str) -> str:
    return text.replace("!", "!!").replace("%", "!%").replace("_", "!_")
