"""What quality costs are allocated by: results, holds and units of a plant, as far as they count."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Row, String, cast, literal_column, select

from hub.store.core.chunks import in_chunks
from hub.store.core.database import Reading
from hub.store.production.corrections import erroneous, place_of
from hub.store.quality.suppliers import NO_FLAGS
from hub.store.rollup.tallied import counts_between
from hub.store.rollup.tallies import marked_plants
from hub.store.tables.every import unit_result
from hub.store.tables.line import hold
from hub.store.tables.rollup import first_pass_hour
from traceability.record.production import HoldState
from traceability.unit import Purpose, Verdict

_ORDER = (unit_result.c.event_time, unit_result.c.author, unit_result.c.chain, unit_result.c.seq)


class Submitted(msgspec.Struct, frozen=True):
    """Units first submitted to an operation in the period ``number``; the first one is 0."""

    number: int
    part: str
    operation: str
    units: int


class CostedResult(msgspec.Struct, frozen=True):
    """A result as costs follow from it; ``at`` in microseconds since 1970 UTC, ``valid``: a verdict without flags."""

    unit: str | None
    part: str
    operation: str
    purpose: Purpose
    verdict: Verdict
    valid: bool
    defect: str
    at: int
    batch_id: int

    @property
    def failed(self) -> bool:
        """Whether it was a submission that was not OK."""
        return self.valid and self.verdict is Verdict.NOT_OK


class Held(msgspec.Struct, frozen=True):
    """A unit or lot that was put on hold."""

    about: str
    at: int
    batch_id: int


def first_submissions(connection: Reading, plant: str, bounds: Sequence[int]) -> list[Submitted]:
    """By period, part and operation; periods begin at the hours ``bounds``, the last of which is the end."""
    if marked_plants(connection, [plant]):
        told = (
            (one.number, one.part, one.operation, one.counts.submitted)
            for one in counts_between(connection, plant, bounds)
        )
        return [Submitted(*one) for one in told if one[-1]]
    table = first_pass_hour.c
    query = select(table.hour, table.part, table.operation, table.submitted).where(
        table.plant == plant, table.hour >= bounds[0], table.hour < bounds[-1], table.submitted > 0
    )
    sums: Counter[tuple[int, str, str]] = Counter()
    for row in connection.execute(query):
        sums[bisect_right(bounds, row.hour) - 1, row.part, row.operation] += row.submitted
    return [Submitted(*key, units) for key, units in sorted(sums.items())]


def repeated_results(connection: Reading, plant: str, begin: int, end: int) -> list[CostedResult]:
    """Results of retests and after rework in ``[begin, end)`` microseconds, operation by operation."""
    purposes: list[ColumnElement[str]] = [literal_column(f"'{one.value}'") for one in (Purpose.RETEST, Purpose.REWORK)]
    again = unit_result.c.purpose.in_(purposes)  # as the index unit_result_again says it
    found = _results(connection, plant, again, *_between(begin, end))
    return sorted(found, key=lambda one: one.operation)


def failed_results(connection: Reading, plant: str, begin: int, end: int) -> list[CostedResult]:
    """Valid results that were not OK, in ``[begin, end)`` microseconds, the earliest first."""
    return _results(connection, plant, *_failed(), *_between(begin, end))


def failures_of_units(connection: Reading, plant: str, units: Collection[str], end: int) -> list[CostedResult]:
    """Valid results of some units that were not OK, before ``end``, the earliest first."""
    found: list[CostedResult] = []
    for chunk in in_chunks(units):
        found += _results(connection, plant, *_failed(), unit_result.c.unit.in_(chunk), unit_result.c.event_time < end)
    return found


def repeated_results_of(
    connection: Reading, plant: str, units: Collection[str], begin: int, end: int
) -> list[CostedResult]:
    """As :func:`repeated_results`, of some units; the earliest first."""
    again = unit_result.c.purpose.in_([Purpose.RETEST.value, Purpose.REWORK.value])
    found: list[CostedResult] = []
    for chunk in in_chunks(units):
        found += _results(connection, plant, again, unit_result.c.unit.in_(chunk), *_between(begin, end))
    return found


def latest_results(connection: Reading, plant: str, units: Collection[str]) -> dict[str, CostedResult]:
    """The last result of each of some units at the plant."""
    latest: dict[str, CostedResult] = {}
    for chunk in in_chunks(units):
        found = _results(connection, plant, unit_result.c.unit.in_(chunk))
        latest |= {one.unit: one for one in found if one.unit is not None}
    return latest


def holds_placed(connection: Reading, plant: str, begin: int, end: int) -> list[Held]:
    """Units and lots put on hold in ``[begin, end)`` microseconds; a hold that is told twice counts once."""
    within = (hold.c.event_time >= begin, hold.c.event_time < end)
    query = (
        select(hold)
        .where(hold.c.plant == plant, hold.c.state == HoldState.PLACED.value, hold.c.about.is_not(None), *within)
        .order_by(hold.c.event_time, hold.c.batch_id, hold.c.line)
    )
    first: dict[tuple[str, str], Held] = {}
    for row in connection.execute(query):
        first.setdefault((row.author, row.hold_id), Held(row.about, row.event_time, row.batch_id))
    return list(first.values())


def _between(begin: int, end: int) -> tuple[ColumnElement[bool], ...]:
    return (unit_result.c.event_time >= begin, unit_result.c.event_time < end)


def _failed() -> tuple[ColumnElement[bool], ...]:
    by_index = unit_result.c.verdict == literal_column("'NOT_OK'")  # as the index unit_result_failed says it
    return (by_index, cast(unit_result.c.flags, String) == NO_FLAGS)


def _results(connection: Reading, plant: str, *narrow: ColumnElement[bool]) -> list[CostedResult]:
    rows = list(connection.execute(select(unit_result).where(unit_result.c.plant == plant, *narrow).order_by(*_ORDER)))
    wrong = erroneous(connection, map(place_of, rows))
    return [_result(row) for row in rows if not wrong or place_of(row) not in wrong]


def _result(row: Row[Any]) -> CostedResult:
    verdict = Verdict(row.verdict)
    return CostedResult(
        unit=row.unit,
        part=row.part,
        operation=row.operation,
        purpose=Purpose(row.purpose),
        verdict=verdict,
        valid=not row.flags and verdict in (Verdict.OK, Verdict.NOT_OK),
        defect=row.defect or "",
        at=row.event_time,
        batch_id=row.batch_id,
    )
