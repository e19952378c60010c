"""The last measured values of a characteristic, for a chart: read backwards from the end of the period, and bounded.

Each statement is answered by one index whatever the size of the store: columns by plant, characteristic and time, their
results by id, what was submitted before by unit. A join of them would leave the choice to the database, which without
statistics reads a whole chain for each value.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any

import msgspec
from sqlalchemy import Row, select

from hub.store.chunks import in_chunks
from hub.store.correction_queries import erroneous, place_of
from hub.store.database import Reading
from hub.store.instant import from_micros
from hub.store.measured_queries import MeasuredValueRow, values_where
from hub.store.measured_tables import measured, value_column
from hub.store.tables import link, unit_result
from traceability.measurement import Status
from traceability.unit import Purpose, Verdict

AT_ONCE = 1500
"""So many values are looked at in a round, and what stands in the same batches."""
MOST_ROUNDS = 8
"""So many rounds are made at most, where few of them are of the work cell or lot that is wanted."""
MOST_UNITS = 20_000
_SUBMITTED = (Verdict.OK.value, Verdict.NOT_OK.value)
_backwards = attrgetter("event_time", "author", "chain", "seq", "item", "batch_id", "line")


class ChartWanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which values to chart; times in microseconds since 1970 UTC, ``end`` excluded."""

    plant: str
    part: str
    operation: str
    characteristic: str
    work_cell: str | None
    lot: str | None
    """Of units that contain it."""
    begin: int
    end: int


class ChartedValue(msgspec.Struct, frozen=True, kw_only=True):
    """One value, ``value`` x 10^-``decimals`` ``uom``, with the record that it is from."""

    value: int
    decimals: int
    uom: str
    at: datetime
    unit: str | None
    work_cell: str
    batch_id: int
    line: int
    result: tuple[str, str, str]
    """Author, chain and id of the result it belongs to."""


def latest_values(connection: Reading, wanted: ChartWanted, most: int) -> list[ChartedValue]:
    """The last values of first submissions, those that enter the roll-ups, in order of time; none declared wrong."""
    of_lot = None if wanted.lot is None else _units_with(connection, wanted.lot)
    found: list[ChartedValue] = []
    before = wanted.end
    for _ in range(MOST_ROUNDS):
        values, before = _values_before(connection, wanted, before)
        found += _charted(connection, wanted, values, of_lot)
        if len(found) >= most or before <= wanted.begin:
            break
    return found[:most][::-1]


def _values_before(connection: Reading, wanted: ChartWanted, before: int) -> tuple[list[MeasuredValueRow], int]:
    """The last values before a time, the latest first, and the time that they reach back to."""
    batches, since = _last_columns(connection, wanted, before)
    own = (measured.c.plant == wanted.plant, measured.c.event_time >= since, measured.c.event_time < before)
    values = [
        value
        for chunk in in_chunks(batches)
        for value in values_where(
            connection, measured.c.batch_id.in_(chunk), *own, characteristics=[wanted.characteristic]
        )
    ]
    return sorted(values, key=_backwards, reverse=True), since


def _last_columns(connection: Reading, wanted: ChartWanted, before: int) -> tuple[set[int], int]:
    """Batches whose columns hold the last values before a time, and since when they hold all that there are."""
    column = value_column.c
    query = (
        select(column.batch_id, column.latest, column.n)
        .where(column.plant == wanted.plant, column.characteristic == wanted.characteristic)
        .where(column.latest >= wanted.begin, column.earliest < before)
        .order_by(column.latest.desc())
        .execution_options(yield_per=200)
    )
    batches: set[int] = set()
    count = 0
    with connection.execute(query) as rows:
        for row in rows:
            if count >= AT_ONCE and row.latest + 1 < before:
                return batches, row.latest + 1
            batches.add(row.batch_id)
            count += row.n
    return batches, wanted.begin


def _charted(
    connection: Reading, wanted: ChartWanted, rows: Sequence[MeasuredValueRow], of_lot: Collection[str] | None
) -> list[ChartedValue]:
    """Those of the values that belong to the chart."""
    usable = [
        row
        for row in rows
        if row.status == Status.GOOD.value and row.value is not None and row.operation == wanted.operation
    ]
    results = _results_of(connection, usable, wanted)
    first = _first_of(connection, wanted, {result.unit for result in results.values()})
    wrong = erroneous(connection, map(place_of, usable))
    found = []
    for row in usable:
        result = results.get((row.author, row.chain, row.result_id))
        if result is None or (wrong and place_of(row) in wrong) or (of_lot is not None and result.unit not in of_lot):
            continue
        if first.get((result.unit, row.author, row.chain)) == result.seq:
            found.append(_value(row, result))
    return found


def _results_of(
    connection: Reading, rows: Iterable[MeasuredValueRow], wanted: ChartWanted
) -> dict[tuple[str, str, str], Row[Any]]:
    """The results that the values belong to, as far as they count."""
    table = unit_result
    columns = (table.c[name] for name in (*_KEY, "unit", "part", "work_cell", "verdict", "flags", "purpose", "seq"))
    query = select(*columns).order_by(table.c.batch_id.desc(), table.c.line.desc())  # of rivals the first one stays
    return {
        (row.author, row.chain, row.result_id): row
        for chunk in in_chunks({row.result_id for row in rows})
        for row in connection.execute(query.where(table.c.result_id.in_(chunk)))
        if row.part == wanted.part
        and row.unit is not None
        and row.purpose == Purpose.FIRST.value
        and wanted.work_cell in (None, row.work_cell)
        and _submits(row)
    }


def _first_of(connection: Reading, wanted: ChartWanted, units: Collection[str]) -> dict[tuple[str, str, str], int]:
    """The record by which each chain first submitted each unit at the operation."""
    table = unit_result
    query = select(*(table.c[name] for name in ("unit", *_KEY[:2], "part", "operation", "verdict", "flags", "seq")))
    first: dict[tuple[str, str, str], int] = {}
    for chunk in in_chunks(units):
        for row in connection.execute(query.where(table.c.unit.in_(chunk))):
            if row.operation == wanted.operation and row.part == wanted.part and _submits(row):
                key = (row.unit, row.author, row.chain)
                first[key] = min(row.seq, first.get(key, row.seq))
    return first


_KEY = ("author", "chain", "result_id")


def _submits(row: Row[Any]) -> bool:
    return row.verdict in _SUBMITTED and not row.flags


def _units_with(connection: Reading, lot: str) -> set[str]:
    """Units that a lot was built into."""
    query = select(link.c.parent).where(link.c.child == lot, link.c.action == "ADD").limit(MOST_UNITS)
    return set(connection.execute(query).scalars())


def _value(row: MeasuredValueRow, result: Row[Any]) -> ChartedValue:
    assert row.value is not None
    return ChartedValue(
        value=row.value,
        decimals=row.decimals,
        uom=row.uom,
        at=from_micros(row.event_time),
        unit=result.unit,
        work_cell=result.work_cell,
        batch_id=row.batch_id,
        line=row.line,
        result=(row.author, row.chain, row.result_id),
    )
