"""From a statistic's values, centres and sigmas to a chart."""

from collections.abc import Iterable, Sequence

import msgspec

from traceability.quality.charts.chart import Chart, ChartKind, Exclusion, Parameters, Point
from traceability.quality.charts.options import ChartOptions
from traceability.quality.charts.rule import BEYOND_LIMITS, Rule
from traceability.quality.charts.rule_watch import RuleWatch, Violation


class Plotted(msgspec.Struct, frozen=True):
    """One value of a statistic with the centre and standard deviation that it is judged by."""

    value: float | None
    centre: float
    sigma: float
    size: float = 1.0


def violations_of(points: Iterable[Point], rules: Sequence[Rule]) -> tuple[Violation, ...]:
    """All patterns in these points, in order; excluded and missing ones are passed over as if they were not there."""
    watch = RuleWatch(rules)
    found: list[Violation] = []
    for point in points:
        if point.value is not None and point.excluded is None and point.sigma > 0.0:
            found += watch.see(point.index, point.value, point.centre, point.sigma, lcl=point.lcl, ucl=point.ucl)
    return tuple(found)


def point_of(index: int, plotted: Plotted, width: float, least: float | None, excluded: Exclusion | None) -> Point:
    """The point with its limits ``width`` sigma away; the lower one no lower than ``least``, the least possible."""
    reach = width * plotted.sigma
    lcl = plotted.centre - reach
    return Point(
        index=index,
        value=plotted.value,
        centre=plotted.centre,
        sigma=plotted.sigma,
        lcl=lcl if least is None else max(least, lcl),
        ucl=plotted.centre + reach,
        size=plotted.size,
        excluded=excluded,
    )


def draw(
    kind: ChartKind,
    parameters: Parameters,
    plotted: Sequence[Plotted],
    options: ChartOptions,
    *,
    least: float | None = None,
    most: float | None = None,
    rules: Sequence[Rule] | None = None,
) -> Chart:
    """A chart with limits ``options.width`` sigma from the centre, cut at the least and most possible value."""
    points = [
        point_of(index, one, options.width, least, options.excluded.get(index)) for index, one in enumerate(plotted)
    ]
    if most is not None:
        points = [
            msgspec.structs.replace(point, ucl=most) if point.ucl is not None and point.ucl > most else point
            for point in points
        ]
    return chart_of(kind, parameters, points, options, rules)


def chart_of(
    kind: ChartKind,
    parameters: Parameters,
    points: Sequence[Point],
    options: ChartOptions,
    rules: Sequence[Rule] | None = None,
) -> Chart:
    """A chart of finished points, judged by the options' rules or by ``rules``."""
    chosen = tuple(options.rules if rules is None else rules)
    return Chart(
        kind=kind,
        parameters=parameters,
        points=tuple(points),
        rules=chosen,
        violations=violations_of(points, chosen),
        baseline=None if options.baseline is None else options.baseline.id,
    )


def draw_spread(kind: ChartKind, parameters: Parameters, plotted: Sequence[Plotted], options: ChartOptions) -> Chart:
    """A chart of ranges or deviations: never below 0, and judged by its limits alone."""
    return draw(kind, parameters, plotted, options, least=0.0, rules=BEYOND_LIMITS)
