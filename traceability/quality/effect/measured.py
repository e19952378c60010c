"""Did a mean, a spread or a capability index move?

Welch: B. L. Welch, Biometrika 34 (1947) 28, with Satterthwaite's degrees of freedom. F: the quotient of two variances
of normal samples. Capability: the difference of two estimates with Bissell's variance 1/(9n) + Cpk²/(2(n - 1))
(A. F. Bissell, Applied Statistics 39 (1990) 331).
"""

import math
from statistics import NormalDist

import msgspec

from traceability.quality.distributions import f_cdf, f_quantile, f_tail, t_quantile, t_tail
from traceability.quality.effect.finding import Effect
from traceability.quality.errors import OutOfDomain
from traceability.quality.intervals import Interval


class Sample(msgspec.Struct, frozen=True):
    """``n`` values with their mean and standard deviation (ddof 1), all in one unit."""

    n: int
    mean: float
    sd: float


def mean_effect(before: Sample, after: Sample, confidence: float) -> Effect:
    """The difference of two means."""
    _check(before, after)
    size = after.mean - before.mean
    one, other = before.sd**2 / before.n, after.sd**2 / after.n
    spread = one + other
    if spread == 0.0:  # neither varies: the means are what they are
        return Effect(size=size, interval=Interval(size, size, confidence), p=float(size == 0), larger=size > 0)
    degrees = spread**2 / (one**2 / (before.n - 1) + other**2 / (after.n - 1))
    t = size / math.sqrt(spread)
    half = t_quantile((1 + confidence) / 2, degrees) * math.sqrt(spread)
    return Effect(
        size=size,
        interval=Interval(size - half, size + half, confidence),
        p=min(1.0, 2 * t_tail(abs(t), degrees)),
        statistic=t,
        degrees=degrees,
        larger=size > 0,
    )


def spread_effect(before: Sample, after: Sample, confidence: float) -> Effect:
    """The quotient of two standard deviations, after over before; ``OutOfDomain`` where one is 0."""
    _check(before, after)
    if before.sd == 0.0 or after.sd == 0.0:
        raise OutOfDomain("the spread of values that do not vary has no quotient")
    quotient = (after.sd / before.sd) ** 2
    freedom = after.n - 1, before.n - 1
    high, low = (f_quantile(side, *freedom) for side in ((1 + confidence) / 2, (1 - confidence) / 2))
    return Effect(
        size=math.sqrt(quotient),
        interval=Interval(math.sqrt(quotient / high), math.sqrt(quotient / low), confidence),
        p=min(1.0, 2 * min(f_tail(quotient, *freedom), f_cdf(quotient, *freedom))),
        statistic=quotient,
        degrees=float(freedom[0]),
        larger=quotient > 1,
    )


def capability_effect(before: tuple[float, int], after: tuple[float, int], confidence: float) -> Effect:
    """The difference of two indices, each of ``n`` values."""
    (index, n), (other, other_n) = before, after
    if min(n, other_n) < 2:
        message = f"an index needs two values or more, not {min(n, other_n)}"
        raise OutOfDomain(message)
    sigma = math.sqrt(_bissell(index, n) + _bissell(other, other_n))
    size, normal = other - index, NormalDist()
    half = normal.inv_cdf((1 + confidence) / 2) * sigma
    z = size / sigma
    return Effect(
        size=size,
        interval=Interval(size - half, size + half, confidence),
        p=math.erfc(abs(z) / math.sqrt(2)),
        statistic=z,
        larger=size > 0,
    )


def _bissell(index: float, n: int) -> float:
    return 1 / (9 * n) + index * index / (2 * (n - 1))


def _check(before: Sample, after: Sample) -> None:
    for one in (before, after):
        if one.n < 2 or not one.sd >= 0.0 or not math.isfinite(one.mean + one.sd):
            message = f"two values or more with a standard deviation are needed, not n = {one.n}, sd = {one.sd}"
            raise OutOfDomain(message)
