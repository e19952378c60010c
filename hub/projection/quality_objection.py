"""What the hub can't take as a statement about quality (see ``objection``)."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from hub.projection.sender import Sender
from traceability.record.base import Record
from traceability.record.inspection import FieldReturnRecord, LotInspectionRecord
from traceability.record.quality import (
    CostRateRecord,
    DeclarationRecord,
    GaugeRecord,
    GaugeStudyRecord,
    GradingPolicyRecord,
    LevelRecord,
    LossReversalRecord,
    ProductionCalendarRecord,
)
from traceability.record.spc import SPC_RECORDS, ChartBaselineRecord

QUALITY_HUB_ONLY: tuple[type[Record], ...] = (
    ProductionCalendarRecord,
    CostRateRecord,
    LossReversalRecord,
    GaugeRecord,
    GaugeStudyRecord,
    GradingPolicyRecord,
    LevelRecord,
    DeclarationRecord,
    LotInspectionRecord,
    FieldReturnRecord,
    *SPC_RECORDS,
)


def _check_calendar(record: ProductionCalendarRecord, _sender: Sender) -> str:
    if record.last < record.first:
        return "the calendar ends before it begins"
    if (record.last - record.first).days > 3700:
        return "a calendar speaks of ten years at most"
    outside = [day for day in (*record.closed, *record.opened) if not record.first <= day <= record.last]
    return f"{outside[0].isoformat()} is outside the calendar" if outside else ""


def _check_rate(record: CostRateRecord, _sender: Sender) -> str:
    if not record.amount.is_finite() or not 0 <= record.amount < Decimal(10) ** 18:
        return f"the amount {str(record.amount)[:40]} is not a cost"
    return ""


def _check_gauge(record: GaugeRecord, _sender: Sender) -> str:
    on, due = record.calibrated_on, record.calibration_due
    return "calibration is due before it was made" if on is not None and due is not None and due < on else ""


def _check_lot(record: LotInspectionRecord, _sender: Sender) -> str:
    if record.sample > record.size:
        return f"{record.sample} inspected of a lot of {record.size}"
    return f"{record.defective} defective of {record.sample}" if record.defective > record.sample else ""


def _check_returns(record: FieldReturnRecord, _sender: Sender) -> str:
    if record.returned > record.shipped:
        return f"{record.returned} returned of {record.shipped} shipped"
    shipped_on = date(int(record.cohort[:4]) or 1, int(record.cohort[5:]), 1)
    return "as_of lies before the month of shipment" if record.as_of < shipped_on else ""


def _check_baseline(record: ChartBaselineRecord, _sender: Sender) -> str:
    if Decimal(record.sigma) <= 0:
        return "limits need a sigma above 0"
    return "the data of the baseline end before they begin" if record.last < record.first else ""


QUALITY_CHECKS: dict[type[Record], Callable[[Any, Sender], str]] = {
    ProductionCalendarRecord: _check_calendar,
    CostRateRecord: _check_rate,
    GaugeRecord: _check_gauge,
    LotInspectionRecord: _check_lot,
    FieldReturnRecord: _check_returns,
    ChartBaselineRecord: _check_baseline,
}
