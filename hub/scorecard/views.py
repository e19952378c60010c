"""What the plant page and ``/api/v1/plants/{id}`` show. Every figure carries the counts that it rests on."""

from datetime import datetime
from enum import StrEnum
from fractions import Fraction

import msgspec

from hub.named import Named
from hub.scorecard.lots import FieldScore, LotScore
from traceability.measurement import Characteristic
from traceability.quality.calendar import Coverage
from traceability.quality.capability import CapabilityResult
from traceability.quality.digital_coverage import DigitalCoverage
from traceability.quality.first_pass import FirstPass
from traceability.quality.gauge import NO_GAUGE, GaugeEvidence
from traceability.quality.grade import PlantGrade
from traceability.quality.intervals import Interval
from traceability.quality.loss import LossRates, YearOnYear
from traceability.quality.rolled import PlantRolledYield
from traceability.quality.sigma import SigmaResult
from traceability.quality.window import Window


class YieldView(msgspec.Struct, frozen=True):
    """A first-pass yield: ``first_ok`` of ``submitted`` units; value and Wilson interval None without submissions."""

    submitted: int
    first_ok: int
    value: Fraction | None
    interval: Interval | None


class BucketWidth(StrEnum):
    """Width of the buckets of a chart; days and longer are calendar days, weeks and months of the plant."""

    MINUTE = "minute"
    FIVE_MINUTES = "5-minutes"
    QUARTER = "15-minutes"
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class YieldBucket(msgspec.Struct, frozen=True, kw_only=True):
    """The yield of units first submitted from ``start`` to before ``end``."""

    start: datetime
    end: datetime
    fpy: YieldView


class ClaimedCounts(msgspec.Struct, frozen=True, kw_only=True):
    """The counts that a claim states (see ``FirstPassClaim``)."""

    submitted: int
    first_ok: int
    attempts: int
    invalid: int


class ClaimCheck(msgspec.Struct, frozen=True, kw_only=True):
    """What one author claimed about one chain up to record ``through``, beside what those very records say."""

    author: str
    chain: str
    through: int
    claimed: ClaimedCounts
    recomputed: ClaimedCounts
    agrees: bool


class OperationScore(msgspec.Struct, frozen=True, kw_only=True):
    """One part at one operation, within the window (claims: over each author's whole chain)."""

    part: Named
    operation: Named
    final: bool
    """Final acceptance, where the product quality level is counted."""
    planned: bool
    """False: results came for an operation that no control plan of this plant names."""
    results: int
    """Results recorded, of every kind."""
    counts: FirstPass
    """Over all authors."""
    fpy: YieldView
    over_time: tuple[YieldBucket, ...]
    claims: tuple[ClaimCheck, ...]
    """The latest claim of each chain."""
    unclaimed: tuple[str, ...]
    """Authors with results here that claimed nothing yet."""

    @property
    def claims_agree(self) -> bool:
        """Whether every author's claim is what its records say."""
        return all(claim.agrees for claim in self.claims)


class CapabilityView(msgspec.Struct, frozen=True, kw_only=True):
    """Capability of one characteristic, from the values of each unit's first submission at the operation."""

    part: Named
    operation: Named
    characteristic: Characteristic
    result: CapabilityResult
    left_out: int
    """Values that could not be used: of status Bad or Uncertain, or in a unit that the limits can't be told in."""
    gauge: GaugeEvidence = NO_GAUGE
    first_batch: int | None = None
    """Log positions of the first and the last batch that the values are from."""
    last_batch: int | None = None
    until: datetime | None = None
    """When these limits stopped being in force; None: they are."""


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """The state of knowledge: all batches of the log before ``log_size``; ``at`` None: now."""

    log_size: int
    at: datetime | None = None
    batches: int = 0
    """Batches with results of the plant in the window, from ``first_batch`` to ``last_batch``."""
    first_batch: int | None = None
    last_batch: int | None = None


class PlantView(msgspec.Struct, frozen=True, kw_only=True):
    """One plant over the window; ``capability`` holds the key characteristics, worst first."""

    plant: Named
    organisation: Named
    time_zone: str
    window: Window
    now: datetime
    units: int
    results: int
    operations: tuple[OperationScore, ...]
    """In the order of the routing, part by part."""
    bucket: BucketWidth | None
    """Width of the ``over_time`` buckets; None without submissions."""
    rolled: PlantRolledYield
    capability: tuple[CapabilityView, ...]
    grade: PlantGrade
    losses: LossRates | None = None
    year_on_year: YearOnYear | None = None
    """F against the twelve months before (rule R21)."""
    coverage: Coverage | None = None
    digital: DigitalCoverage | None = None
    """D2 as the data show it, beside the questionnaire."""
    known: Known | None = None
    """What it rests on: the batches that the hub held."""
    no_first_failure: YieldView | None = None
    """Units of the final operations without a first-pass failure anywhere, beside the product (rule R13)."""
    lots: tuple[LotScore, ...] = ()
    sigma: SigmaResult | None = None
    """At final acceptance, without what came back from the field."""
    field: FieldScore | None = None


class PlantRow(msgspec.Struct, frozen=True, kw_only=True):
    """One plant in a list of plants compared."""

    plant: Named
    organisation: Named
    time_zone: str
    units: int
    results: int
    rolled: PlantRolledYield
    grade: PlantGrade
    url: str
