"""Individuals and moving ranges, I-MR (ISO 7870-2, 6.4; Montgomery 6.4).

The moving range is that of two neighbours in time; where one of them is excluded there is none. Its chart's centre is
d2(2)·σ, which in phase I is M̄R itself.
"""

from collections.abc import Sequence
from fractions import Fraction

from traceability.quality.charts import factors
from traceability.quality.charts.baseline import parameters_from
from traceability.quality.charts.chart import ChartKind, ChartPair, Estimator, Parameters
from traceability.quality.charts.drawing import Plotted, draw, draw_spread
from traceability.quality.charts.estimate import moving_ranges, sigma_of_moving_ranges
from traceability.quality.charts.options import DEFAULT, ChartOptions
from traceability.quality.errors import NoFigure
from traceability.quality.reason import Reason
from traceability.quality.refusal import or_refused
from traceability.quality.steps import Number, steps_of


@or_refused
def individuals(
    values: Sequence[Number], options: ChartOptions = DEFAULT, estimator: Estimator = Estimator.MOVING_RANGES
) -> ChartPair:
    """Single values in their order of making; σ as M̄R/d2(2), or by the median moving range on request."""
    steps = steps_of(values, fewest=1)
    exact = [value * steps.unit for value in steps.values]
    parameters = individual_parameters(exact, options, estimator, ChartKind.INDIVIDUALS)
    used = [index not in options.excluded for index in range(len(exact))]
    ranges = moving_ranges(exact, used)
    sigma, constants = parameters.sigma, parameters.constants
    of_value = sigma * factors.of_mean(1, constants, parameters.estimator)
    centre, spread = sigma * factors.d2(2, constants), sigma * factors.d3(2, constants)
    return ChartPair(
        draw(
            ChartKind.INDIVIDUALS,
            parameters,
            [Plotted(float(value), parameters.centre, of_value) for value in exact],
            options,
        ),
        draw_spread(
            ChartKind.MOVING_RANGES,
            parameters,
            [Plotted(None if mr is None else float(mr), centre, spread, 2) for mr in ranges],
            options,
        ),
    )


def individual_parameters(
    values: Sequence[Fraction], options: ChartOptions, estimator: Estimator, *kinds: ChartKind
) -> Parameters:
    """Centre and sigma of single values: from the baseline, or from the values that are not excluded."""
    frozen = parameters_from(options.baseline, *kinds)
    if frozen is not None:
        return frozen
    used = [index not in options.excluded for index in range(len(values))]
    kept = [value for value, use in zip(values, used, strict=True) if use]
    if len(kept) < 2:
        raise NoFigure(Reason.NOT_ENOUGH_DATA, f"{len(kept)} values, 2 needed")
    ranges = [mr for mr in moving_ranges(values, used) if mr is not None]
    return Parameters(
        centre=float(sum(kept) / len(kept)),
        sigma=sigma_of_moving_ranges(ranges, estimator, options.constants),
        estimator=estimator,
        constants=options.constants,
        values=len(kept),
    )
