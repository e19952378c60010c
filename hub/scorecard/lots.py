"""Lots judged on samples (rule R14) and units that came back from the field (rule R5), as plants stated them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, date, datetime

import msgspec

from hub.named import Named
from hub.store.core.database import Reading
from hub.store.master.queries import PartEntry, operation_named, part_name
from hub.store.quality.field import field_failures
from hub.store.quality.queries import Stated, standing_statements
from traceability.quality.acceptance import judged_on_samples
from traceability.quality.field_return import CohortReturns, latest_returns, returned_units, returns_within
from traceability.quality.first_pass import FirstPass
from traceability.quality.sampling import LotInspection, PartInspection, SampledYield
from traceability.quality.sigma import SigmaResult, with_field_returns
from traceability.quality.window import Window
from traceability.record.inspection import FieldReturnRecord, LotInspectionRecord
from traceability.record.master import ControlPlan

Subject = tuple[str, str]
"""Part and operation."""


class LotScore(msgspec.Struct, frozen=True, kw_only=True):
    """Lots of one part at one operation; ``stands``: the yield of the operation is theirs (see ``acceptance``)."""

    part: Named
    operation: Named
    sampled: SampledYield
    stands: bool


class FieldScore(msgspec.Struct, frozen=True, kw_only=True):
    """Units returned of the months shipped in the window, and the quality level with them."""

    cohorts: tuple[CohortReturns, ...]
    failed: dict[str, int]
    """By part, units accepted in the window that claims name by their serial."""
    returned: int
    sigma: SigmaResult


class LotsAndReturns(msgspec.Struct, frozen=True, kw_only=True):
    """What one plant stated; ``failed``: units that claims from the field name."""

    lots: tuple[PartInspection, ...] = ()
    returns: tuple[CohortReturns, ...] = ()
    failed: frozenset[str] = frozenset()


def lots_and_returns(
    connection: Reading, plants: Collection[str], before: int | None = None
) -> dict[str, LotsAndReturns]:
    """The statements of each plant; ``before``: as known at that log size."""
    lots, returns = lot_inspections(connection, plants, before), field_returns(connection, plants, before)
    failed = failed_units(connection, plants, before)
    return {
        plant: LotsAndReturns(
            lots=lots.get(plant, ()), returns=returns.get(plant, ()), failed=failed.get(plant, frozenset())
        )
        for plant in plants
    }


def lot_inspections(
    connection: Reading, plants: Collection[str], before: int | None = None
) -> dict[str, tuple[PartInspection, ...]]:
    """Every submission of a lot, by plant; without those that were declared wrong."""
    found: defaultdict[str, list[PartInspection]] = defaultdict(list)
    for record, stated in standing_statements(connection, LotInspectionRecord, plants, before):
        found[record.plant].append(_inspection(record, stated))
    return {plant: tuple(several) for plant, several in found.items()}


def field_returns(
    connection: Reading, plants: Collection[str], before: int | None = None
) -> dict[str, tuple[CohortReturns, ...]]:
    """The latest statement of each part and month, by plant."""
    found: defaultdict[str, list[CohortReturns]] = defaultdict(list)
    for record, _ in standing_statements(connection, FieldReturnRecord, plants, before):
        found[record.plant].append(_cohort(record))
    return {plant: latest_returns(several) for plant, several in found.items()}


def failed_units(connection: Reading, plants: Collection[str], before: int | None = None) -> dict[str, frozenset[str]]:
    """The units that claims name, by plant."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for failure in field_failures(connection, plants, before) if plants else ():
        found[failure.plant].add(failure.unit)
    return {plant: frozenset(units) for plant, units in found.items()}


def lots_within(inspections: Iterable[PartInspection], window: Window) -> tuple[PartInspection, ...]:
    """Every submission of the lots that were first submitted in the window."""
    by_lot: defaultdict[tuple[str, str, str], list[PartInspection]] = defaultdict(list)
    for one in inspections:
        by_lot[one.part, one.inspection.operation, one.inspection.lot].append(one)
    return tuple(
        one
        for _, several in sorted(by_lot.items())
        if window.holds(min(several, key=lambda each: each.inspection.attempt).inspection.event_time.date())
        for one in several
    )


def lot_scores(
    yields: Mapping[Subject, SampledYield],
    counts: Mapping[Subject, FirstPass],
    plans: Mapping[str, ControlPlan],
    parts: Mapping[str, PartEntry],
) -> tuple[LotScore, ...]:
    """Each part at each operation where lots were judged on samples."""
    return tuple(
        LotScore(
            part=part_name(parts, part),
            operation=operation_named(plans.get(part), operation),
            sampled=found,
            stands=judged_on_samples(counts.get((part, operation), FirstPass()), found),
        )
        for (part, operation), found in yields.items()
    )


def field_score(
    cohorts: Iterable[CohortReturns], failed: Mapping[str, int], window: Window, sigma: SigmaResult
) -> FieldScore | None:
    """The quality level with what came back of the window's shipments; None where nobody stated anything."""
    found = returns_within(cohorts, window)
    returned = returned_units(found, failed)
    if returned is None:
        return None
    return FieldScore(cohorts=found, failed=dict(failed), returned=returned, sigma=with_field_returns(sigma, returned))


def _inspection(record: LotInspectionRecord, stated: Stated) -> PartInspection:
    inspection = LotInspection(
        lot=record.lot,
        operation=record.operation,
        size=record.size,
        sample=record.sample,
        defective=record.defective,
        accepted=record.accepted,
        attempt=record.submission,
        author=stated.place.author,
        chain=stated.place.chain,
        record_seq=stated.place.seq,
        event_time=_midnight(record.inspected_on),
        result_id=record.id,
    )
    return PartInspection(part=record.part, record=record.id, inspection=inspection)


def _cohort(record: FieldReturnRecord) -> CohortReturns:
    return CohortReturns(
        part=record.part,
        month=date(int(record.cohort[:4]), int(record.cohort[5:]), 1),
        shipped=record.shipped,
        returned=record.returned,
        as_of=record.as_of,
        record=record.id,
    )


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
