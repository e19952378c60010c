"""Capability of a plant's key characteristics 关键特性, from the records of its units' first submissions.

What is now comes from roll-ups, without reading a single raw value; what was known earlier is scanned from the raw
records up to then, by the same rule (see ``hub.rollup.sample``).
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from fractions import Fraction
from functools import lru_cache

from hub.rollup.many import MOST_SUMS, Wanted, periods
from hub.rollup.window import Narrowing, Period
from hub.scorecard.gather import PlantRecords
from hub.scorecard.in_force import Measured, counts_for_plant, measured
from hub.scorecard.known import scanned_period
from hub.scorecard.views import CapabilityView
from hub.store.core.database import Reading
from hub.store.master.queries import PartEntry, operation_named, part_name
from hub.store.rollup.queries import Range
from traceability.measurement import Characteristic
from traceability.quality.capability import CapabilityResult
from traceability.quality.gauge import GaugeEvidence
from traceability.quality.rollup import Rollup
from traceability.quality.rollup_figures import rollup_capability
from traceability.record.master import ControlPlan


def capability_views(
    connection: Reading, records: PlantRecords, hours: Range, today: date, parts: Mapping[str, PartEntry]
) -> tuple[CapabilityView, ...]:
    """Every key characteristic of the control plans, by the limits that held; worst first, unrated before rated."""
    every = [one for entry in records.plans for one in measured(entry, hours)]
    if records.before is None:
        found = periods(connection, [_wanted(records.plant, one) for one in every])
    else:
        found = [scanned_period(records, one.plan.part, one.characteristic, one.hours) for one in every]
    views = [
        (
            one,
            characteristic_view(
                one.plan,
                one.characteristic,
                told,
                records.management.gauge(one.plan.part, one.characteristic.id, today),
                parts,
                until=one.until,
            ),
        )
        for one, told in zip(every, found, strict=True)
    ]
    return tuple(sorted((view for one, view in views if counts_for_plant(one, view.result)), key=_worst_first))


def read_together(connection: Reading, plants: Iterable[tuple[PlantRecords, Range]]) -> None:
    """Read what ``capability_views`` will ask of several plants now, by a few statements for all of them."""
    periods(
        connection,
        [
            _wanted(records.plant, one)
            for records, hours in plants
            if records.before is None
            for entry in records.plans
            for one in measured(entry, hours)
        ],
    )


def characteristic_view(
    plan: ControlPlan,
    characteristic: Characteristic,
    found: Period,
    gauge: GaugeEvidence,
    parts: Mapping[str, PartEntry],
    *,
    until: datetime | None = None,
) -> CapabilityView:
    """One characteristic over a period."""
    return CapabilityView(
        part=part_name(parts, plan.part),
        operation=operation_named(plan, characteristic.operation),
        characteristic=characteristic,
        # no gauge registered: "not studied" says it
        result=_capability(found.rollup, characteristic, gauge.share, gauge.calibrated or not gauge.gauges),
        left_out=found.left_out,
        gauge=gauge,
        first_batch=found.first_batch,
        last_batch=found.last_batch,
        until=until,
    )


@lru_cache(maxsize=MOST_SUMS)
def _capability(
    rollup: Rollup, characteristic: Characteristic, gauge_share: Fraction | None, calibrated: bool
) -> CapabilityResult:
    return rollup_capability(rollup, characteristic, gauge_share=gauge_share, calibrated=calibrated)


def _wanted(plant: str, one: Measured) -> Wanted:
    narrowing = Narrowing(part=one.plan.part, operation=one.characteristic.operation)
    return Wanted(plant=plant, characteristic=one.characteristic, hours=one.hours, narrowing=narrowing)


def _worst_first(view: CapabilityView) -> tuple[bool, float, str, str]:
    value = float("-inf") if view.result.value is None else view.result.value
    return view.result.rated, value, view.part.id, view.characteristic.id
