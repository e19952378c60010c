"""Links that follow from several events together."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, Table, select

from hub.store.core.chunks import in_chunks
from hub.store.core.database import Reading
from hub.store.core.instant import from_micros
from hub.store.core.memo import once
from hub.store.core.quick import ask
from hub.store.production.corrections import Place, erroneous
from hub.store.tables.event_link import emptied, transformation_part
from traceability.genealogy import Direction, Emptied, Link

LINKS, PACKINGS = "link", "packing"


class EventLinks:
    """What events say together, at a state of the log; asks nothing where nobody ever said such a thing."""

    def __init__(self, connection: Reading, log_size: int | None = None) -> None:
        self._connection = connection
        self._log_size = log_size

    def endings(self, parents: Collection[str], holds: str = LINKS) -> list[Emptied]:
        """When each of ``parents`` was emptied."""
        if not _there(self._connection, emptied):
            return []
        return [
            Emptied(
                parent=row.parent,
                event_time=from_micros(row.event_time),
                author=row.author,
                chain=row.chain,
                seq=row.seq,
                record=row.record,
                log_index=row.batch_id,
                line=row.line,
                erroneous=wrong,
            )
            for row, wrong in self._rows(emptied, emptied.c.parent, parents)
            if row.holds == holds
        ]

    def transformed(self, items: Collection[str], direction: Direction) -> Iterator[Link]:
        """The links below (back) or above (forward) ``items`` that transformations of several events make."""
        if not _there(self._connection, transformation_part):
            return
        wanted = set(items)
        named = self._rows(transformation_part, transformation_part.c.thing, wanted)
        back = direction is Direction.BACK
        ids = {row.transformation for row, _ in named if row.output is back}
        parts: defaultdict[str, list[tuple[Row[Any], bool]]] = defaultdict(list)
        for row, wrong in self._rows(transformation_part, transformation_part.c.transformation, ids):
            parts[row.transformation].append((row, wrong))
        for transformation in sorted(parts):
            for link in _links(parts[transformation]):
                if (link.parent if back else link.child) in wanted:
                    yield link

    def _rows(self, table: Table, column: Any, values: Collection[str]) -> list[tuple[Row[Any], bool]]:
        """Rows with whether they were declared wrong."""
        rows: list[Row[Any]] = []
        for chunk in in_chunks(values):
            query = select(table).where(column.in_(chunk))
            rows += self._connection.execute(
                query if self._log_size is None else query.where(table.c.batch_id < self._log_size)
            )
        wrong = erroneous(self._connection, map(_place, rows), self._log_size)
        return [(row, bool(wrong) and _place(row) in wrong) for row in rows]


def any_emptied(connection: Reading) -> bool:
    """Whether anything was ever parted from all that was in it."""
    return _there(connection, emptied)


def any_transformation(connection: Reading) -> bool:
    """Whether any links follow from several events."""
    return _there(connection, transformation_part)


def _there(connection: Reading, table: Table) -> bool:
    return once(connection, table, lambda: bool(ask(connection, _ANY[table])))


def told_together(connection: Reading, before: int) -> set[str]:
    """Everything whose links follow from several events: what was emptied, and what came out of transformations."""
    parts = transformation_part.c
    outputs = select(parts.thing).where(parts.output.is_(True), parts.batch_id < before).distinct()
    return emptied_after(connection, 0, before) | set(connection.execute(outputs).scalars())


def emptied_after(connection: Reading, after: int, before: int) -> set[str]:
    """What was emptied by the batches ``[after, before)``."""
    table = emptied.c
    query = select(table.parent).where(table.batch_id >= after, table.batch_id < before, table.holds == LINKS)
    return set(connection.execute(query.distinct()).scalars())


def transformed_after(connection: Reading, after: int, before: int) -> set[str]:
    """What goes into transformations of which the batches ``[after, before)`` speak."""
    table = transformation_part.c
    spoken = select(table.transformation).where(table.batch_id >= after, table.batch_id < before)
    query = select(table.thing).where(
        table.transformation.in_(spoken), table.output.is_(False), table.batch_id < before
    )
    return set(connection.execute(query.distinct()).scalars())


def _links(parts: list[tuple[Row[Any], bool]]) -> Iterator[Link]:
    """Each output with each input; certain where one single thing became one single thing."""
    outputs = _by_thing((row, wrong) for row, wrong in parts if row.output)
    inputs = _by_thing((row, wrong) for row, wrong in parts if not row.output)
    sole = len({thing for thing, told in outputs.items() if not all(wrong for _, wrong in told)}) == 1
    for parent, out in outputs.items():
        for child, into in inputs.items():
            if parent != child:
                yield _link(out, into, sole=sole)


def _by_thing(parts: Iterable[tuple[Row[Any], bool]]) -> dict[str, list[tuple[Row[Any], bool]]]:
    """What is told of each thing, in the order of the events' times; what counts comes last."""
    found: defaultdict[str, list[tuple[Row[Any], bool]]] = defaultdict(list)
    for row, wrong in sorted(parts, key=lambda part: (not part[1], part[0].event_time, part[0].chain, part[0].item)):
        found[row.thing].append((row, wrong))
    return dict(sorted(found.items()))


def _link(out: list[tuple[Row[Any], bool]], into: list[tuple[Row[Any], bool]], *, sole: bool) -> Link:
    """The later of the two statements is when the link is known, and its evidence."""
    (one, one_wrong), (other, other_wrong) = out[-1], into[-1]
    told = max(one, other, key=lambda row: (row.event_time, row.chain, row.line, row.item))
    quantity, uom = _amount([row for row, wrong in into if not wrong]) if sole else (None, None)
    return Link(
        parent=one.thing,
        child=other.thing,
        certain=sole and bool(one.single) and bool(other.single),
        event_time=from_micros(told.event_time),
        author=told.author,
        chain=told.chain,
        seq=told.seq,
        quantity=quantity,
        uom=uom,
        operation=told.operation,
        record=told.record,
        item=told.item,
        log_index=told.batch_id,
        line=told.line,
        erroneous=one_wrong or other_wrong,
    )


def _amount(rows: list[Row[Any]]) -> tuple[str | None, str | None]:
    """All that went in, where every statement tells an amount in one unit."""
    if not rows or any(row.quantity is None for row in rows) or len({row.uom for row in rows}) > 1:
        return None, None
    return format(sum((Decimal(row.quantity) for row in rows), Decimal(0)), "f"), rows[0].uom


def _place(row: Row[Any]) -> Place:
    return Place(row.author, row.chain, row.seq, row.record, row.plant)


_ANY = {table: select(table.c.batch_id).limit(1) for table in (emptied, transformation_part)}
