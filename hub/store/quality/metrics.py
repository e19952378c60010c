"""What metrics at a place are made from: each question is one statement, whatever the number of periods.

Periods lie one behind the other: ``bounds`` are the hours at which they begin, and the one at which the last one ends.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, and_, case, func, or_, select

from hub.store.core.chunks import in_chunks
from hub.store.core.database import Reading
from hub.store.core.instant import from_micros
from hub.store.core.listed import pairs_in
from hub.store.production.corrections import erroneous, place_of
from hub.store.quality.suppliers import failed_between
from hub.store.rollup.scores import ScoredResult, scored_result
from hub.store.rollup.tallied import counts_between
from hub.store.rollup.tallies import marked_plants
from hub.store.tables.alarm import alarm, alarm_acknowledgement
from hub.store.tables.every import correction, unit_result
from hub.store.tables.line import hold
from hub.store.tables.rollup import first_pass_hour
from traceability.quality.first_pass import FirstPass
from traceability.record.production import HoldState

_COUNTS = FirstPass.__struct_fields__


class PeriodCounts(msgspec.Struct, frozen=True, kw_only=True):
    """First-pass counts of one part at one operation in the period ``number``; the first one is 0."""

    number: int
    part: str
    operation: str
    counts: FirstPass


class AlarmWait(msgspec.Struct, frozen=True, kw_only=True):
    """An alarm, and when it was acknowledged first; None: not yet.

    ``acted``: when the hold that it placed was released, or without one when it was acknowledged.
    """

    at: datetime
    answered: datetime | None
    acted: datetime | None


def first_pass_by_period(
    connection: Reading,
    plant: str,
    bounds: Sequence[int],
    *,
    part: str = "",
    operation: str = "",
    work_cells: Collection[str] | None = None,
) -> list[PeriodCounts]:
    """Counts of a plant, of ``work_cells`` (None: all), by period, part and operation."""
    if work_cells is None and marked_plants(connection, [plant]):
        return [
            PeriodCounts(number=one.number, part=one.part, operation=one.operation, counts=one.counts)
            for one in counts_between(connection, plant, bounds)
            if part in ("", one.part) and operation in ("", one.operation)
        ]
    counts = first_pass_hour.c
    number = case(*((counts.hour < end, index) for index, end in enumerate(bounds[1:]))).label("number")
    subject = (number, counts.part, counts.operation)
    sums = (func.sum(counts[name]).label(name) for name in _COUNTS)
    within = (counts.plant == plant, counts.hour >= bounds[0], counts.hour < bounds[-1])
    named = _named({counts.part: part, counts.operation: operation}, counts.work_cell, work_cells)
    query = select(*subject, *sums).where(*within, *named).group_by(*subject)
    rows = [
        PeriodCounts(
            number=int(row.number),
            part=row.part,
            operation=row.operation,
            counts=FirstPass(**{name: int(getattr(row, name)) for name in _COUNTS}),
        )
        for row in connection.execute(query)
    ]
    return sorted(rows, key=lambda row: (row.number, row.part, row.operation))


def first_pass_of_places(
    connection: Reading, plant: str, hours: tuple[int, int], wanted: Mapping[str, str]
) -> dict[tuple[str, str, str], FirstPass]:
    """Counts of units first submitted in ``hours``, by part, operation and work cell; ``wanted`` narrows to some."""
    counts = first_pass_hour.c
    place = (counts.part, counts.operation, counts.work_cell)
    within = (counts.plant == plant, counts.hour >= hours[0], counts.hour < hours[1])
    named = (counts[name] == value for name, value in wanted.items())
    sums = (func.sum(counts[name]).label(name) for name in _COUNTS)
    rows = connection.execute(select(*place, *sums).where(*within, *named).group_by(*place))
    return {
        (row.part, row.operation, row.work_cell): FirstPass(**{name: int(getattr(row, name)) for name in _COUNTS})
        for row in rows
    }


def results_with_defect(
    connection: Reading,
    plant: str,
    defect: str,
    span: tuple[int, int],
    *,
    part: str = "",
    operation: str = "",
    work_cells: Collection[str] | None = None,
) -> tuple[list[int], list[ScoredResult]]:
    """Valid results of a plant in ``span`` (microseconds) that were not OK with this defect; none declared wrong.

    Of those of which nothing else is known, no other result of the unit at the operation and no correction, only when
    they happened (microseconds, in no order); the others whole.
    """
    table = unit_result.c
    named = _named({table.part: part, table.operation: operation}, table.work_cell, work_cells)
    wanted = (*failed_between(plant, *span), table.defect == defect, *named)
    seen = connection.execute(select(table.batch_id, table.line, table.event_time, _SPOKEN_OF).where(*wanted)).all()
    alone = [at for _, _, at, spoken_of in seen if not spoken_of]
    places = [(batch_id, line) for batch_id, line, _, spoken_of in seen if spoken_of]
    rows = [
        row
        for chunk in in_chunks(places)
        for row in connection.execute(
            select(unit_result).where(pairs_in(connection, table.batch_id, table.line, chunk), *wanted)
        )
    ]
    wrong = erroneous(connection, map(place_of, rows))
    return alone, [scored_result(row) for row in rows if not wrong or place_of(row) not in wrong]


def _spoken_of() -> ColumnElement[bool]:
    """Whether there is something else about a result that decides how it counts."""
    this, other, against = unit_result.c, unit_result.alias("other"), correction.c
    subject = (other.c[name] == this[name] for name in ("unit", "part", "operation", "plant"))
    elsewhere = or_(other.c.batch_id != this.batch_id, other.c.line != this.line)
    author = against.target_author == this.author
    ways = (
        select(other.c.batch_id).where(*subject, elsewhere),
        select(against.batch_id).where(author, against.target_chain == this.chain, against.target_seq == this.seq),
        select(against.batch_id).where(author, against.target_record == this.result_id),
    )
    return or_(*(each.correlate(unit_result).exists() for each in ways))


_SPOKEN_OF = _spoken_of()


def alarm_waits(
    connection: Reading,
    plant: str,
    span: tuple[int, int],
    *,
    part: str = "",
    operation: str = "",
    characteristic: str = "",
    work_cells: Collection[str] | None = None,
) -> list[AlarmWait]:
    """The alarms of a plant in ``span`` (microseconds), in order of time."""
    table, answer, named = alarm.c, alarm_acknowledgement.c, alarm.c.alarm["hold"].as_string()
    answers = and_(answer.id == table.id, answer.agent == table.author)
    released = and_(hold.c.author == table.author, hold.c.hold_id == named, hold.c.state == HoldState.RELEASED.value)
    wanted = {table.part: part, table.operation: operation, table.characteristic: characteristic}
    query = (
        select(
            table.event_time,
            func.min(answer.event_time).label("answered"),
            func.min(hold.c.event_time).label("released"),
            func.min(named).label("hold"),
        )
        .select_from(alarm.outerjoin(alarm_acknowledgement, answers).outerjoin(hold, released))
        .where(
            table.plant == plant,
            table.event_time >= span[0],
            table.event_time < span[1],
            *_named(wanted, table.work_cell, work_cells),
        )
        .group_by(table.batch_id, table.line, table.event_time)
        .order_by(table.event_time, table.batch_id, table.line)
    )
    return [
        AlarmWait(
            at=from_micros(row.event_time),
            answered=_instant(row.answered),
            acted=_instant(row.answered if row.hold is None else row.released),
        )
        for row in connection.execute(query)
    ]


def _instant(micros: int | None) -> datetime | None:
    return None if micros is None else from_micros(micros)


def _named(
    wanted: dict[Any, str], work_cell: ColumnElement[str], work_cells: Collection[str] | None
) -> list[ColumnElement[bool]]:
    """What is stated narrows."""
    found: list[ColumnElement[bool]] = [column == value for column, value in wanted.items() if value]
    if work_cells is not None:
        found.append(work_cell.in_(sorted(work_cells)))
    return found
