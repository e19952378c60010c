"""Charts over arrays: X̄-R, X̄-S, I-MR and p, np, c, u; formulas, constants and estimators as in ``charts``.

Nothing is excluded here: leave the points out before, or draw the chart with ``charts``.
"""

import math
from collections.abc import Callable
from fractions import Fraction

import msgspec
import numpy as np

from traceability.quality.charts import factors
from traceability.quality.charts.baseline import parameters_from
from traceability.quality.charts.chart import ChartKind, Constants, Estimator, Parameters
from traceability.quality.charts.options import DEFAULT, ChartOptions
from traceability.quality.charts.rule import BEYOND_LIMITS
from traceability.quality.errors import NoFigure, OutOfDomain
from traceability.quality.reason import Reason
from traceability.quality.refusal import or_refused
from traceability.quality.vector.signals import Limited, Signal, signals
from traceability.quality.vector.steps import Doubles, Steps, Whole, scaled

_SHARES = (ChartKind.P, ChartKind.NP, ChartKind.LANEY_P)
_RATES = (ChartKind.C, ChartKind.U, ChartKind.LANEY_U)
_ANY, _NOT_NEGATIVE, _SHARE = (-math.inf, math.inf), (0.0, math.inf), (0.0, 1.0)


class VectorChart(msgspec.Struct, frozen=True, kw_only=True):
    """One chart; ``plotted`` begins with the first point that has a value (the second, for moving ranges)."""

    kind: ChartKind
    parameters: Parameters
    plotted: Limited
    signals: tuple[Signal, ...]
    first: int = 0
    """The place in the data of the first plotted point."""


class VectorPair(msgspec.Struct, frozen=True):
    """A chart of location and its chart of spread."""

    location: VectorChart
    spread: VectorChart


@or_refused
def xbar_r(groups: Steps, options: ChartOptions = DEFAULT) -> VectorPair:
    """Means and ranges of subgroups of one size, one a row."""
    n, values = _size(groups, options), groups.values
    ranges = values.max(axis=1) - values.min(axis=1)

    def sigma() -> float:
        mean_range = float(Fraction(int(ranges.sum()), len(ranges)) * groups.unit)
        return mean_range / factors.d2(n, options.constants)

    parameters = _of_groups(groups, options, Estimator.RANGES, sigma)
    d2, d3 = factors.d2(n, parameters.constants), factors.d3(n, parameters.constants)
    spread = _spread(ChartKind.RANGES, parameters, scaled(ranges, 1, groups.decimals), (d2, d3), options)
    return VectorPair(_means(groups, n, parameters, options), spread)


@or_refused
def xbar_s(groups: Steps, options: ChartOptions = DEFAULT) -> VectorPair:
    """Means and standard deviations of subgroups of one size; sigma as S̄/c4."""
    n = _size(groups, options)
    deviations = _deviations(groups, n)

    def sigma() -> float:
        return float(deviations.mean()) / factors.c4(n, options.constants)

    parameters = _of_groups(groups, options, Estimator.DEVIATIONS, sigma)
    c4, c5 = factors.c4(n, parameters.constants), factors.c5(n, parameters.constants)
    spread = _spread(ChartKind.DEVIATIONS, parameters, deviations, (c4, c5), options)
    return VectorPair(_means(groups, n, parameters, options), spread)


