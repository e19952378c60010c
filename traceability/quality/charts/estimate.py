"""Estimators of the process sigma from subgroups, and from moving ranges.

With subgroups of unequal size ranges and deviations are weighted as I. W. Burr, "Control charts for measurements with
varying sample sizes", Journal of Quality Technology 1 (1969) 163: each R/d2 (S/c4) by d2²/d3² (c4²/(1 - c4²)), the
reciprocal of its variance. With equal sizes that is R̄/d2 and S̄/c4.
"""

import math
from collections.abc import Iterable, Sequence
from fractions import Fraction
from statistics import NormalDist, median

import msgspec

from traceability.quality.charts import factors
from traceability.quality.charts.chart import Constants, Estimator
from traceability.quality.errors import NoFigure, OutOfDomain
from traceability.quality.reason import Reason


class Subgroup(msgspec.Struct, frozen=True):
    """One subgroup: exact mean, range and variance (None for a single value) in the values' unit."""

    n: int
    mean: Fraction
    range: Fraction | None
    variance: Fraction | None

    @property
    def deviation(self) -> float | None:
        """The sample standard deviation (divisor n - 1)."""
        return None if self.variance is None else math.sqrt(self.variance)


def subgroup_of(steps: Sequence[int], unit: Fraction) -> Subgroup:
    """The statistics of one subgroup, values as integers of ``unit``."""
    n, total = len(steps), sum(steps)
    mean = Fraction(total, n) * unit
    if n < 2:
        return Subgroup(n, mean, None, None)
    squares = sum(value * value for value in steps)
    variance = Fraction(n * squares - total * total, n * (n - 1)) * unit * unit
    return Subgroup(n, mean, (max(steps) - min(steps)) * unit, variance)


def grand_mean(groups: Iterable[Subgroup]) -> float:
    """X̿, each subgroup weighted by its size."""
    total, n = Fraction(0), 0
    for group in groups:
        total += group.mean * group.n
        n += group.n
    return float(total / n)


def sigma_within(groups: Iterable[Subgroup], estimator: Estimator, constants: Constants) -> float:
    """The process sigma; NoFigure without a subgroup of two, or when nothing varies within any."""
    usable = [group for group in groups if group.n >= 2]
    if not usable:
        raise NoFigure(Reason.NOT_ENOUGH_DATA, "no subgroup of two or more values")
    match estimator:
        case Estimator.RANGES:
            sigma = _by_ranges(usable, constants)
        case Estimator.DEVIATIONS:
            sigma = _by_deviations(usable, constants)
        case Estimator.POOLED | Estimator.POOLED_UNBIASED:
            sigma = _pooled(usable, estimator is Estimator.POOLED_UNBIASED, constants)
        case _:
            message = f"{estimator.value} is no estimator from subgroups"
            raise OutOfDomain(message)
    if sigma == 0.0:
        raise NoFigure(Reason.ZERO_SPREAD, "no spread within any subgroup")
    return sigma


def sigma_of_moving_ranges(ranges: Sequence[Fraction], estimator: Estimator, constants: Constants) -> float:
    """Sigma from ranges of two neighbours: their mean over d2(2), or their median over √2·Φ⁻¹(0.75) = 0.954."""
    if not ranges:
        raise NoFigure(Reason.NOT_ENOUGH_DATA, "no two neighbouring values")
    if estimator is Estimator.MEDIAN_MOVING_RANGE:
        factor = math.sqrt(2.0) * NormalDist().inv_cdf(0.75)
        sigma = float(median(ranges)) / (factor if constants is Constants.EXACT else round(factor, 3))
    else:
        sigma = float(sum(ranges) / len(ranges)) / factors.d2(2, constants)
    if sigma == 0.0:
        raise NoFigure(Reason.ZERO_SPREAD, "the moving ranges are zero")
    return sigma


def moving_ranges(values: Sequence[Fraction], used: Sequence[bool]) -> list[Fraction | None]:
    """|x(i) - x(i-1)| at each i; None at the first and wherever one of the two is not used."""
    return [abs(values[i] - values[i - 1]) if i > 0 and used[i] and used[i - 1] else None for i in range(len(values))]


def _by_ranges(groups: Sequence[Subgroup], constants: Constants) -> float:
    first = groups[0].n
    if all(group.n == first for group in groups):
        return float(sum(_range(group) for group in groups) / len(groups)) / factors.d2(first, constants)
    weights = [(factors.d2(g.n, constants) / factors.d3(g.n, constants)) ** 2 for g in groups]
    scaled = [float(_range(g)) / factors.d2(g.n, constants) for g in groups]
    return math.fsum(w * s for w, s in zip(weights, scaled, strict=True)) / math.fsum(weights)


def _by_deviations(groups: Sequence[Subgroup], constants: Constants) -> float:
    weights = [(factors.c4(g.n, constants) / factors.c5(g.n, constants)) ** 2 for g in groups]
    scaled = [(g.deviation or 0.0) / factors.c4(g.n, constants) for g in groups]
    if all(group.n == groups[0].n for group in groups):
        return math.fsum(scaled) / len(scaled)
    return math.fsum(w * s for w, s in zip(weights, scaled, strict=True)) / math.fsum(weights)


def _pooled(groups: Sequence[Subgroup], unbiased: bool, constants: Constants) -> float:
    degrees = sum(group.n - 1 for group in groups)
    pooled = math.sqrt(sum((g.variance or 0) * (g.n - 1) for g in groups) / Fraction(degrees))
    return pooled / factors.c4(degrees + 1, constants) if unbiased else pooled


def _range(group: Subgroup) -> Fraction:
    return group.range or Fraction(0)
