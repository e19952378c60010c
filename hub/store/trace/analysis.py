"""Units by where, when and how they passed: what a comparison asks of the store."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy import BigInteger, ColumnElement, cast, func, select

from hub.store.core.database import Reading
from hub.store.core.instant import from_micros, to_micros
from hub.store.production.corrections import erroneous, place_of
from hub.store.tables.every import unit_result
from hub.store.trace.queries import known
from traceability.unit import Verdict

_PRIME, _MULTIPLIER, _MODULUS = 1_000_003, 48_271, 2_147_483_647
MOST_READ = 50_000
"""Results read for one group; of more, a share is taken that hangs on their place in the log alone."""


class Passing(msgspec.Struct, frozen=True, kw_only=True):
    """Results of units at any of ``operations`` in ``[begin, end)``; empty or None: whatever it is."""

    operations: tuple[str, ...] = ()
    plants: tuple[str, ...] = ()
    part: str | None = None
    work_cell: str | None = None
    begin: datetime | None = None
    end: datetime | None = None
    verdict: Verdict | None = None


class Passed(msgspec.Struct, frozen=True):
    """A unit's result somewhere."""

    unit: str
    part: str
    plant: str | None
    operation: str
    at: datetime


class PassedUnits(msgspec.Struct, frozen=True):
    """Those that were read, and how many results there are."""

    rows: tuple[Passed, ...]
    results: int


def units_passing(connection: Reading, passing: Passing, log_size: int) -> PassedUnits:
    """Submissions that count; of more than ``MOST_READ`` about as many, the same ones each time."""
    conditions = _conditions(passing)
    count = select(func.count()).select_from(unit_result).where(*conditions)
    results = int(connection.execute(known(count, unit_result, log_size)).scalar_one())
    query = known(select(unit_result).where(*conditions), unit_result, log_size)
    if results > MOST_READ:
        query = query.where(_drawn(MOST_READ / results))
    rows = [row for row in connection.execute(query) if not row.flags]
    wrong = erroneous(connection, map(place_of, rows), log_size)
    kept = (row for row in rows if not wrong or place_of(row) not in wrong)
    found = tuple(Passed(row.unit, row.part, row.plant, row.operation, from_micros(row.event_time)) for row in kept)
    return PassedUnits(found, results)


def _conditions(passing: Passing) -> Sequence[ColumnElement[bool]]:
    table = unit_result.c
    verdicts = (Verdict.OK, Verdict.NOT_OK) if passing.verdict is None else (passing.verdict,)
    found: list[ColumnElement[bool]] = [table.unit.is_not(None), table.verdict.in_([each.value for each in verdicts])]
    if passing.plants:
        found.append(table.plant.in_(passing.plants))
    if passing.operations:
        found.append(table.operation.in_(passing.operations))
    if passing.part is not None:
        found.append(table.part == passing.part)
    if passing.work_cell is not None:
        found.append(table.work_cell == passing.work_cell)
    if passing.begin is not None:
        found.append(table.event_time >= to_micros(passing.begin))
    if passing.end is not None:
        found.append(table.event_time < to_micros(passing.end))
    return found


def _drawn(share: float) -> ColumnElement[bool]:
    """Whether a row is among ``share`` of all, by a number that hangs on its place and on nothing it says."""
    line = cast(unit_result.c.line, BigInteger)  # PostgreSQL multiplies in the width of what it is given
    place = (unit_result.c.batch_id * 7_919 + line * 104_729) % _PRIME
    return (place * _MULTIPLIER) % _MODULUS < int(share * _MODULUS)
