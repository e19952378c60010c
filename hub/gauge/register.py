"""Gauges as they stand on a day, each with the last study of each thing that it measures."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

import msgspec

from hub.scorecard.management import gauges_on
from hub.store.core.database import Reading
from hub.store.quality.queries import statements
from traceability.quality.capability import LARGEST_GAUGE_SHARE
from traceability.quality.msa.gauge_study import GaugeStudy, gauge_anova
from traceability.quality.msa.readings import Reading as GaugeReading
from traceability.quality.refusal import Refused
from traceability.record.quality import GaugeRecord, GaugeStudyRecord

SOON = timedelta(days=30)


class Calibration(StrEnum):
    """Whether a gauge may be used."""

    GOOD = "good"
    SOON = "due-soon"
    """Due within thirty days."""
    OVERDUE = "overdue"
    NEVER = "never-calibrated"
    WITHDRAWN = "withdrawn"


class StudyView(msgspec.Struct, frozen=True, kw_only=True):
    """A study computed again from its readings, or as a report stated it.

    ``share`` is GRR over the tolerance, of the study's variation where no tolerance is known (``of_tolerance`` False).
    Standard deviations in the unit of the values; None without readings.
    """

    id: str
    gauge: str
    part: str
    characteristic: str
    performed_on: date
    entered_by: str
    evidence: str
    readings: int
    share: float | None
    of_tolerance: bool
    ndc: int | None = None
    parts: int = 0
    operators: int = 0
    repeats: int = 0
    repeatability: float | None = None
    reproducibility: float | None = None
    gauge_deviation: float | None = None
    part_deviation: float | None = None
    why: str = ""
    """Why there is no figure."""

    @property
    def accepted(self) -> bool | None:
        """Whether the gauge is taken for what it measures (rule R10); None where there is no figure."""
        return None if self.share is None else self.share <= float(LARGEST_GAUGE_SHARE)


class GaugeUseView(msgspec.Struct, frozen=True, kw_only=True):
    """What a gauge measures, with the last study of it."""

    part: str
    characteristic: str
    study: StudyView | None


class GaugeView(msgspec.Struct, frozen=True, kw_only=True):
    """One gauge; ``days`` until its calibration is due, negative when overdue."""

    id: str
    name: str
    name_zh: str
    calibration: Calibration
    calibrated_on: date | None
    calibration_due: date | None
    calibration_minutes: int | None
    days: int | None
    certificate: str
    entered_by: str
    uses: tuple[GaugeUseView, ...]


class GaugeRegister(msgspec.Struct, frozen=True, kw_only=True):
    """The gauges of a plant, those that need somebody first; every study, the latest first."""

    plant: str
    day: date
    overdue: int
    due_soon: int
    gauges: tuple[GaugeView, ...]
    studies: tuple[StudyView, ...]


_URGENT = {
    Calibration.OVERDUE: 0,
    Calibration.NEVER: 1,
    Calibration.SOON: 2,
    Calibration.GOOD: 3,
    Calibration.WITHDRAWN: 4,
}


def gauge_register(connection: Reading, plant: str, day: date) -> GaugeRegister:
    """The register on a day; two statements."""
    studies = [study_view(record) for record, _ in statements(connection, GaugeStudyRecord, [plant])]
    last: defaultdict[str, dict[tuple[str, str], StudyView]] = defaultdict(dict)
    for study in studies:
        last[study.gauge][study.part, study.characteristic] = study
    gauges = [
        _gauge(gauge, last[identity], day) for (_, identity), gauge in gauges_on(connection, [plant], day).items()
    ]
    states = [one.calibration for one in gauges]
    return GaugeRegister(
        plant=plant,
        day=day,
        overdue=states.count(Calibration.OVERDUE) + states.count(Calibration.NEVER),
        due_soon=states.count(Calibration.SOON),
        gauges=tuple(sorted(gauges, key=lambda one: (_URGENT[one.calibration], one.calibration_due or day, one.id))),
        studies=tuple(reversed(studies)),
    )


def calibration_of(gauge: GaugeRecord, day: date) -> Calibration:
    """Its state on a day; due on the day itself is still good."""
    if gauge.withdrawn:
        return Calibration.WITHDRAWN
    if gauge.calibrated_on is None or gauge.calibrated_on > day:
        return Calibration.NEVER
    if gauge.calibration_due is None:
        return Calibration.GOOD
    if gauge.calibration_due < day:
        return Calibration.OVERDUE
    return Calibration.SOON if gauge.calibration_due - day <= SOON else Calibration.GOOD


def study_view(record: GaugeStudyRecord) -> StudyView:
    """What a study comes to."""
    stated = None if record.stated_share is None else float(record.stated_share)
    plain = StudyView(
        id=record.id,
        gauge=record.gauge,
        part=record.part,
        characteristic=record.characteristic,
        performed_on=record.performed_on,
        entered_by=record.entered_by,
        evidence=record.evidence,
        readings=len(record.readings),
        share=stated,
        of_tolerance=True,
    )
    if not record.readings:
        return plain
    readings = [GaugeReading(one.part, one.operator, Decimal(one.value)) for one in record.readings]
    found = studied(readings, None if record.tolerance is None else Decimal(record.tolerance))
    if isinstance(found, Refused):
        return msgspec.structs.replace(plain, share=None, why=found.detail or found.reason.value)
    return msgspec.structs.replace(plain, **figures_of(found))


def studied(readings: Sequence[GaugeReading], tolerance: Decimal | None) -> GaugeStudy | Refused:
    """The study by analysis of variance (AIAG MSA, 4th edition, III B)."""
    return gauge_anova(readings, tolerance)


def figures_of(found: GaugeStudy) -> dict[str, float | int | bool | None]:
    """The figures of a study as the view has them."""
    shares, parts = found.shares, found.components
    return {
        "share": shares.study if shares.tolerance is None else shares.tolerance,
        "of_tolerance": shares.tolerance is not None,
        "ndc": shares.ndc,
        "parts": found.parts,
        "operators": found.operators,
        "repeats": found.repeats,
        "repeatability": parts.repeatability,
        "reproducibility": parts.reproducibility,
        "gauge_deviation": parts.gauge,
        "part_deviation": parts.part,
    }


def _gauge(gauge: GaugeRecord, studies: dict[tuple[str, str], StudyView], day: date) -> GaugeView:
    due = gauge.calibration_due
    return GaugeView(
        id=gauge.id,
        name=gauge.name,
        name_zh=gauge.name_zh,
        calibration=calibration_of(gauge, day),
        calibrated_on=gauge.calibrated_on,
        calibration_due=due,
        calibration_minutes=gauge.calibration_minutes,
        days=None if due is None else (due - day).days,
        certificate=gauge.certificate,
        entered_by=gauge.entered_by,
        uses=tuple(
            GaugeUseView(
                part=use.part,
                characteristic=use.characteristic,
                study=studies.get((use.part, use.characteristic)),
            )
            for use in gauge.uses
        ),
    )
