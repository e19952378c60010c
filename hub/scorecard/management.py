"""What a plant stated about how it is managed: production calendar, gauges with their studies, choices of policy."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date
from decimal import Decimal
from fractions import Fraction

import msgspec

from hub.store.core.database import Reading
from hub.store.quality.queries import statements
from traceability.quality.calendar import PlannedDays
from traceability.quality.gauge import GaugeEvidence, GaugeState, gauge_evidence
from traceability.quality.msa.gauge_study import gauge_anova
from traceability.quality.msa.readings import Reading as GaugeReading
from traceability.quality.policy import Policy
from traceability.quality.refusal import Refused
from traceability.quality.sampling import SamplingMode
from traceability.record.quality import (
    GaugeRecord,
    GaugeStudyRecord,
    GradingPolicyRecord,
    ProductionCalendarRecord,
)

Measured = tuple[str, str]
"""Part and characteristic."""


class Management(msgspec.Struct, frozen=True, kw_only=True):
    """The latest statements of one plant."""

    calendars: tuple[PlannedDays, ...] = ()
    policy: Policy = Policy()
    gauges: dict[Measured, tuple[GaugeState, ...]] = {}

    def gauge(self, part: str, characteristic: str, day: date) -> GaugeEvidence:
        """What the gauges of a characteristic show on a day."""
        return gauge_evidence(self.gauges.get((part, characteristic), ()), day)


def management_of(connection: Reading, plants: Collection[str], before: int | None = None) -> dict[str, Management]:
    """The statements of each plant; ``before``: as known at that log size."""
    calendars: defaultdict[str, list[PlannedDays]] = defaultdict(list)
    for calendar, _ in statements(connection, ProductionCalendarRecord, plants, before):
        calendars[calendar.plant].append(_planned(calendar))
    policies = {record.plant: record for record, _ in statements(connection, GradingPolicyRecord, plants, before)}
    gauges = _gauges(connection, plants, before)
    return {
        plant: Management(
            calendars=tuple(calendars[plant]),
            policy=_policy(policies.get(plant)),
            gauges={measured: tuple(found) for measured, found in gauges[plant].items()},
        )
        for plant in plants
    }


def share_of_tolerance(study: GaugeStudyRecord) -> Fraction | None:
    """GRR over the tolerance: computed again from the study's readings, else as stated; None where there is none."""
    if not study.readings:
        return None if study.stated_share is None else Fraction(study.stated_share)
    readings = [GaugeReading(one.part, one.operator, Decimal(one.value)) for one in study.readings]
    found = gauge_anova(readings, None if study.tolerance is None else Decimal(study.tolerance))
    if isinstance(found, Refused):
        return None
    return Fraction(found.shares.study if found.shares.tolerance is None else found.shares.tolerance)


def _planned(record: ProductionCalendarRecord) -> PlannedDays:
    return PlannedDays(
        first=record.first,
        last=record.last,
        weekdays=record.weekdays,
        closed=record.closed,
        opened=record.opened,
    )


def _policy(record: GradingPolicyRecord | None) -> Policy:
    if record is None:
        return Policy()
    return Policy(net_losses=record.net_losses, sampling=SamplingMode(record.sampling), cpk_waiver=record.cpk_waiver)


def latest_gauges(
    connection: Reading, plants: Collection[str], before: int | None
) -> dict[tuple[str, str], GaugeRecord]:
    """The last statement of each gauge; of those that name days the last of the latest day."""
    last: dict[tuple[str, str], dict[date, GaugeRecord]] = {}
    for gauge, _ in statements(connection, GaugeRecord, plants, before):
        by_day = last.setdefault((gauge.plant, gauge.id), {})
        by_day[gauge.version.begin if gauge.version else gauge.event_time.date()] = gauge
    found: dict[tuple[str, str], GaugeRecord] = {}
    for key, by_day in last.items():
        standing = [by_day[day] for day in sorted(by_day) if not (by_day[day].version and by_day[day].withdrawn)]
        found[key] = standing[-1] if standing else by_day[max(by_day)]
    return found


def _gauges(
    connection: Reading, plants: Collection[str], before: int | None
) -> defaultdict[str, defaultdict[Measured, list[GaugeState]]]:
    studies: dict[tuple[str, str, str, str], GaugeStudyRecord] = {}
    for study, _ in statements(connection, GaugeStudyRecord, plants, before):
        studies[study.plant, study.gauge, study.part, study.characteristic] = study
    found: defaultdict[str, defaultdict[Measured, list[GaugeState]]] = defaultdict(lambda: defaultdict(list))
    for (plant, identity), gauge in sorted(latest_gauges(connection, plants, before).items()):
        for use in gauge.uses:
            latest = studies.get((plant, identity, use.part, use.characteristic))
            state = GaugeState(
                gauge=identity,
                calibrated_on=gauge.calibrated_on,
                calibration_due=gauge.calibration_due,
                withdrawn=gauge.withdrawn,
                share=share_of_tolerance(latest) if latest else None,
                studied_on=latest.performed_on if latest else None,
            )
            found[plant][use.part, use.characteristic].append(state)
    return found
