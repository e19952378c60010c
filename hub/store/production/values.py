"""Measured values with the results that they belong to, for those who take them elsewhere."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Row, select

from hub.store.core.chunks import in_chunks
from hub.store.core.database import Reading
from hub.store.core.dialect import is_postgres
from hub.store.core.instant import from_micros, to_micros
from hub.store.core.listed import given, listed
from hub.store.production.corrections import erroneous, place_of
from hub.store.production.measured import MeasuredValueRow, values_of_records, with_columns
from hub.store.tables.every import unit_result
from hub.store.tables.measured import measured

RECORDS_AT_ONCE = 1000

_RESULT = (
    *("author", "chain", "result_id", "batch_id", "line"),
    *("part", "work_cell", "verdict", "attempt", "purpose", "flags"),
)


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
    order = (measured.c.event_time, measured.c.author, measured.c.chain, measured.c.seq)
    query = (
        select(measured)
        .where(*_conditions(wanted))
        .order_by(*order, measured.c.batch_id, measured.c.line)
        .execution_options(yield_per=RECORDS_AT_ONCE)
    )
    taken: list[_Joined] = []
    with connection.execute(query) as found:
        for records in found.partitions():
            taken += _joined(connection, records, wanted)
            if len(taken) >= most:
                break
    taken = sorted(taken, key=_order)[:most]
    wrong = erroneous(connection, (place_of(record) for record, _, _ in taken))
    return [_value(result, value) for record, result, value in taken if not wrong or place_of(record) not in wrong]


_Joined = tuple[Row[Any], Row[Any], MeasuredValueRow]
"""A record of measurements, a result that it belongs to, and one of its values."""


def _joined(connection: Reading, records: Sequence[Row[Any]], wanted: ValueWanted) -> Iterator[_Joined]:
    """Each record with each of its results and values.

    Results are looked up by their ids: a join would leave it to the database where to begin.
    """
    results = _results_of(connection, {record.result_id for record in records}, wanted.part)
    told = [(record, own) for record in records if (own := results.get(_key(record)))]
    by_place: defaultdict[tuple[int, int], list[MeasuredValueRow]] = defaultdict(list)
    for value in values_of_records(connection, [record for record, _ in told], wanted.characteristics or None):
        by_place[value.batch_id, value.line].append(value)
    for record, own in told:
        for value in by_place.get((record.batch_id, record.line), ()):
            for result in own:
                yield record, result, value


def _results_of(
    connection: Reading, ids: Collection[str], part: str | None
) -> dict[tuple[str, str, str], list[Row[Any]]]:
    """By author, chain and id; of rivals all."""
    found: defaultdict[tuple[str, str, str], list[Row[Any]]] = defaultdict(list)
    postgres = is_postgres(connection.dialect)
    query = select(*(unit_result.c[name] for name in _RESULT)).where(
        listed(unit_result.c.result_id, "names", postgres=postgres)
    )
    if part is not None:
        query = query.where(unit_result.c.part == part)
    for chunk in in_chunks(ids):
        for row in connection.execute(query, {"names": given(chunk, postgres=postgres)}):
            found[_key(row)].append(row)
    return found


def _key(row: Row[Any]) -> tuple[str, str, str]:
    return row.author, row.chain, row.result_id


def _order(joined: _Joined) -> tuple[Any, ...]:
    record, result, value = joined
    own = (record.event_time, record.author, record.chain, record.seq, value.item)
    return (*own, result.batch_id, result.line)


def _conditions(wanted: ValueWanted) -> Collection[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [measured.c.plant == wanted.plant]
    if wanted.characteristics:
        begin, end = (None if at is None else to_micros(at) for at in (wanted.begin, wanted.end))
        found.append(measured.c.batch_id.in_(with_columns(wanted.characteristics, [wanted.plant], begin, end)))
    if wanted.operation is not None:
        found.append(measured.c.operation == wanted.operation)
    if wanted.begin is not None:
        found.append(measured.c.event_time >= to_micros(wanted.begin))
    if wanted.end is not None:
        found.append(measured.c.event_time < to_micros(wanted.end))
    return found


def _value(result: Row[Any], value: MeasuredValueRow) -> TakenValue:
    return TakenValue(
        batch_id=value.batch_id,
        line=value.line,
        result_id=value.result_id,
        unit=value.unit,
        part=result.part,
        operation=value.operation,
        work_cell=result.work_cell,
        characteristic=value.characteristic,
        value=value.value,
        decimals=value.decimals,
        uom=value.uom,
        status=value.status,
        event_time=from_micros(value.event_time),
        verdict=result.verdict,
        attempt=result.attempt,
        purpose=result.purpose,
        flags=tuple(result.flags),
        plan=value.plan,
    )
