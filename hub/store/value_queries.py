"""Measured values with the results that they belong to, for those who take them elsewhere."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Row, select

from hub.store.correction_queries import erroneous, place_of
from hub.store.database import Reading
from hub.store.instant import from_micros, to_micros
from hub.store.measured_queries import MeasuredValueRow, values_of_records, with_columns
from hub.store.measured_tables import measured
from hub.store.tables import unit_result

RECORDS_AT_ONCE = 1000

_RESULT = ("part", "work_cell", "verdict", "attempt", "purpose", "flags")


class ValueWanted(msgspec.Struct, frozen=True, kw_only=True):
    """Values of a plant in ``[begin, end)``; empty or None: whatever it is."""

    plant: str
    part: str | None = None
    operation: str | None = None
    characteristics: tuple[str, ...] = ()
    begin: datetime | None = None
    end: datetime | None = None


class TakenValue(msgspec.Struct, frozen=True, kw_only=True):
    """One value: ``value`` x 10**-``decimals`` ``uom``, None when nothing trustworthy was read."""

    batch_id: int
    line: int
    result_id: str
    unit: str | None
    part: str
    operation: str
    work_cell: str
    characteristic: str
    value: int | None
    decimals: int
    uom: str
    status: str
    event_time: datetime
    verdict: str
    attempt: int
    purpose: str
    flags: tuple[str, ...]
    plan: str | None


def taken_values(connection: Reading, wanted: ValueWanted, most: int) -> list[TakenValue]:
    """At most ``most``, in the order of event time, then author, chain and record; none that was declared wrong."""
    same = (
        (unit_result.c.author == measured.c.author)
        & (unit_result.c.chain == measured.c.chain)
        & (unit_result.c.result_id == measured.c.result_id)
    )
    order = (measured.c.event_time, measured.c.author, measured.c.chain, measured.c.seq)
    columns = (*(unit_result.c[name] for name in _RESULT), unit_result.c.batch_id.label("result_batch"))
    query = (
        select(measured, *columns, unit_result.c.line.label("result_line"))
        .join(unit_result, same)
        .where(*_conditions(wanted))
        .order_by(*order, unit_result.c.batch_id, unit_result.c.line)
        .execution_options(yield_per=RECORDS_AT_ONCE)
    )
    taken: list[_Joined] = []
    with connection.execute(query) as found:
        for records in found.partitions():
            taken += _joined(connection, records, wanted.characteristics or None)
            if len(taken) >= most:
                break
    taken = sorted(taken, key=_order)[:most]
    wrong = erroneous(connection, (place_of(record) for record, _ in taken))
    return [_value(*pair) for pair in taken if not wrong or place_of(pair[0]) not in wrong]


_Joined = tuple[Row[Any], MeasuredValueRow]


def _joined(
    connection: Reading, records: Sequence[Row[Any]], characteristics: Collection[str] | None
) -> Iterator[_Joined]:
    """Each record with each of its values."""
    by_place: defaultdict[tuple[int, int], list[MeasuredValueRow]] = defaultdict(list)
    for value in values_of_records(connection, records, characteristics):
        by_place[value.batch_id, value.line].append(value)
    for record in records:
        for value in by_place.get((record.batch_id, record.line), ()):
            yield record, value


def _order(pair: _Joined) -> tuple[Any, ...]:
    record, value = pair
    own = (record.event_time, record.author, record.chain, record.seq, value.item)
    return (*own, record.result_batch, record.result_line)


def _conditions(wanted: ValueWanted) -> Collection[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [measured.c.plant == wanted.plant]
    if wanted.characteristics:
        begin, end = (None if at is None else to_micros(at) for at in (wanted.begin, wanted.end))
        found.append(measured.c.batch_id.in_(with_columns(wanted.characteristics, [wanted.plant], begin, end)))
    if wanted.operation is not None:
        found.append(measured.c.operation == wanted.operation)
    if wanted.part is not None:
        found.append(unit_result.c.part == wanted.part)
    if wanted.begin is not None:
        found.append(measured.c.event_time >= to_micros(wanted.begin))
    if wanted.end is not None:
        found.append(measured.c.event_time < to_micros(wanted.end))
    return found


def _value(record: Row[Any], value: MeasuredValueRow) -> TakenValue:
    return TakenValue(
        batch_id=value.batch_id,
        line=value.line,
        result_id=value.result_id,
        unit=value.unit,
        part=record.part,
        operation=value.operation,
        work_cell=record.work_cell,
        characteristic=value.characteristic,
        value=value.value,
        decimals=value.decimals,
        uom=value.uom,
        status=value.status,
        event_time=from_micros(value.event_time),
        verdict=record.verdict,
        attempt=record.attempt,
        purpose=record.purpose,
        flags=tuple(record.flags),
        plan=value.plan,
    )
