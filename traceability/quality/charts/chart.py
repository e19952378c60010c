"""What a control chart is: points with their own limits, where sigma came from, and the patterns found."""

from datetime import datetime
from enum import StrEnum

import msgspec

from traceability.quality.charts.rule import Rule
from traceability.quality.charts.rule_watch import ROUNDING, Violation
from traceability.quality.reason import Reason


class ChartKind(StrEnum):
    """The statistic that is plotted."""

    MEANS = "xbar"
    RANGES = "r"
    DEVIATIONS = "s"
    INDIVIDUALS = "i"
    MOVING_RANGES = "mr"
    P = "p"
    NP = "np"
    C = "c"
    U = "u"
    LANEY_P = "p'"
    LANEY_U = "u'"
    EWMA = "ewma"
    CUSUM = "cusum"
    BERNOULLI_CUSUM = "bernoulli-cusum"
    G = "g"
    T = "t"


class Estimator(StrEnum):
    """How sigma was estimated; the answer to "why does it differ from the spreadsheet?"."""

    RANGES = "R̄/d2"
    """Mean range; with unequal subgroups weighted as Burr (1969)."""
    DEVIATIONS = "S̄/c4"
    """Mean standard deviation; with unequal subgroups weighted as Burr (1969)."""
    POOLED = "pooled s"
    POOLED_UNBIASED = "pooled s/c4"
    MOVING_RANGES = "M̄R/d2(2)"
    MEDIAN_MOVING_RANGE = "median MR/0.954"
    OVERALL = "s"
    """Standard deviation of all values, divisor n - 1, no c4."""
    BINOMIAL = "√(p̄(1-p̄)/n)"
    POISSON = "√(c̄/n)"
    LANEY = "σz·√(p̄(1-p̄)/n)"
    LANEY_POISSON = "σz·√(ū/n)"
    GEOMETRIC = "√(ḡ(ḡ+1))"
    EXPONENTIAL = "exponential"
    GIVEN = "given"


class Constants(StrEnum):
    """Which digits of d2, d3 and c4 are used."""

    EXACT = "exact"
    ROUNDED = "rounded"
    """d2 and d3 to three, c4 to four digits, as in NIST's handbook and many programs."""
    TABLE = "table"
    """Limits by the tabled factors A2, A3, D3, D4, B3, B4, E2 to three digits, as in textbooks."""


class Parameters(msgspec.Struct, frozen=True, kw_only=True):
    """What limits rest on. Sigma is that of single values, or of the count model; units as the values'."""

    centre: float
    sigma: float
    estimator: Estimator = Estimator.GIVEN
    constants: Constants = Constants.EXACT
    values: int = 0
    """How many values (units inspected for counts) it was estimated from."""
    sigma_z: float = 1.0
    """Laney's factor."""


class Exclusion(msgspec.Struct, frozen=True):
    """Why a point neither estimates nor signals, and who decided it when."""

    who: str
    at: datetime
    why: str


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """One plotted point; ``value`` None where the statistic does not exist (the range of one value)."""

    index: int
    value: float | None
    centre: float
    sigma: float
    """Standard deviation of the plotted statistic."""
    lcl: float | None
    ucl: float | None
    size: float = 1.0
    excluded: Exclusion | None = None


class Chart(msgspec.Struct, frozen=True, kw_only=True):
    """One chart. ``baseline`` is the id of the baseline in phase II, None when limits come from these very points."""

    kind: ChartKind
    parameters: Parameters
    points: tuple[Point, ...]
    rules: tuple[Rule, ...]
    violations: tuple[Violation, ...]
    baseline: str | None = None
    cautions: tuple[Reason, ...] = ()
    dispersion: float | None = None
    """Charts of shares and rates: Laney's σz of these points; outside 0.8 to 1.25 the plain model does not hold."""

    @property
    def centre(self) -> float:
        """The centre line (of the first point, where sizes vary)."""
        return self.points[0].centre

    @property
    def beyond_limits(self) -> tuple[int, ...]:
        """Points strictly outside their limits, whichever rules are in use."""
        return tuple(
            point.index
            for point in self.points
            if point.value is not None
            and point.excluded is None
            and is_beyond(point.value, point.sigma, point.lcl, point.ucl)
        )


class ChartPair(msgspec.Struct, frozen=True):
    """A chart of location and its chart of spread."""

    location: Chart
    spread: Chart


def is_beyond(value: float, sigma: float, lcl: float | None, ucl: float | None) -> bool:
    """Whether a value lies strictly outside, by more than the limits' own rounding."""
    margin = ROUNDING * sigma
    return (ucl is not None and value - ucl > margin) or (lcl is not None and lcl - value > margin)
