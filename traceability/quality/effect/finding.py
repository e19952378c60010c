"""What a comparison of before and after answers."""

from enum import StrEnum

import msgspec

from traceability.quality.intervals import Interval


class EffectTest(StrEnum):
    """By which test; stated before the days it looks at."""

    TWO_PROPORTIONS = "two-proportions"
    """Shares of two independent samples: Fisher's exact test, two-sided; interval of the difference by Newcombe."""
    WELCH = "welch"
    """Means of two samples whose spreads need not be equal (Welch 1947)."""
    MANN_WHITNEY = "mann-whitney"
    """Positions whatever the distribution, by ranks with ties (Mann & Whitney 1947); effect is the chance that a value
    after is above one before, less that it is below (Cliff's delta)."""
    VARIANCE_RATIO = "variance-ratio"
    """Spreads of two normal samples: F test; effect is the quotient of the standard deviations."""
    CAPABILITY = "capability"
    """Two capability indices, each with Bissell's variance (1990)."""
    PRODUCTS = "products"
    """Two rolled yields, by the counts of their operations (Goodman 1960, Agresti & Caffo 2000)."""
    MONTHS = "months"
    """The means of the whole months before and after, by how much the months scatter (Welch 1947)."""
    POINT = "point"
    """Two values are compared and nothing is tested: for what has neither a sample nor months enough."""


class EffectVerdict(StrEnum):
    """What follows. ``not shown`` is not "no effect": the interval says how large it may be."""

    EFFECTIVE = "effective"
    NOT_SHOWN = "not-shown"
    WORSE = "worse"
    BETTER_UNTESTED = "better-untested"
    """The value is better, and no test says how likely chance alone would have done it."""
    CANNOT_TELL = "cannot-tell"


class Effect(msgspec.Struct, frozen=True, kw_only=True):
    """A change from before to after: ``size`` is after less before (quotient of spreads), positive means larger.

    ``p`` is two-sided and None where nothing was tested; ``degrees`` of the t or F distribution.
    """

    size: float
    interval: Interval | None = None
    p: float | None = None
    statistic: float | None = None
    degrees: float | None = None
    larger: bool = False
    """Whether what decides is larger after than before."""