@or_refused
def individuals(values: Steps, options: ChartOptions = DEFAULT) -> VectorPair:
    """Single values and their moving ranges; sigma as M̄R/d2(2)."""
    _refuse_excluded(options)
    flat = values.values
    if flat.size == 0:
        raise NoFigure(Reason.NO_VALUES, "no value")
    if flat.ndim != 1:
        message = "single values have one axis"
        raise OutOfDomain(message)
    if flat.size < 2:
        raise NoFigure(Reason.NOT_ENOUGH_DATA, f"{flat.size} values, 2 needed")
    ranges = np.abs(np.diff(flat))
    parameters = parameters_from(options.baseline, ChartKind.INDIVIDUALS)
    if parameters is None:
        mean_range = float(Fraction(int(ranges.sum()), ranges.size) * values.unit)
        parameters = _parameters(
            float(Fraction(int(flat.sum()), flat.size) * values.unit),
            mean_range / factors.d2(2, options.constants),
            Estimator.MOVING_RANGES,
            options.constants,
            flat.size,
        )
    of_value = parameters.sigma * factors.of_mean(1, parameters.constants, parameters.estimator)
    shown = _limited(scaled(flat, 1, values.decimals), parameters.centre, of_value, options.width)
    d2, d3 = factors.d2(2, parameters.constants), factors.d3(2, parameters.constants)
    spread = _spread(ChartKind.MOVING_RANGES, parameters, scaled(ranges, 1, values.decimals), (d2, d3), options)
    return VectorPair(
        _chart(ChartKind.INDIVIDUALS, parameters, shown, options), msgspec.structs.replace(spread, first=1)
    )


@or_refused
def share_chart(kind: ChartKind, nonconforming: Whole, sizes: Whole, options: ChartOptions = DEFAULT) -> VectorChart:
    """p or np of samples of these sizes."""
    _refuse_excluded(options)
    _check_counts(nonconforming, sizes)
    if (nonconforming > sizes).any():
        raise NoFigure(Reason.INCONSISTENT_COUNTS, "more nonconforming than inspected")
    parameters = _of_counts(nonconforming, sizes, options, _SHARES)
    p = parameters.centre
    if kind is ChartKind.NP:
        counted, inspected = nonconforming.astype(np.float64), sizes.astype(np.float64)
        limited = _limited(counted, inspected * p, np.sqrt(inspected * p * (1.0 - p)), options.width, _NOT_NEGATIVE)
        return _chart(kind, parameters, limited, options)
    shares = np.true_divide(nonconforming, sizes)
    limited = _limited(shares, p, np.sqrt(np.true_divide(p * (1.0 - p), sizes)), options.width, _SHARE)
    return _chart(kind, parameters, limited, options)


@or_refused
def rate_chart(kind: ChartKind, counts: Whole, sizes: Whole, options: ChartOptions = DEFAULT) -> VectorChart:
    """u of these sizes, or c, whose sizes are 1."""
    _refuse_excluded(options)
    _check_counts(counts, sizes)
    parameters = _of_counts(counts, sizes, options, _RATES)
    rate = parameters.centre
    limited = _limited(np.true_divide(counts, sizes), rate, np.sqrt(rate / sizes), options.width, _NOT_NEGATIVE)
    return _chart(kind, parameters, limited, options)


def _size(groups: Steps, options: ChartOptions) -> int:
    _refuse_excluded(options)
    if groups.values.size == 0:
        raise NoFigure(Reason.NO_VALUES, "no subgroup")
    if groups.values.ndim != 2 or groups.values.shape[1] < 2:
        message = "subgroups have two axes, and two values or more each"
        raise OutOfDomain(message)
    if len(groups.values) < 2 and options.baseline is None:
        raise NoFigure(Reason.NOT_ENOUGH_DATA, f"{len(groups.values)} subgroups, 2 needed")
    return int(groups.values.shape[1])


def _refuse_excluded(options: ChartOptions) -> None:
    if options.excluded:
        message = "points are excluded before they come into an array"
        raise OutOfDomain(message)


def _deviations(groups: Steps, n: int) -> Doubles:
    """From exact whole numbers: √((n Σx² - (Σx)²) / n(n-1)), of distances to each subgroup's first value."""
    moved = groups.values - groups.values[:, :1]
    if moved.size and float(np.abs(moved).max()) ** 2 * n * n >= 2.0**62:
        return np.asarray(scaled(moved, 1, groups.decimals).std(axis=1, ddof=1))
    sums = moved.sum(axis=1)
    spread = n * np.square(moved).sum(axis=1) - sums * sums
    return np.sqrt(scaled(spread, n * (n - 1), 2 * groups.decimals))


