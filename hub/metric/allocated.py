"""Allocated quality costs at a place: a sum of money in one currency (rules R16, R20)."""

from collections.abc import Sequence
from fractions import Fraction

from hub.cost.gather import canonical
from hub.cost.report import PlantCosts, plant_costs
from hub.metric import why
from hub.metric.asked import Asked
from hub.metric.figure import MetricFigure, Money
from hub.tabular.words import Words
from traceability.quality.cost.allocate import Place
from traceability.quality.cost.summary import total_of
from traceability.quality.window import Window

MOST_READ = 60
"""Periods that are no calendar months, each of which is read by itself."""


def costs(asked: Asked) -> list[MetricFigure]:
    """What prevention, appraisal and failures cost, as far as it is traced or allocated to the place."""
    where = asked.reference
    if where.line:
        return asked.untold(why.COSTS_NOT_BY_LINE)
    place = Place(canonical(where.part), where.operation, "", where.defect)
    if _by_month(asked.windows):
        span = Window(asked.windows[0].first, asked.windows[-1].last)
        found = plant_costs(asked.connection, where.plant, span, asked.now)
        return [_figure(asked, window, found, place) for window in asked.windows]
    if len(asked.windows) > MOST_READ:
        return asked.untold(
            Words(
                f"costs of more than {MOST_READ} periods are told by month only",
                f"超过 {MOST_READ} 个期间的成本只按月给出",
            )
        )
    return [
        _figure(asked, window, plant_costs(asked.connection, where.plant, window, asked.now), place)
        for window in asked.windows
    ]


def _by_month(windows: Sequence[Window]) -> bool:
    """Whether each lies in one month, and no two in the same."""
    months = {window.first.replace(day=1) for window in windows}
    whole = all(window.first.replace(day=1) == window.last.replace(day=1) for window in windows)
    return whole and len(months) == len(windows)


def _figure(asked: Asked, window: Window, found: PlantCosts, place: Place) -> MetricFigure:
    if found.reason is not None:
        return asked.figure(window, why=why.of_reason(found.reason, ", ".join(found.currencies)))
    inside = [
        one
        for one in found.found
        if window.first.replace(day=1) <= one.month <= window.last and one.place.within(place)
    ]
    if not inside:
        return asked.figure(window, why=why.NO_COST)
    amount = total_of(inside)
    return asked.figure(
        window, exact=Fraction(amount), n=len(inside), basis=Money(amount=amount, currency=found.currency)
    )
