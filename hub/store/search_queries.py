"""Finding items and parts by a piece of their number or name."""

from collections.abc import Collection, Sequence
from urllib.parse import quote

from sqlalchemy import Column, ColumnElement, func, or_, select, union

from hub.named import Named
from hub.store.chunks import in_chunks
from hub.store.database import Reading
from hub.store.master_queries import PartEntry, part_label
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
_MOST_PARTS = 200
_SOURCES: dict[ItemKind, tuple[Column[str], ...]] = {
    ItemKind.UNIT: (unit_result.c.unit, link.c.parent, link.c.child),
    ItemKind.LOT: (link.c.child, link.c.parent),
}


def items_like(connection: Reading, kind: ItemKind, text: str, limit: int, latest: int | None = None) -> list[str]:
    """Units or lots whose number holds ``text``, whatever its case; the closest, that is the shortest, first.

    With ``latest``: of every row those whose number begins with it, as written or in capitals, by index; within it only
    of so many rows written last, and not at all where a whole number is ``text``.
    """
    piece = quote(text, safe=UNRESERVED)
    beginning: set[str] = set()
    if latest is not None:
        beginning = _items_beginning(connection, kind, piece, limit)
        if any(item.casefold().endswith(f"{_AFTER_PART[kind]}{piece}".casefold()) for item in beginning):
            return sorted(beginning, key=lambda item: (len(item), item))[:limit]
    patterns = [f"%{before}%{_escaped(piece)}%" for before in _BEHIND[kind]]
    sources = [(_written_last(column, latest), patterns) for column in _SOURCES[kind]]
    found = union(
        *(
            select(column.label("item")).where(or_(*(column.ilike(pattern, escape="!") for pattern in patterns)))
            for column, patterns in sources
        )
    ).subquery()
    statement = select(found.c.item).order_by(func.length(found.c.item), found.c.item).limit(limit)
    within = connection.execute(statement).scalars()
    return sorted(beginning.union(within), key=lambda item: (len(item), item))[:limit]


def more_rows_than(connection: Reading, most: int) -> bool:
    """Whether there are results or links beyond ``most`` of them."""
    beyond = (select(table.c.batch_id).offset(most).limit(1) for table in (unit_result, link))
    return any(connection.execute(each).first() is not None for each in beyond)


def _written_last(column: Column[str], latest: int | None) -> ColumnElement[str]:
    if latest is None:
        return column
    table = column.table
    newest = select(column).order_by(table.c.batch_id.desc(), table.c.line.desc()).limit(latest).subquery()
    return newest.c[column.name]


def _items_beginning(connection: Reading, kind: ItemKind, piece: str, limit: int) -> set[str]:
    found: set[str] = set()
    for column in _SOURCES[kind]:
        for part in _parts_in(connection, column):
            for spelling in {piece, piece.upper()}:
                begin = f"{part}{_AFTER_PART[kind]}{spelling}"
                query = select(column).where(column >= begin, column < begin + _LAST).distinct()
                found.update(connection.execute(query.order_by(column).limit(limit)).scalars())
    return found


def _parts_in(connection: Reading, column: Column[str]) -> list[str]:
    """The parts of which the column names units or lots: a step of the index for each of them."""
    parts: list[str] = []
    after = _PARTS
    while len(parts) < _MOST_PARTS:
        item = connection.execute(select(func.min(column)).where(column >= after, column < _PARTS + _LAST)).scalar_one()
        if item is None:
            break
        parts.append(item[: len(_PARTS) + _GTIN_DIGITS])
        after = parts[-1] + "0"  # which sorts right behind the slash after the part
    return parts


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
