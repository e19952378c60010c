"""One picture of several stages: before and after a change on purpose, each with its own limits.

Every stage is drawn by itself, so no run or trend reaches across the change. A stage with a baseline is judged by it;
one without estimates its own limits.
"""

from collections.abc import Callable, Sequence
from typing import TypeVar

import msgspec

from traceability.quality.charts.baseline import Baseline
from traceability.quality.charts.chart import Chart, ChartPair
from traceability.quality.charts.options import DEFAULT, ChartOptions
from traceability.quality.charts.rule_watch import Violation
from traceability.quality.errors import OutOfDomain
from traceability.quality.refusal import Refused

T = TypeVar("T")


class Stage(msgspec.Struct, frozen=True):
    """A stage from the point ``first`` (counted from 0) to before the next stage's first."""

    name: str
    first: int
    baseline: Baseline | None = None


class StageChart(msgspec.Struct, frozen=True):
    """The chart of one stage; points keep their place in the whole."""

    stage: Stage
    chart: Chart | ChartPair | Refused


def in_stages(
    data: Sequence[T],
    stages: Sequence[Stage],
    chart: Callable[[Sequence[T], ChartOptions], Chart | ChartPair | Refused],
    options: ChartOptions = DEFAULT,
) -> tuple[StageChart, ...]:
    """Every stage's part of the data drawn by ``chart``; the options' excluded points count over all the data."""
    starts = [stage.first for stage in stages]
    if not stages or starts[0] != 0 or sorted(set(starts)) != starts:
        message = f"stages begin at 0 and follow each other, not at {starts}"
        raise OutOfDomain(message)
    found = []
    for stage, end in zip(stages, [*starts[1:], len(data)], strict=True):
        inside = {i - stage.first: why for i, why in options.excluded.items() if stage.first <= i < end}
        own = msgspec.structs.replace(options, baseline=stage.baseline, excluded=inside)
        found.append(StageChart(stage, _shifted(chart(data[stage.first : end], own), stage.first)))
    return tuple(found)


def _shifted(drawn: Chart | ChartPair | Refused, by: int) -> Chart | ChartPair | Refused:
    if isinstance(drawn, Refused):
        return drawn
    if isinstance(drawn, ChartPair):
        return ChartPair(_moved(drawn.location, by), _moved(drawn.spread, by))
    return _moved(drawn, by)


def _moved(chart: Chart, by: int) -> Chart:
    return msgspec.structs.replace(
        chart,
        points=tuple(msgspec.structs.replace(point, index=point.index + by) for point in chart.points),
        violations=tuple(
            Violation(v.rule, v.point + by, tuple(point + by for point in v.points), v.side) for v in chart.violations
        ),
    )
