"""Finding items by their whole number, and parts by a piece of their number or name."""

from collections.abc import Collection, Sequence
from urllib.parse import quote

from sqlalchemy import Column, or_, select

from hub.named import Named
from hub.store.core.chunks import in_chunks
from hub.store.core.database import Reading
from hub.store.master.queries import PartEntry, part_label
from hub.store.tables.every import control_plan, link, unit_result
from traceability.identifier.item import UNRESERVED, ItemKind

_SOURCES: dict[ItemKind, tuple[Column[str], ...]] = {
    ItemKind.UNIT: (unit_result.c.unit, link.c.parent, link.c.child),
    ItemKind.LOT: (link.c.child, link.c.parent),
}


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
    ways = (select(column).where(column == item).exists() for column in _SOURCES[ItemKind.UNIT])
    return connection.execute(select(or_(*ways))).scalar_one() is True


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
