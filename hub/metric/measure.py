"""What a metric at a place came to: one door for targets, actions, reviews and pages.

Everything is read from roll-ups and statements in a bounded number of statements, however long the period and however
many periods. Where nothing can be told the figure says why; it is never a zero.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime

import msgspec

from hub.metric import allocated, declared, field, measured, money, response, yields
from hub.metric.asked import Asked, Step, asked_for, periods_of
from hub.metric.figure import MetricFigure
from hub.store.core.database import Reading
from traceability.quality.window import Window
from traceability.record.metric import MetricName, MetricReference

Told = Callable[[Asked], list[MetricFigure]]


METRICS: Mapping[MetricName, Told] = {
    MetricName.FIRST_PASS_YIELD: yields.first_pass,
    MetricName.ROLLED_YIELD: yields.rolled,
    MetricName.DEFECT_SHARE: yields.defect_share,
    MetricName.CAPABILITY: measured.capability,
    MetricName.CHARACTERISTIC_MEAN: measured.mean,
    MetricName.INTERNAL_LOSS_RATE: money.internal,
    MetricName.EXTERNAL_LOSS_RATE: money.external,
    MetricName.LOSS_RATE: money.total,
    MetricName.QUALITY_COST: allocated.costs,
    MetricName.FIELD_FAILURE_SHARE: field.failure_share,
    MetricName.RESPONSE_HOURS: response.response_hours,
    MetricName.ACTION_HOURS: response.action_hours,
    MetricName.INVALID_SHARE: yields.invalid_share,
    MetricName.REWORK_SHARE: yields.rework_share,
    MetricName.INSPECTION_COVERAGE: measured.inspection_coverage,
    MetricName.INDICATOR: declared.indicator,
}


def measure(reading: Reading, reference: MetricReference, first: date, last: date, now: datetime) -> MetricFigure:
    """The figure of the days from ``first`` to ``last`` (both included, by the plant's clock), as known at ``now``.

    ``NotFound`` where the plant is unknown to the reader, ``EntryRefused`` for days in the wrong order.
    """
    (figure,) = figures(reading, reference, [Window(first, last)], now)
    return figure


def series(  # noqa: PLR0917 - as measure, and how long the steps are
    reading: Reading, reference: MetricReference, first: date, last: date, step: Step | str, now: datetime
) -> list[MetricFigure]:
    """The same month by month or week by week; the first and last period as far as they lie within."""
    return figures(reading, reference, periods_of(first, last, Step(step)), now)


def several(
    reading: Reading, references: Sequence[MetricReference], windows: Sequence[Window], now: datetime
) -> dict[MetricName, list[MetricFigure]]:
    """Several metrics at one place over the same periods: what they have in common is read once."""
    asked = asked_for(reading, references[0], windows, now)
    return {one.metric: METRICS[one.metric](msgspec.structs.replace(asked, reference=one)) for one in references}


def each_of(reading: Reading, wanted: Sequence[tuple[MetricReference, Window]], now: datetime) -> list[MetricFigure]:
    """Each over a window of its own; what several have in common is read once."""
    known: dict[tuple[str, str, Window], Asked] = {}
    found = []
    for reference, window in wanted:
        place = (reference.plant, reference.line, window)
        if place not in known:
            known[place] = asked_for(reading, reference, [window], now)
        (figure,) = METRICS[reference.metric](msgspec.structs.replace(known[place], reference=reference))
        found.append(figure)
    return found


def figures(
    reading: Reading, reference: MetricReference, windows: Sequence[Window], now: datetime
) -> list[MetricFigure]:
    """Of several periods, one behind the other without a gap."""
    return METRICS[reference.metric](asked_for(reading, reference, windows, now))
