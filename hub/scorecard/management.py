"""What a plant stated about how it is managed: production calendar, gauges with their studies, choices of policy."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date, timedelta
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
    GaugeUse,
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


class GaugeVersion(msgspec.Struct, frozen=True):
    """A gauge as it was stated, and from when to when it stood so; ``end`` None: until the next version."""

    record: GaugeRecord
    begin: date
    end: date | None


def gauges_on(connection: Reading, plants: Collection[str], day: date) -> dict[tuple[str, str], GaugeRecord]:
    """Each gauge as it stood on a day; one that had ended as withdrawn."""
    found: dict[tuple[str, str], GaugeRecord] = {}
    for key, versions in gauge_versions(connection, plants).items():
        held = next((one for one in reversed(versions) if one.begin <= day), versions[0])
        ended = held.end is not None and held.end < day
        found[key] = msgspec.structs.replace(held.record, withdrawn=held.record.withdrawn or ended)
    return found


def gauge_versions(
    connection: Reading, plants: Collection[str], before: int | None = None
) -> dict[tuple[str, str], list[GaugeVersion]]:
    """What was stated of each gauge, by the day from which it holds; what was undone left out, unless all of it was.

    A statement without a version holds from the day of its record on; of several that begin on a day the last counts.
    """
    stated: defaultdict[tuple[str, str], dict[date, GaugeRecord]] = defaultdict(dict)
    for gauge, _ in statements(connection, GaugeRecord, plants, before):
        begin = gauge.version.begin if gauge.version else gauge.event_time.date()
        stated[gauge.plant, gauge.id][begin] = gauge
    found: dict[tuple[str, str], list[GaugeVersion]] = {}
    for key, by_day in sorted(stated.items()):
        kept = [(day, one) for day, one in sorted(by_day.items()) if not (one.version and one.version.withdrawn)]
        found[key] = [
            GaugeVersion(one, day, one.version.end if one.version else None)
            for day, one in kept or [max(by_day.items(), key=lambda pair: pair[0])]
        ]
    return found


def _gauges(
    connection: Reading, plants: Collection[str], before: int | None
) -> defaultdict[str, defaultdict[Measured, list[GaugeState]]]:
    studies: dict[tuple[str, str, str, str], GaugeStudyRecord] = {}
    for study, _ in statements(connection, GaugeStudyRecord, plants, before):
        studies[study.plant, study.gauge, study.part, study.characteristic] = study
    found: defaultdict[str, defaultdict[Measured, list[GaugeState]]] = defaultdict(lambda: defaultdict(list))
    for (plant, identity), versions in gauge_versions(connection, plants, before).items():
        for version, following in zip(versions, [*versions[1:], None], strict=True):
            for use in version.record.uses:
                latest = studies.get((plant, identity, use.part, use.characteristic))
                state = GaugeState(
                    gauge=identity,
                    calibrated_on=version.record.calibrated_on,
                    calibration_due=version.record.calibration_due,
                    withdrawn=version.record.withdrawn,
                    share=share_of_tolerance(latest) if latest else None,
                    studied_on=latest.performed_on if latest else None,
                    begin=version.begin,
                    end=_last_day(version, following, use),
                )
                found[plant][use.part, use.characteristic].append(state)
    return found


def _last_day(version: GaugeVersion, following: GaugeVersion | None, use: GaugeUse) -> date | None:
    """Until when it measured this: to its end, or to the day before a version that measures something else."""
    if following is None or use in following.record.uses:
        return version.end
    changed = following.begin - timedelta(days=1)
    return changed if version.end is None else min(version.end, changed)
