"""Runs of days that are counted together, and which of their hours are whole hours of UTC.

Costs are told by month, and rates change from one day to the next: between two such days nothing depends on the day.
"""

from collections.abc import Collection, Iterator
from datetime import date, timedelta, tzinfo
from itertools import pairwise

import msgspec

from hub.rollup.hours import instant_of_day
from hub.store.core.instant import to_micros
from hub.store.rollup.tallied import Period
from traceability.quality.window import Window

MICROS_AN_HOUR = 3_600_000_000
DAY = timedelta(days=1)
Span = tuple[int, int]
"""From a microsecond since 1970 UTC to before another."""


class Cut(msgspec.Struct, frozen=True):
    """Whole hours, under the numbers of their runs, and the spans beside them."""

    whole: tuple[Period, ...]
    beside: tuple[Span, ...]


def first_days(window: Window, breaks: Collection[date] = ()) -> list[date]:
    """The days on which runs begin: that of the window, those of its months, and ``breaks``."""
    found = {window.first, *(day for day in breaks if window.holds(day))}
    month = window.first
    while (month := (month.replace(day=1) + timedelta(days=32)).replace(day=1)) <= window.last:
        found.add(month)
    return sorted(found)


def midnight(day: date, zone: tzinfo) -> int:
    """When a day begins, in microseconds since 1970 UTC."""
    return to_micros(instant_of_day(day, zone))


def cut(plant: str, bounds: Collection[int], end: int) -> Cut:
    """Runs from each of ``bounds`` to the next (microseconds), as far as ``end``."""
    whole: list[Period] = []
    beside: list[Span] = []
    for number, run in enumerate(pairwise(min(bound, end) for bound in bounds)):
        first, last = -(-run[0] // MICROS_AN_HOUR), run[1] // MICROS_AN_HOUR
        if first < last:
            whole.append(Period(number, plant, first, last))
            beside += [(run[0], first * MICROS_AN_HOUR), (last * MICROS_AN_HOUR, run[1])]
        else:
            beside.append(run)
    return Cut(tuple(whole), tuple(joined(beside)))


def joined(spans: Collection[Span]) -> Iterator[Span]:
    """The same spans, in their order: those that meet as one, and no empty ones."""
    found: list[Span] = []
    for begin, end in spans:
        if begin < end and found and found[-1][1] == begin:
            found[-1] = (found[-1][0], end)
        elif begin < end:
            found.append((begin, end))
    return iter(found)


def hours_between(days: list[date], window: Window, zone: tzinfo) -> tuple[list[date], list[int]]:
    """``days`` with the hours in which their runs begin, and at last the hour in which the window ends.

    An hour belongs to the day on which it begins. Where a clock is off by a part of an hour, the first one of a window
    begins on the day before it, and is counted for that day.
    """
    begins = [-(-midnight(day, zone) // MICROS_AN_HOUR) for day in days]
    earliest = midnight(window.first, zone) // MICROS_AN_HOUR
    end = midnight(window.last + DAY, zone) // MICROS_AN_HOUR
    if earliest < begins[0]:
        return [window.first - DAY, *days], [earliest, *begins, end]
    return days, [*begins, end]
