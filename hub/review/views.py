"""What a yearly review says."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

import msgspec

from hub.alarm.response import ResponseTimes
from hub.named import Named
from hub.scorecard.views import CapabilityView, YieldView
from traceability.improvement.stages import Stage
from traceability.improvement.state import ImprovementState
from traceability.quality.calendar import Coverage
from traceability.quality.digital_coverage import DigitalCoverage
from traceability.quality.effect.finding import EffectVerdict
from traceability.quality.grade import PlantGrade
from traceability.quality.level import Level
from traceability.quality.loss import LossRates, YearOnYear
from traceability.quality.threshold import Metric
from traceability.quality.window import Window


class Move(StrEnum):
    """How a figure moved since last year, by its value; in losses and σ (failures per million) less is better."""

    BETTER = "better"
    WORSE = "worse"
    SAME = "same"
    UNKNOWN = "unknown"
    """One of the two years has none."""


class MetricLine(msgspec.Struct, frozen=True, kw_only=True):
    """One metric in both years; values in the unit of ``Threshold``, None where not rated."""

    metric: Metric
    before: Fraction | None
    now: Fraction | None
    level_before: Level
    level_now: Level
    move: Move


class OperationLine(msgspec.Struct, frozen=True, kw_only=True):
    """First-pass yield of one part at one operation, in both years."""

    part: Named
    operation: Named
    final: bool
    before: YieldView | None
    now: YieldView
    claims_agree: bool


class LevelStep(msgspec.Struct, frozen=True, kw_only=True):
    """A Level that was sealed, at the log's batch ``log_index``."""

    assessed_on: datetime
    level: Level
    rated: bool
    provisional: bool
    binding: tuple[str, ...]
    log_index: int


class MonthLine(msgspec.Struct, frozen=True, kw_only=True):
    """One month by the plant's clock; losses in the review's currency, ``rolled`` None while an operation has none."""

    first: date
    submitted: int
    first_ok: int
    rolled: Fraction | None
    internal_loss: Decimal
    external_loss: Decimal
    alarms: int
    days_with_results: int
    imported: int


class ActionLine(msgspec.Struct, frozen=True, kw_only=True):
    """An improvement that was under way in the year, with what its last check found."""

    id: str
    title: str
    owner: str
    state: ImprovementState
    stage: Stage
    begun_at: datetime
    actions_done: int
    actions_open: int
    looks: int
    verdict: EffectVerdict | None
    value_before: str | None
    value_after: str | None
    """The metric's figure before and after, as decimal text in its own unit."""
    p: str | None
    """Two-sided, corrected for how often was looked; None where nothing was tested."""
    target_met: bool | None
    metric: str
    in_doubt: bool


class LossOfData(msgspec.Struct, frozen=True, kw_only=True):
    """What an agent said it could not keep."""

    author: str
    stream: str
    entries: int
    count: int
    reason: str


class Support(msgspec.Struct, frozen=True, kw_only=True):
    """What the figures rest on, and what they do not."""

    results: int
    """Signed results of the year."""
    units: int
    batches: int
    authors: tuple[str, ...]
    coverage: Coverage
    longest_gap: Window | None
    """The longest stretch of days without any result, at least two."""
    digital: DigitalCoverage
    losses: tuple[LossOfData, ...]
    new_chains: int
    """Chains that began in the year: a new disk, a restored machine, a new agent."""
    quarantined: int
    """Records that arrived in the year and could not be read as what they are."""
    erroneous: int
    """Results that were declared wrong; they count in no figure."""
    claims_disagreeing: int
    imported: int
    """Results loaded from files, signed by nobody; they count in no figure."""
    entered: int
    """Cost entries of the year, made by hand and sealed by the hub."""

    @property
    def unsigned(self) -> Fraction | None:
        """Share of what was loaded from files, of all results of the year."""
        every = self.results + self.imported
        return Fraction(self.imported, every) if every else None


class YearFigures(msgspec.Struct, frozen=True, kw_only=True):
    """The figures of one year."""

    window: Window
    grade: PlantGrade
    units: int
    rolled: Fraction | None
    losses: LossRates | None


class Review(msgspec.Struct, frozen=True, kw_only=True):
    """The review of a plant's year.

    ``log_size``: by all that the hub's log held in its first so many batches; the same size gives the same review
    again, whatever comes later. ``complete``: the year was over when it was made.
    """

    plant: Named
    organisation: Named
    time_zone: str
    year: int
    made_at: datetime
    complete: bool
    log: str
    log_size: int
    root: str
    now: YearFigures
    before: YearFigures | None
    """Last year; None without any record of it."""
    metrics: tuple[MetricLine, ...]
    operations: tuple[OperationLine, ...]
    capability: tuple[CapabilityView, ...]
    level_before: LevelStep | None
    """The last one sealed before the year began."""
    levels: tuple[LevelStep, ...]
    """Sealed in the year, in order."""
    months: tuple[MonthLine, ...]
    loss_target: YearOnYear
    actions: tuple[ActionLine, ...]
    alarms: ResponseTimes
    support: Support
    unsigned: Fraction | None
