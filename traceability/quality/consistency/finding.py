"""What a test of consistency answers."""

from enum import StrEnum

import msgspec


class Consistency(StrEnum):
    """The verdict over all tests together."""

    CONSISTENT = "consistent"
    """No test finds a difference; a small one may be there, ``groups`` say how much was looked at."""
    DIFFERS = "differs"
    CANNOT_TELL = "cannot-tell"


class Effect(StrEnum):
    """How large a difference is (Cohen 1988); a tiny one is often significant among many values."""

    NEGLIGIBLE = "negligible"
    SMALL = "small"
    MEDIUM = "medium"
    LARGE = "large"


class Method(StrEnum):
    """By which test."""

    WELCH = "welch"
    """Means, spreads need not be equal (Welch 1951)."""
    KRUSKAL_WALLIS = "kruskal-wallis"
    """Positions, whatever the distribution (Kruskal & Wallis 1952)."""
    BROWN_FORSYTHE = "brown-forsythe"
    """Spreads: Levene's test from medians (Brown & Forsythe 1974)."""
    CHI_SQUARE = "chi-square"
    """Shares, where every expected count is 5 or more (Pearson 1900)."""
    FISHER = "fisher"
    """Shares, exact: each group against the others, corrected (Fisher 1935; Holm 1979)."""


class Tested(msgspec.Struct, frozen=True, kw_only=True):
    """One test. ``holm`` is corrected for all tests that were made together.

    ``effect`` is η² of means, ε² of positions, the largest share less the smallest of counts (``fisher``), Cramér's V
    (``chi-square``), and of spreads the largest standard deviation over the smallest.
    """

    method: Method
    statistic: float | None
    p: float
    holm: float
    effect: float
    size: Effect | None
    significant: bool


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """One lot or supplier: ``n`` values with mean and standard deviation, or ``bad`` of ``n`` units.

    ``apart``: it alone differs from all others together, corrected for the number of groups.
    """

    name: str
    n: int
    mean: float | None = None
    sigma: float | None = None
    bad: int | None = None
    p: float | None = None
    apart: bool = False


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """The answer; ``left_out`` are groups too small to take part, ``why`` says why nothing can be told."""

    verdict: Consistency
    groups: tuple[Group, ...]
    tests: tuple[Tested, ...] = ()
    left_out: tuple[str, ...] = ()
    why: str = ""
