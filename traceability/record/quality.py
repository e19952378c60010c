"""Records of quality management at a plant, entered or computed at the hub and sealed by it.

Master data (calendar, cost rates, gauges and their studies, the policy of grading), what undoes a loss entry, and the
results of assessment: ``level`` once a period, ``declaration`` when a plant declares it.
"""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any

import msgspec

from traceability.record.base import Count, Currency, Hash, Id, ItemId, Record, Text
from traceability.record.inspection import Positive
from traceability.record.master_data import Version

DecimalText = Annotated[str, msgspec.Meta(pattern=r"^-?[0-9]{1,30}(\.[0-9]{1,12})?$")]
Weekday = Annotated[int, msgspec.Meta(ge=1, le=7)]


class Shift(msgspec.Struct, frozen=True, kw_only=True):
    """A planned shift; times as HH:MM by the plant's clock, ``end`` on the next day when not after ``start``."""

    name: Id
    start: Annotated[str, msgspec.Meta(pattern="^([01][0-9]|2[0-3]):[0-5][0-9]$")]
    end: Annotated[str, msgspec.Meta(pattern="^([01][0-9]|2[0-3]):[0-5][0-9]$")]


class ProductionCalendarRecord(Record, frozen=True, kw_only=True, tag="production-calendar"):
    """Planned production days of a plant from ``first`` to ``last``; a later one replaces the days it speaks of.

    Days of ``weekdays`` (ISO: 1 Monday) are planned, but for ``closed``; ``opened`` are planned beside them.
    """

    plant: Id
    first: date
    last: date
    weekdays: tuple[Weekday, ...]
    closed: tuple[date, ...] = ()
    opened: tuple[date, ...] = ()
    shifts: tuple[Shift, ...] = ()
    entered_by: Id


class CostRateKind(StrEnum):
    """What a cost rate prices."""

    SCRAP = "scrap"
    REWORK = "rework"
    RE_INSPECTION = "re-inspection"
    """One result of a unit that was submitted again without rework."""
    SORTING = "sorting"
    """One unit or lot put on hold."""
    INSPECTION = "inspection"
    """One first submission at an operation."""
    INCOMING_INSPECTION = "incoming-inspection"
    """One item judged, or value measured, of received goods."""
    CALIBRATION = "calibration"
    """One gauge calibrated."""


class CostRateRecord(Record, frozen=True, kw_only=True, tag="cost-rate"):
    """Cost of scrapping one unit, or of another activity once, from a day on.

    ``part`` or ``operation`` empty: wherever none is more exact.
    """

    plant: Id
    part: Annotated[str, msgspec.Meta(max_length=400)]
    rate: CostRateKind
    amount: Decimal
    currency: Currency
    valid_from: date
    operation: Annotated[str, msgspec.Meta(max_length=200)] = ""
    evidence: Text = ""
    entered_by: Id
    version: Version | None = None


class LossReversalRecord(Record, frozen=True, kw_only=True, tag="loss-reversal"):
    """The loss entry ``reverses`` (the id of a quality-loss record) counts no more; both stay in the ledger."""

    plant: Id
    reverses: Id
    reason: Text
    entered_by: Id


class GaugeUse(msgspec.Struct, frozen=True, kw_only=True):
    """What a gauge measures."""

    part: ItemId
    characteristic: Id


class GaugeRecord(Record, frozen=True, kw_only=True, tag="gauge"):
    """A measuring instrument as it stands now; the record's id is the gauge's, a later one replaces an earlier one.

    ``calibration_minutes`` of work its latest calibration took, None: not stated.
    """

    plant: Id
    name: Text
    name_zh: Text = ""
    uses: tuple[GaugeUse, ...] = ()
    calibrated_on: date | None = None
    calibration_due: date | None = None
    calibration_minutes: Positive | None = None
    certificate: Text = ""
    withdrawn: bool = False
    entered_by: Id
    version: Version | None = None


class GaugeReading(msgspec.Struct, frozen=True, kw_only=True):
    """One reading of a study; repeats are told apart by their order."""

    part: Id
    operator: Id
    value: DecimalText


class GaugeStudyRecord(Record, frozen=True, kw_only=True, tag="gauge-study"):
    """A study of repeatability and reproducibility; its readings stand in it, so that anyone can compute it again.

    Without readings (a study made elsewhere) ``stated_share`` is GRR as a share of the tolerance, with its evidence.
    """

    plant: Id
    gauge: Id
    characteristic: Id
    part: ItemId
    performed_on: date
    tolerance: DecimalText | None = None
    readings: tuple[GaugeReading, ...] = ()
    stated_share: DecimalText | None = None
    evidence: Text = ""
    entered_by: Id


class GradingPolicyRecord(Record, frozen=True, kw_only=True, tag="grading-policy"):
    """The choices of a plant under rules R11, R14 and R20; the latest one counts."""

    plant: Id
    net_losses: bool = False
    sampling: Id = "inspected"
    cpk_waiver: Text = ""
    entered_by: Id


class LevelRecord(Record, frozen=True, kw_only=True, tag="level"):
    """The result of one periodic assessment: the whole grade as computed, and what it was computed from.

    ``grade`` is spelt as in ``traceability.quality.grade_text``; ``through`` counts the batches of the log that the hub
    held, ``root`` is the log's tree hash at that size.
    """

    plant: Id
    first: date
    last: date
    through: Count
    root: Hash
    grade: dict[str, Any]
    assessed_by: Id


class DeclarationRecord(Record, frozen=True, kw_only=True, tag="declaration"):
    """A plant's self-declaration 自我声明: the hash of the signed document that was handed out, and what it says."""

    plant: Id
    document: Hash
    level: Annotated[int, msgspec.Meta(ge=0, le=4)]
    rated: bool
    first: date
    last: date
    declared_by: Id
