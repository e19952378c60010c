"""Charts for rare events: g (units between) and t (time between).

g: conforming units between two nonconforming ones are geometric; centre ḡ, limits ḡ ± 3√(ḡ(ḡ + 1)) (Kaminsky et al.,
Journal of Quality Technology 24, 1992, 63; Benneyan 2001) or exact tail probabilities with p = 1/(ḡ + 1), which suit
so skewed a count better. A point above is good news.

t: times between events are near exponential; t^(1/3.6) is near normal and goes on an individuals chart (Nelson, Journal
of Quality Technology 26, 1994, 239), or the exponential distribution's own quantiles are the limits.
"""

import math
from collections.abc import Sequence

from traceability.quality.charts.baseline import parameters_from
from traceability.quality.charts.chart import Chart, ChartKind, Estimator, Parameters, Point
from traceability.quality.charts.drawing import Plotted, chart_of, draw
from traceability.quality.charts.individuals import individual_parameters
from traceability.quality.charts.options import DEFAULT, ChartOptions, LimitMethod
from traceability.quality.charts.rule import BEYOND_LIMITS
from traceability.quality.distributions import normal_cdf
from traceability.quality.errors import NoFigure
from traceability.quality.reason import Reason
from traceability.quality.refusal import or_refused
from traceability.quality.steps import Number, exact, refuse_parts, steps_of

POWER = 3.6
"""Nelson's power: a transformed time y stands for the time y^3.6."""


@or_refused
def g_chart(gaps: Sequence[int], options: ChartOptions = DEFAULT) -> Chart:
    """Conforming units between nonconforming ones, in order; judged by its limits alone."""
    if not gaps:
        raise NoFigure(Reason.NO_VALUES, "no gap between events")
    refuse_parts(gaps)
    for index, gap in enumerate(gaps):
        if gap < 0:
            raise NoFigure(Reason.INCONSISTENT_COUNTS, f"gap {index} is {gap}")
    parameters = _gap_parameters(gaps, options)
    centre, sigma = parameters.centre, parameters.sigma
    if options.limits is LimitMethod.SIGMA:
        plotted = [Plotted(gap, centre, sigma) for gap in gaps]
        return draw(ChartKind.G, parameters, plotted, options, least=0.0, rules=BEYOND_LIMITS)
    low, high = _geometric_limits(centre, options.width)
    return _limited(ChartKind.G, parameters, [float(gap) for gap in gaps], (low, high), options)


@or_refused
def t_chart(times: Sequence[Number], options: ChartOptions = DEFAULT) -> Chart:
    """Times between events. By default points are t^(1/3.6), by PROBABILITY the times themselves."""
    if options.limits is LimitMethod.PROBABILITY:
        return _exponential(times, options)
    transformed = [exact(_transformed(time, index)) for index, time in enumerate(times)]
    if not transformed:
        raise NoFigure(Reason.NO_VALUES, "no time between events")
    parameters = individual_parameters(transformed, options, Estimator.MOVING_RANGES, ChartKind.T)
    plotted = [Plotted(float(y), parameters.centre, parameters.sigma) for y in transformed]
    return draw(ChartKind.T, parameters, plotted, options, least=0.0)


def _gap_parameters(gaps: Sequence[int], options: ChartOptions) -> Parameters:
    frozen = parameters_from(options.baseline, ChartKind.G)
    if frozen is not None:
        return frozen
    used = [gap for index, gap in enumerate(gaps) if index not in options.excluded]
    total = sum(used)
    if not total:
        raise NoFigure(Reason.ZERO_SPREAD if used else Reason.NO_VALUES, "no conforming unit between events")
    mean = total / len(used)
    return Parameters(
        centre=mean, sigma=math.sqrt(mean * (mean + 1.0)), estimator=Estimator.GEOMETRIC, values=total + len(used)
    )


def _geometric_limits(mean: float, width: float) -> tuple[float, float]:
    """Smallest u with P(X > u) <= a and largest l with P(X < l) <= a; P(X > k) = q^(k+1), q = ḡ/(ḡ + 1)."""
    side = normal_cdf(-width)
    log_q = -math.log1p(1.0 / mean)
    high = max(0, math.ceil(math.log(side) / log_q - 1.0 - 1e-9))
    low = math.floor(math.log1p(-side) / log_q + 1e-9)
    return float(low), float(high)


def _exponential(times: Sequence[Number], options: ChartOptions) -> Chart:
    steps = steps_of(times, fewest=1)
    values = [float(step * steps.unit) for step in steps.values]
    if min(values) < 0.0:
        raise NoFigure(Reason.NOT_POSITIVE, "a time between events is negative")
    parameters = parameters_from(options.baseline, ChartKind.T)
    if parameters is None:
        used = [value for index, value in enumerate(values) if index not in options.excluded]
        mean = math.fsum(used) / len(used) if used else 0.0
        if mean == 0.0:
            raise NoFigure(Reason.ZERO_SPREAD if used else Reason.NO_VALUES, "no time passes between events")
        parameters = Parameters(centre=mean, sigma=mean, estimator=Estimator.EXPONENTIAL, values=len(used))
    side = normal_cdf(-options.width)
    limits = (-parameters.centre * math.log1p(-side), -parameters.centre * math.log(side))
    return _limited(ChartKind.T, parameters, values, limits, options)


def _limited(
    kind: ChartKind,
    parameters: Parameters,
    values: Sequence[float],
    limits: tuple[float, float],
    options: ChartOptions,
) -> Chart:
    points = [
        Point(
            index=index,
            value=value,
            centre=parameters.centre,
            sigma=parameters.sigma,
            lcl=limits[0],
            ucl=limits[1],
            excluded=options.excluded.get(index),
        )
        for index, value in enumerate(values)
    ]
    return chart_of(kind, parameters, points, options, BEYOND_LIMITS)


def _transformed(time: Number, index: int) -> float:
    value = float(exact(time))
    if value < 0.0:
        raise NoFigure(Reason.NOT_POSITIVE, f"time {index} is {value}")
    return float(value ** (1.0 / POWER))