def _of_groups(groups: Steps, options: ChartOptions, estimator: Estimator, sigma: Callable[[], float]) -> Parameters:
    frozen = parameters_from(options.baseline, ChartKind.MEANS)
    if frozen is not None:
        return frozen
    count = groups.values.size
    centre = float(Fraction(int(groups.values.sum()), count) * groups.unit)
    return _parameters(centre, sigma(), estimator, options.constants, count)


def _of_counts(counts: Whole, sizes: Whole, options: ChartOptions, kinds: tuple[ChartKind, ...]) -> Parameters:
    frozen = parameters_from(options.baseline, *kinds)
    if frozen is not None:
        return frozen
    total, events = int(sizes.sum()), int(counts.sum())
    binomial = kinds is _SHARES
    if events == 0 or (binomial and events == total):
        raise NoFigure(Reason.NO_EVENTS, f"{events} of {total}")
    centre = events / total
    variance = centre * (1.0 - centre) if binomial else centre
    estimator = Estimator.BINOMIAL if binomial else Estimator.POISSON
    return Parameters(centre=centre, sigma=math.sqrt(variance), estimator=estimator, values=total)


def _check_counts(counts: Whole, sizes: Whole) -> None:
    if counts.size == 0:
        raise NoFigure(Reason.NO_VALUES, "no sample")
    if counts.shape != sizes.shape or counts.ndim != 1:
        raise NoFigure(Reason.UNEQUAL_LENGTHS, f"{counts.shape} counts, {sizes.shape} sizes")
    if (counts < 0).any():
        raise NoFigure(Reason.INCONSISTENT_COUNTS, "a negative count")
    if (sizes < 1).any():
        raise NoFigure(Reason.ZERO_DENOMINATOR, "a sample of size zero")


def _parameters(centre: float, sigma: float, estimator: Estimator, constants: Constants, count: int) -> Parameters:
    if sigma == 0.0:
        raise NoFigure(Reason.ZERO_SPREAD, "nothing varies")
    return Parameters(centre=centre, sigma=sigma, estimator=estimator, constants=constants, values=count)


def _means(groups: Steps, n: int, parameters: Parameters, options: ChartOptions) -> VectorChart:
    means = scaled(groups.values.sum(axis=1), n, groups.decimals)
    sigma = parameters.sigma * factors.of_mean(n, parameters.constants, parameters.estimator)
    return _chart(ChartKind.MEANS, parameters, _limited(means, parameters.centre, sigma, options.width), options)


def _spread(
    kind: ChartKind, parameters: Parameters, values: Doubles, per_sigma: tuple[float, float], options: ChartOptions
) -> VectorChart:
    centre, sigma = (parameters.sigma * factor for factor in per_sigma)
    limited = _limited(values, centre, sigma, options.width, _NOT_NEGATIVE)
    return VectorChart(kind=kind, parameters=parameters, plotted=limited, signals=signals(limited, BEYOND_LIMITS))


def _limited(
    values: Doubles,
    centre: Doubles | float,
    sigma: Doubles | float,
    width: float,
    bounds: tuple[float, float] = _ANY,
) -> Limited:
    reach = width * sigma
    lcl, ucl = centre - reach, centre + reach
    if isinstance(lcl, np.ndarray) or isinstance(ucl, np.ndarray):
        return Limited(values, centre, sigma, np.maximum(lcl, bounds[0]), np.minimum(ucl, bounds[1]))
    return Limited(values, centre, sigma, max(lcl, bounds[0]), min(ucl, bounds[1]))


def _chart(kind: ChartKind, parameters: Parameters, limited: Limited, options: ChartOptions) -> VectorChart:
    return VectorChart(kind=kind, parameters=parameters, plotted=limited, signals=signals(limited, options.rules))
