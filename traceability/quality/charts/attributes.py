"""Charts of counts: p and np (binomial), c and u (Poisson); ISO 7870-2, 8; Montgomery 7.2, 7.3.

The centre is pooled: all nonconforming over all inspected, never a mean of shares. Each point has the limits of its
own sample size. A share's limits are cut at 0 and 1. Where points scatter more or less than the model allows, which
large samples show, the chart carries the caution OVERDISPERSED: see :mod:`traceability.quality.charts.laney`.
"""

import math
from collections.abc import Sequence
from fractions import Fraction

import msgspec

from traceability.quality.charts.baseline import parameters_from
from traceability.quality.charts.chart import Chart, ChartKind, Estimator, Parameters, Point
from traceability.quality.charts.drawing import Plotted, chart_of, draw
from traceability.quality.charts.exact_limits import binomial_limits, poisson_limits
from traceability.quality.charts.options import DEFAULT, ChartOptions, LimitMethod
from traceability.quality.charts.scatter import dispersion_of
from traceability.quality.errors import NoFigure
from traceability.quality.reason import Reason
from traceability.quality.refusal import or_refused
from traceability.quality.steps import Number, exact, refuse_parts

_SHARES = (ChartKind.P, ChartKind.NP, ChartKind.LANEY_P)
_RATES = (ChartKind.C, ChartKind.U, ChartKind.LANEY_U)
LEAST_DISPERSION, MOST_DISPERSION = 0.8, 1.25


@or_refused
def p_chart(nonconforming: Sequence[int], sizes: Sequence[int], options: ChartOptions = DEFAULT) -> Chart:
    """Shares nonconforming of samples of these sizes."""
    parameters = share_parameters(nonconforming, sizes, options)
    p = parameters.centre
    plotted = [Plotted(d / n, p, math.sqrt(p * (1.0 - p) / n), n) for d, n in zip(nonconforming, sizes, strict=True)]
    if options.limits is LimitMethod.PROBABILITY:
        return _with_exact(ChartKind.P, parameters, plotted, options)
    return _cautioned(draw(ChartKind.P, parameters, plotted, options, least=0.0, most=1.0))


@or_refused
def np_chart(nonconforming: Sequence[int], sizes: Sequence[int], options: ChartOptions = DEFAULT) -> Chart:
    """Numbers nonconforming; sizes usually equal, else centre and limits follow them."""
    parameters = share_parameters(nonconforming, sizes, options)
    p = parameters.centre
    plotted = [Plotted(d, n * p, math.sqrt(n * p * (1.0 - p)), n) for d, n in zip(nonconforming, sizes, strict=True)]
    if options.limits is LimitMethod.PROBABILITY:
        return _with_exact(ChartKind.NP, parameters, plotted, options)
    return _cautioned(draw(ChartKind.NP, parameters, plotted, options, least=0.0))


@or_refused
def c_chart(counts: Sequence[int], options: ChartOptions = DEFAULT) -> Chart:
    """Numbers of nonconformities in equal areas of opportunity."""
    parameters = rate_parameters(counts, [1] * len(counts), options)
    c = parameters.centre
    plotted = [Plotted(count, c, math.sqrt(c)) for count in counts]
    if options.limits is LimitMethod.PROBABILITY:
        return _with_exact(ChartKind.C, parameters, plotted, options)
    return _cautioned(draw(ChartKind.C, parameters, plotted, options, least=0.0))


@or_refused
def u_chart(counts: Sequence[int], sizes: Sequence[Number], options: ChartOptions = DEFAULT) -> Chart:
    """Nonconformities per unit; ``sizes``: units (or areas of opportunity) of each sample."""
    parameters = rate_parameters(counts, sizes, options)
    u = parameters.centre
    plotted = [
        Plotted(float(count / exact(n)), u, math.sqrt(u / float(n)), float(n))
        for count, n in zip(counts, sizes, strict=True)
    ]
    if options.limits is LimitMethod.PROBABILITY:
        return _with_exact(ChartKind.U, parameters, plotted, options)
    return _cautioned(draw(ChartKind.U, parameters, plotted, options, least=0.0))


