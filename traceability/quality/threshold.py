"""What each level asks of the five metrics (notice, annex), compared exactly.

Bounds are the notice's: losses strictly below, everything else at or above (rule R2). At L1 a loss rate need only be
computed: the printed "≥ 3.0 %" describes that level and does not forbid being better (rule R1). The printed failures
per million are rounded figures of the exact ones, so a level is reached up to the larger of the two (rule R3); the
exact ones, 10⁶·Φ(1.5 − σ), stand here rounded up in the fourth decimal.
"""

from enum import StrEnum
from fractions import Fraction

import msgspec

from traceability.quality.level import Level


class Metric(StrEnum):
    """The five quantitative metrics of a plant."""

    SIGMA = "sigma"
    CPK = "cpk"
    RTY = "rty"
    INTERNAL_LOSS = "internal-loss"
    EXTERNAL_LOSS = "external-loss"


class Comparison(StrEnum):
    """How a value meets a threshold."""

    AT_LEAST = ">="
    AT_MOST = "<="
    BELOW = "<"
    MEASURED = "measured"


class Threshold(msgspec.Struct, frozen=True):
    """What one level asks of one metric; ``value`` is None where measuring it is enough.

    Units: failures per million for sigma, the index for cpk, a share of one (not percent) for the others.
    """

    level: Level
    comparison: Comparison
    value: Fraction | None


def _ladder(comparison: Comparison, *values: str) -> tuple[Threshold, ...]:
    levels = list(Level)[1:]
    return tuple(Threshold(level, comparison, Fraction(value)) for level, value in zip(levels, values, strict=True))


def _losses(*values: str) -> tuple[Threshold, ...]:
    steps = (
        Threshold(level, Comparison.BELOW, Fraction(value))
        for level, value in zip((Level.L2, Level.L3, Level.L4), values, strict=True)
    )
    return (Threshold(Level.L1, Comparison.MEASURED, None), *steps)


THRESHOLDS: dict[Metric, tuple[Threshold, ...]] = {
    Metric.SIGMA: _ladder(Comparison.AT_MOST, "66807.2013", "6209.6654", "232.6291", "3.4"),
    Metric.CPK: _ladder(Comparison.AT_LEAST, "1", "1.33", "1.67", "2"),
    Metric.RTY: _ladder(Comparison.AT_LEAST, "0.90", "0.95", "0.97", "0.98"),
    Metric.INTERNAL_LOSS: _losses("0.03", "0.015", "0.0075"),
    Metric.EXTERNAL_LOSS: _losses("0.023", "0.01", "0.005"),
}


def meets(value: Fraction, threshold: Threshold) -> bool:
    """Whether an exact value meets one threshold."""
    if threshold.value is None:
        return True
    if threshold.comparison is Comparison.AT_LEAST:
        return value >= threshold.value
    if threshold.comparison is Comparison.AT_MOST:
        return value <= threshold.value
    return value < threshold.value


def level_of(metric: Metric, value: Fraction | None) -> Level:
    """The level that a value of a metric reaches; L0 when it was not measured."""
    if value is None:
        return Level.L0
    return max((step.level for step in THRESHOLDS[metric] if meets(value, step)), default=Level.L0)


def threshold_of(metric: Metric, level: Level) -> Threshold | None:
    """What a level asks of a metric; None for L0, which asks nothing."""
    return None if level is Level.L0 else THRESHOLDS[metric][level - 1]


def next_threshold(metric: Metric, level: Level) -> Threshold | None:
    """What the level above asks; None at L4."""
    return None if level is Level.L4 else THRESHOLDS[metric][level]
