"""X̄-R and X̄-S charts (ISO 7870-2, 6; Montgomery 6.2, 6.3): subgroups of equal or unequal size.

Centre X̿ weighted by size, limits of each mean X̿ ± 3σ/√n with its own n; ranges d2·σ ± 3·d3·σ, deviations
c4·σ ± 3σ√(1 - c4²), never below 0.
"""

from collections.abc import Sequence

from traceability.quality.charts import factors
from traceability.quality.charts.baseline import parameters_from
from traceability.quality.charts.chart import ChartKind, ChartPair, Estimator, Parameters
from traceability.quality.charts.drawing import Plotted, draw, draw_spread
from traceability.quality.charts.estimate import Subgroup, grand_mean, sigma_within, subgroup_of
from traceability.quality.charts.options import DEFAULT, ChartOptions
from traceability.quality.errors import NoFigure
from traceability.quality.reason import Reason
from traceability.quality.refusal import or_refused
from traceability.quality.steps import Number, grouped_steps

_FEWEST_SUBGROUPS = 2


@or_refused
def xbar_r(groups: Sequence[Sequence[Number]], options: ChartOptions = DEFAULT) -> ChartPair:
    """Means and ranges. Phase I estimates σ as R̄/d2 (Burr's weights when sizes vary); best for n <= 8."""
    found = _subgroups(groups)
    parameters = _parameters(found, Estimator.RANGES, options)
    ranges = [
        Plotted(
            None if group.range is None else float(group.range),
            parameters.sigma * (factors.d2(group.n, parameters.constants) if group.n > 1 else 0.0),
            parameters.sigma * (factors.d3(group.n, parameters.constants) if group.n > 1 else 0.0),
            group.n,
        )
        for group in found
    ]
    spread = draw_spread(ChartKind.RANGES, parameters, ranges, options)
    return ChartPair(draw(ChartKind.MEANS, parameters, _means(found, parameters), options), spread)


@or_refused
def xbar_s(
    groups: Sequence[Sequence[Number]],
    options: ChartOptions = DEFAULT,
    estimator: Estimator = Estimator.DEVIATIONS,
) -> ChartPair:
    """Means and standard deviations; σ as S̄/c4 (Burr's weights when sizes vary), or pooled on request."""
    found = _subgroups(groups)
    parameters = _parameters(found, estimator, options)
    deviations = [
        Plotted(
            group.deviation,
            parameters.sigma * (factors.c4(group.n, parameters.constants) if group.n > 1 else 0.0),
            parameters.sigma * (factors.c5(group.n, parameters.constants) if group.n > 1 else 0.0),
            group.n,
        )
        for group in found
    ]
    spread = draw_spread(ChartKind.DEVIATIONS, parameters, deviations, options)
    return ChartPair(draw(ChartKind.MEANS, parameters, _means(found, parameters), options), spread)


def _subgroups(groups: Sequence[Sequence[Number]]) -> list[Subgroup]:
    if not groups:
        raise NoFigure(Reason.NO_VALUES, "no subgroup")
    steps, unit = grouped_steps(groups)
    return [subgroup_of(group, unit) for group in steps]


def _parameters(groups: Sequence[Subgroup], estimator: Estimator, options: ChartOptions) -> Parameters:
    frozen = parameters_from(options.baseline, ChartKind.MEANS)
    if frozen is not None:
        return frozen
    used = [group for index, group in enumerate(groups) if index not in options.excluded]
    if len(used) < _FEWEST_SUBGROUPS:
        raise NoFigure(Reason.NOT_ENOUGH_DATA, f"{len(used)} subgroups, {_FEWEST_SUBGROUPS} needed")
    return Parameters(
        centre=grand_mean(used),
        sigma=sigma_within(used, estimator, options.constants),
        estimator=estimator,
        constants=options.constants,
        values=sum(group.n for group in used),
    )


def _means(groups: Sequence[Subgroup], parameters: Parameters) -> list[Plotted]:
    of_mean, constants, estimator = factors.of_mean, parameters.constants, parameters.estimator
    return [
        Plotted(float(g.mean), parameters.centre, parameters.sigma * of_mean(g.n, constants, estimator), g.n)
        for g in groups
    ]
