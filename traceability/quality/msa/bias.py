"""Bias: one part measured often, mean against its reference value (AIAG MSA, chapter III B, independent sample)."""

import math
from collections.abc import Sequence

import msgspec

from traceability.quality.distributions import t_quantile, t_tail
from traceability.quality.errors import NoFigure
from traceability.quality.intervals import CONFIDENCE, Interval
from traceability.quality.moments import moments_of
from traceability.quality.reason import Reason
from traceability.quality.refusal import or_refused
from traceability.quality.steps import Number, steps_of


class Bias(msgspec.Struct, frozen=True, kw_only=True):
    """Mean minus reference, in the values' unit."""

    n: int
    mean: float
    bias: float
    deviation: float
    """Repeatability s, divisor n - 1."""
    t: float | None
    """bias/(s/√n); None where nothing varies."""
    p: float | None
    """Two-sided."""
    interval: Interval

    @property
    def significant(self) -> bool:
        """Whether zero bias lies outside the interval."""
        return not self.interval.low <= 0.0 <= self.interval.high


@or_refused
def bias_study(values: Sequence[Number], reference: Number, confidence: float = CONFIDENCE) -> Bias:
    """Bias against a reference; values that are all equal have a bias, but no test."""
    return bias_of(values, reference, confidence)


def bias_of(values: Sequence[Number], reference: Number, confidence: float) -> Bias:
    """As :func:`bias_study`, for use by other studies."""
    steps = steps_of([*values, reference], fewest=3)
    sums = moments_of(steps.values[:-1])
    if sums.mean is None or sums.variance is None:
        raise NoFigure(Reason.NOT_ENOUGH_DATA, "two values are needed")
    bias = float((sums.mean - steps.values[-1]) * steps.unit)
    deviation = math.sqrt(sums.variance * steps.unit**2)
    error = deviation / math.sqrt(sums.n)
    half = t_quantile((1.0 + confidence) / 2.0, sums.n - 1) * error
    t = bias / error if error else None
    return Bias(
        n=sums.n,
        mean=float(sums.mean * steps.unit),
        bias=bias,
        deviation=deviation,
        t=t,
        p=None if t is None else 2.0 * t_tail(abs(t), sums.n - 1),
        interval=Interval(bias - half, bias + half, confidence),
    )
