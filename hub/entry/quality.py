"""What people state about how quality is managed at a plant: calendar, cost rates, gauges, studies, policy."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from hub.entry.of_plant import enter_for_plant
from hub.entry.seal import Stamp
from hub.errors import EntryRefused
from hub.parts import Hub
from hub.store.ledger.batches import StoredBatch
from hub.store.quality.queries import loss_lines
from traceability.quality.msa.gauge_study import gauge_anova
from traceability.quality.msa.readings import Reading as StudyReading
from traceability.quality.refusal import Refused
from traceability.quality.sampling import SamplingMode
from traceability.record.base import Record
from traceability.record.quality import (
    CostRateKind,
    CostRateRecord,
    GaugeReading,
    GaugeRecord,
    GaugeStudyRecord,
    GaugeUse,
    GradingPolicyRecord,
    LossReversalRecord,
    ProductionCalendarRecord,
    Shift,
)


def enter_calendar(
    hub: Hub,
    plant: str,
    *,
    first: date,
    last: date,
    weekdays: Sequence[int],
    closed: Sequence[date] = (),
    opened: Sequence[date] = (),
    shifts: Sequence[Shift] = (),
    entered_by: str,
) -> StoredBatch:
    """Enter planned production days; they take the place of what was planned for these days before."""

    def record(identity: str, stamp: Stamp) -> Record:
        return ProductionCalendarRecord(
            id=identity,
            plant=plant,
            first=first,
            last=last,
            weekdays=tuple(sorted(set(weekdays))),
            closed=tuple(sorted(set(closed))),
            opened=tuple(sorted(set(opened))),
            shifts=tuple(shifts),
            entered_by=entered_by,
            **stamp,
        )

    return enter_for_plant(hub, plant, "calendar", record)


def enter_cost_rate(
    hub: Hub,
    plant: str,
    *,
    part: str,
    rate: CostRateKind,
    amount: Decimal,
    currency: str,
    valid_from: date,
    operation: str = "",
    evidence: str = "",
    entered_by: str,
) -> StoredBatch:
    """Enter what scrapping one unit costs, or another activity each time, from a day on."""

    def record(identity: str, stamp: Stamp) -> Record:
        return CostRateRecord(
            id=identity,
            plant=plant,
            part=part,
            rate=rate,
            amount=amount,
            currency=currency,
            valid_from=valid_from,
            operation=operation,
            evidence=evidence,
            entered_by=entered_by,
            **stamp,
        )

    return enter_for_plant(hub, plant, "cost-rate", record)


def reverse_loss(hub: Hub, plant: str, *, loss: str, reason: str, entered_by: str) -> StoredBatch:
    """Undo a loss entry by a reversing one; ``EntryRefused`` when there is none that counts."""
    with hub.store.reading() as connection:
        known = [line for line in loss_lines(connection, [plant]) if line.id == loss]
    if not known:
        raise EntryRefused(
            f"there is no loss {loss[:100]!r}", where=f"plant {plant}", advice="list the ledger's losses"
        )
    if known[0].reversed_by is not None:
        raise EntryRefused(f"{loss} is reversed already by {known[0].reversed_by}", where=f"plant {plant}")

    def record(identity: str, stamp: Stamp) -> Record:
        return LossReversalRecord(
            id=identity, plant=plant, reverses=loss, reason=reason, entered_by=entered_by, **stamp
        )

    return enter_for_plant(hub, plant, "reversal", record)


def enter_gauge(
    hub: Hub,
    plant: str,
    *,
    gauge: str,
    name: str,
    name_zh: str = "",
    uses: Sequence[GaugeUse] = (),
    calibrated_on: date | None = None,
    calibration_due: date | None = None,
    calibration_minutes: int | None = None,
    certificate: str = "",
    withdrawn: bool = False,
    entered_by: str,
) -> StoredBatch:
    """Enter a gauge, or what is new about it (a calibration, what it measures, its withdrawal)."""

    def record(_identity: str, stamp: Stamp) -> Record:
        return GaugeRecord(
            id=gauge,
            plant=plant,
            name=name,
            name_zh=name_zh,
            uses=tuple(uses),
            calibrated_on=calibrated_on,
            calibration_due=calibration_due,
            calibration_minutes=calibration_minutes,
            certificate=certificate,
            withdrawn=withdrawn,
            entered_by=entered_by,
            **stamp,
        )

    return enter_for_plant(hub, plant, "gauge", record)


def enter_gauge_study(
    hub: Hub,
    plant: str,
    *,
    gauge: str,
    part: str,
    characteristic: str,
    performed_on: date,
    tolerance: Decimal | None = None,
    readings: Sequence[GaugeReading] = (),
    stated_share: Decimal | None = None,
    evidence: str = "",
    entered_by: str,
) -> StoredBatch:
    """Enter a study; readings that give no result are refused with the reason."""
    if readings:
        values = [StudyReading(one.part, one.operator, Decimal(one.value)) for one in readings]
        found = gauge_anova(values, tolerance)
        if isinstance(found, Refused):
            raise EntryRefused(f"{found.reason}: {found.detail}", where="readings", advice="correct the readings")
    elif stated_share is None:
        raise EntryRefused("there are neither readings nor a stated share", where=f"study of {gauge}")

    def record(identity: str, stamp: Stamp) -> Record:
        return GaugeStudyRecord(
            id=identity,
            plant=plant,
            gauge=gauge,
            part=part,
            characteristic=characteristic,
            performed_on=performed_on,
            tolerance=None if tolerance is None else f"{tolerance:f}",
            readings=tuple(readings),
            stated_share=None if stated_share is None else f"{stated_share:f}",
            evidence=evidence,
            entered_by=entered_by,
            **stamp,
        )

    return enter_for_plant(hub, plant, "gauge-study", record)


def enter_policy(
    hub: Hub, plant: str, *, net_losses: bool, sampling: SamplingMode, cpk_waiver: str, entered_by: str
) -> StoredBatch:
    """Enter a plant's choices under the rules; they count from now on."""

    def record(identity: str, stamp: Stamp) -> Record:
        return GradingPolicyRecord(
            id=identity,
            plant=plant,
            net_losses=net_losses,
            sampling=sampling,
            cpk_waiver=cpk_waiver,
            entered_by=entered_by,
            **stamp,
        )

    return enter_for_plant(hub, plant, "policy", record)
