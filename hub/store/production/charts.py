"""The last measured values of a characteristic, for a chart: read backwards from the end of the period, and bounded.

Each statement is answered by one index whatever the size of the store: columns by plant, characteristic and time, their
results by id, what was submitted before by unit. A join of them would leave the choice to the database, which without
statistics reads a whole chain for each value.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from functools import cache
from operator import attrgetter
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import BigInteger, Select, String, bindparam, cast, func, or_, select

from hub.store.core.chunks import in_chunks
from hub.store.core.database import Reading
from hub.store.core.dialect import is_postgres
from hub.store.core.instant import from_micros
from hub.store.core.listed import given, listed
from hub.store.core.memo import once
from hub.store.core.quick import ask
from hub.store.production.corrections import Place, any_correction, erroneous
from hub.store.production.live import NO_FLAGS
from hub.store.production.measured import Column, columns_of_batches
from hub.store.tables.every import link, unit_result
from hub.store.tables.measured import measured, value_column
from traceability.unit import Purpose, Verdict

AT_ONCE = 1100
"""So many values are looked at in a round, and what stands in the same batches."""
MOST_ROUNDS = 11
"""So many rounds are made at most, where few of them are of the work cell or lot that is wanted."""
MOST_UNITS = 20_000


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
    every = msgspec.structs.replace(wanted, work_cell=None, lot=None)
    looked = once(connection, (latest_values, every), lambda: _Looked(wanted.end))
    found: list[ChartedValue] = []
    for number in range(MOST_ROUNDS):
        values = _round(connection, every, looked, number)
        if values is None:
            break
        found += [
            one
            for one in values
            if wanted.work_cell in (None, one.work_cell) and (of_lot is None or one.unit in of_lot)
        ]
        if len(found) >= most:
            break
    return found[:most][::-1]


class _Looked:
    """The rounds that were made so far in a reading, whatever the work cell or lot."""

    def __init__(self, end: int) -> None:
        self.rounds: list[list[ChartedValue]] = []
        self.before = end


def _round(connection: Reading, wanted: ChartWanted, looked: _Looked, number: int) -> list[ChartedValue] | None:
    """The values of one more round, the latest first; None once the period is over."""
    if number == len(looked.rounds):
        if number and looked.before <= wanted.begin:
            return None
        batches, since = _last_columns(connection, wanted, looked.before)
        records = _records(connection, wanted, batches, (since, looked.before))
        looked.rounds.append(_charted(connection, wanted, records))
        looked.before = since
    return looked.rounds[number]


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


class _Stated(NamedTuple):
    """A usable value with its record; as they stand they are in the order of time."""

    event_time: int
    author: str
    chain: str
    seq: int
    item: int
    batch_id: int
    line: int
    result_id: str
    plant: str
    value: int
    column: Column


def _records(
    connection: Reading, wanted: ChartWanted, batches: Collection[int], within: tuple[int, int]
) -> list[_Stated]:
    """The usable values of some batches within a time, the latest first."""
    by_batch: defaultdict[int, dict[int, tuple[int, str, str, int, str]]] = defaultdict(dict)
    postgres = is_postgres(connection.dialect)
    place = {"plant": wanted.plant, "operation": wanted.operation, "begin": within[0], "end": within[1]}
    for chunk in in_chunks(batches):
        named = place | {"batches": given(chunk, postgres=postgres)}
        for at, author, chain, seq, result_id, batch_id, line in ask(connection, _measured(postgres=postgres), named):
            by_batch[batch_id][line] = at, author, chain, seq, result_id
    found = []
    for column in columns_of_batches(connection, by_batch, [wanted.characteristic]):
        held, values = by_batch[column.batch_id], column.values
        usable = values.usable
        cells = (numbers[usable].tolist() for numbers in (values.lines, values.items, values.values))
        for line, item, value in zip(*cells, strict=True):
            if line in held:
                at, author, chain, seq, result_id = held[line]
                found.append(
                    _Stated(at, author, chain, seq, item, column.batch_id, line, result_id, wanted.plant, value, column)
                )
    return sorted(found, key=_IN_TIME, reverse=True)


def _charted(connection: Reading, wanted: ChartWanted, stated: Sequence[_Stated]) -> list[ChartedValue]:
    """Those of the values that belong to the chart."""
    results = _results_of(connection, {one.result_id for one in stated}, wanted)
    again = _submitted_again(connection, wanted, {unit for unit, _, _ in results.values()})
    wrong = erroneous(connection, map(_place, stated)) if any_correction(connection) else set()
    found = []
    for one in stated:
        key = (one.author, one.chain, one.result_id)
        result = results.get(key)
        if result is None or (wrong and _place(one) in wrong):
            continue
        unit, work_cell, seq = result
        if again.get((unit, one.author, one.chain), seq) == seq:
            found.append(
                ChartedValue(
                    value=one.value,
                    decimals=one.column.decimals,
                    uom=one.column.uom,
                    at=from_micros(one.event_time),
                    unit=unit,
                    work_cell=work_cell,
                    batch_id=one.batch_id,
                    line=one.line,
                    result=key,
                )
            )
    return found


def _results_of(
    connection: Reading, results: Collection[str], wanted: ChartWanted
) -> dict[tuple[str, str, str], tuple[str, str, int]]:
    """Unit, work cell and record of the results that count, by author, chain and id; of rivals the first one stays."""
    postgres = is_postgres(connection.dialect)
    return {
        (author, chain, result_id): (unit, work_cell, seq)
        for chunk in in_chunks(results)
        for author, chain, result_id, unit, work_cell, seq in ask(
            connection, _results(postgres=postgres), {"part": wanted.part, "names": given(chunk, postgres=postgres)}
        )
    }


def _submitted_again(
    connection: Reading, wanted: ChartWanted, units: Collection[str]
) -> dict[tuple[str, str, str], int]:
    """The first record of each chain that submitted a unit at the operation, where it did so more than once."""
    postgres, place = is_postgres(connection.dialect), {"part": wanted.part, "operation": wanted.operation}
    return {
        (unit, author, chain): seq
        for chunk in in_chunks(units)
        for unit, author, chain, seq in ask(
            connection, _first_of_several(postgres=postgres), place | {"names": given(chunk, postgres=postgres)}
        )
    }


def _units_with(connection: Reading, lot: str) -> set[str]:
    """Units that a lot was built into."""
    query = select(link.c.parent).where(link.c.child == lot, link.c.action == "ADD").limit(MOST_UNITS)
    return set(connection.execute(query).scalars())


def _place(one: _Stated) -> Place:
    return Place(one.author, one.chain, one.seq, one.result_id, one.plant)


_IN_TIME = attrgetter("event_time", "author", "chain", "seq", "item", "batch_id", "line")
_SUBMITS = (
    unit_result.c.part == bindparam("part"),
    or_(*(unit_result.c.verdict == submits.value for submits in (Verdict.OK, Verdict.NOT_OK))),
    cast(unit_result.c.flags, String) == NO_FLAGS,
)


@cache
def _measured(*, postgres: bool) -> Select[Any]:
    names = ("event_time", "author", "chain", "seq", "result_id", "batch_id", "line")
    return select(*(measured.c[name] for name in names)).where(
        measured.c.plant == bindparam("plant"),
        measured.c.operation == bindparam("operation"),
        measured.c.event_time >= bindparam("begin", type_=BigInteger),
        measured.c.event_time < bindparam("end", type_=BigInteger),
        listed(measured.c.batch_id, "batches", postgres=postgres),
    )


@cache
def _results(*, postgres: bool) -> Select[Any]:
    table = unit_result.c
    return (
        select(table.author, table.chain, table.result_id, table.unit, table.work_cell, table.seq)
        .where(table.purpose == Purpose.FIRST.value, table.unit.is_not(None), *_SUBMITS)
        .where(listed(table.result_id, "names", postgres=postgres))
        .order_by(table.batch_id.desc(), table.line.desc())
    )


@cache
def _first_of_several(*, postgres: bool) -> Select[Any]:
    table = unit_result.c
    return (
        select(table.unit, table.author, table.chain, func.min(table.seq))
        .where(table.operation == bindparam("operation"), *_SUBMITS)
        .where(listed(table.unit, "names", postgres=postgres))
        .group_by(table.unit, table.author, table.chain)
        .having(func.count() > 1)
    )
