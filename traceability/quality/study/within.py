"""Sigma within subgroups and how many degrees of freedom it is worth.

Pooled: Σ(n - 1). R̄/d2: 0.9·Σ(n - 1). S̄/c4: k·c4²/2(1 - c4²), by its variance (0.95·k·(n - 1) at n = 5). M̄R/d2:
0.62·(N - 1).
"""

from collections.abc import Sequence
from fractions import Fraction

import msgspec

from traceability.quality.charts.chart import Constants, Estimator
from traceability.quality.charts.estimate import moving_ranges, sigma_of_moving_ranges, sigma_within, subgroup_of
from traceability.quality.charts.factors import c4
from traceability.quality.errors import NoFigure
from traceability.quality.reason import Reason


class Within(msgspec.Struct, frozen=True):
    """Sigma within, in the values' unit, and how it was come by."""

    sigma: float
    degrees: float
    estimator: Estimator


def within_of(
    groups: Sequence[Sequence[int]], unit: Fraction, estimator: Estimator, constants: Constants
) -> Within | None:
    """The estimate, or None where the data do not give it (no two neighbours, no spread within)."""
    try:
        if estimator in (Estimator.MOVING_RANGES, Estimator.MEDIAN_MOVING_RANGE):
            return _of_neighbours(groups, unit, estimator, constants)
        found = [subgroup_of(group, unit) for group in groups]
        sigma = sigma_within(found, estimator, constants)
    except NoFigure:
        return None  # the overall indices stand without it
    sizes = [len(group) for group in groups if len(group) > 1]
    return Within(sigma, _degrees(sizes, estimator, constants), estimator)


def _of_neighbours(
    groups: Sequence[Sequence[int]], unit: Fraction, estimator: Estimator, constants: Constants
) -> Within:
    values = [value * unit for group in groups for value in group]
    if len(values) < 2:
        raise NoFigure(Reason.NOT_ENOUGH_DATA, "no two neighbouring values")
    ranges = [mr for mr in moving_ranges(values, [True] * len(values)) if mr is not None]
    return Within(sigma_of_moving_ranges(ranges, estimator, constants), 0.62 * (len(values) - 1), estimator)


def _degrees(sizes: Sequence[int], estimator: Estimator, constants: Constants) -> float:
    plain = float(sum(size - 1 for size in sizes))
    if estimator is Estimator.RANGES:
        return 0.9 * plain
    if estimator is Estimator.DEVIATIONS:
        return sum(c4(n, constants) ** 2 / (2.0 * (1.0 - c4(n, constants) ** 2)) for n in sizes)
    return plain