def share_parameters(nonconforming: Sequence[int], sizes: Sequence[int], options: ChartOptions) -> Parameters:
    """p̄ from the baseline or from the samples not excluded."""
    _same_length(nonconforming, sizes)
    refuse_parts([*nonconforming, *sizes])
    for index, (d, n) in enumerate(zip(nonconforming, sizes, strict=True)):
        if n <= 0:
            raise NoFigure(Reason.ZERO_DENOMINATOR, f"sample {index} has size {n}")
        if not 0 <= d <= n:
            raise NoFigure(Reason.INCONSISTENT_COUNTS, f"sample {index}: {d} of {n}")
    frozen = parameters_from(options.baseline, *_SHARES)
    if frozen is not None:
        return frozen
    used = [i for i in range(len(sizes)) if i not in options.excluded]
    failed, inspected = sum(nonconforming[i] for i in used), sum(sizes[i] for i in used)
    if failed in (0, inspected):
        raise NoFigure(Reason.NO_EVENTS if used else Reason.NO_VALUES, f"{failed} of {inspected} nonconforming")
    p = failed / inspected
    return Parameters(centre=p, sigma=math.sqrt(p * (1.0 - p)), estimator=Estimator.BINOMIAL, values=inspected)


def rate_parameters(counts: Sequence[int], sizes: Sequence[Number], options: ChartOptions) -> Parameters:
    """ū from the baseline or from the samples not excluded."""
    _same_length(counts, sizes)
    refuse_parts(counts)
    areas = [exact(n) for n in sizes]
    for index, (count, area) in enumerate(zip(counts, areas, strict=True)):
        if area <= 0:
            raise NoFigure(Reason.ZERO_DENOMINATOR, f"sample {index} has size {sizes[index]}")
        if count < 0:
            raise NoFigure(Reason.INCONSISTENT_COUNTS, f"sample {index} has {count} nonconformities")
    frozen = parameters_from(options.baseline, *_RATES)
    if frozen is not None:
        return frozen
    used = [i for i in range(len(areas)) if i not in options.excluded]
    found, inspected = sum(counts[i] for i in used), sum((areas[i] for i in used), Fraction(0))
    if not found:
        raise NoFigure(Reason.NO_EVENTS if used else Reason.NO_VALUES, "no nonconformity in any sample")
    u = float(found / inspected)
    return Parameters(centre=u, sigma=math.sqrt(u), estimator=Estimator.POISSON, values=int(inspected))


def _same_length(counts: Sequence[int], sizes: Sequence[Number]) -> None:
    if len(counts) != len(sizes):
        raise NoFigure(Reason.UNEQUAL_LENGTHS, f"{len(counts)} counts, {len(sizes)} sizes")
    if not counts:
        raise NoFigure(Reason.NO_VALUES, "no sample")


def _cautioned(chart: Chart) -> Chart:
    dispersion = dispersion_of(chart.points)
    fits = dispersion is None or LEAST_DISPERSION <= dispersion <= MOST_DISPERSION
    cautions = () if fits else (Reason.OVERDISPERSED,)
    return msgspec.structs.replace(chart, dispersion=dispersion, cautions=cautions)


def _with_exact(kind: ChartKind, parameters: Parameters, plotted: Sequence[Plotted], options: ChartOptions) -> Chart:
    points = []
    for index, one in enumerate(plotted):
        if kind in _SHARES:
            low, high = binomial_limits(int(one.size), parameters.centre, options.width)
        else:
            low, high = poisson_limits(parameters.centre * one.size, options.width)
        scale = one.size if kind in (ChartKind.P, ChartKind.U) else 1.0
        points.append(
            Point(
                index=index,
                value=one.value,
                centre=one.centre,
                sigma=one.sigma,
                lcl=low / scale,
                ucl=high / scale,
                size=one.size,
                excluded=options.excluded.get(index),
            )
        )
    return _cautioned(chart_of(kind, parameters, points, options))
