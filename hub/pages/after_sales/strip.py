"""The values of a day as a strip behind one of them, on the same scale as the bar of its limits. Pure geometry."""

from decimal import Decimal

import msgspec

from hub.pages.limit_bar import domain_of
from hub.trace.day import DayPopulation
from hub.trace.views import LimitState, MeasurementView

WIDTH, HEIGHT = 100.0, 16.0
_LEAST = 1.5
"""So high is even a single value."""
_ROOM = Decimal("0.05")


class Strip(msgspec.Struct, frozen=True, kw_only=True):
    """``path`` in a box of ``WIDTH`` by ``HEIGHT``, ``value`` where the unit's own lies; ``beyond`` lie outside."""

    population: DayPopulation
    path: str
    value: float
    beyond: int


def strip(view: MeasurementView, population: DayPopulation) -> Strip | None:
    """None where there is nobody to compare with."""
    if view.value is None or not population.bins:
        return None
    low, high = _scale(view, view.value, population)

    def place(at: float) -> float:
        return round(min(max((at - low) / (high - low), 0.0), 1.0) * WIDTH, 2)

    most = max(each.count for each in population.bins)
    path = ""
    beyond = 0
    for each in population.bins:
        left, right = place(each.low), place(each.high)
        if each.high <= low or each.low >= high:
            beyond += each.count
            continue
        tall = round(max(_LEAST, HEIGHT * each.count / most), 2)
        path += f"M{left:g},{HEIGHT:g}v-{tall:g}h{max(right - left, 0.4):g}v{tall:g}z"
    return Strip(population=population, path=path, value=place(float(view.value)), beyond=beyond)


def _scale(view: MeasurementView, value: Decimal, population: DayPopulation) -> tuple[float, float]:
    """That of the limits; without limits from the least to the greatest of all."""
    if view.state not in (LimitState.NO_LIMITS, LimitState.OTHER_UOM, LimitState.NO_VALUE):
        low, high = domain_of(value, view.lsl, view.target, view.usl)
        return float(low), float(high)
    least = min(value, Decimal(repr(population.bins[0].low)))
    greatest = max(value, Decimal(repr(population.bins[-1].high)))
    room = (greatest - least) * _ROOM or Decimal(1)
    return float(least - room), float(greatest + room)
