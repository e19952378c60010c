"""Whole hours since 1970 UTC, and the days, dekads and months of UTC that they make up."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache

from hub.store.core.instant import EPOCH
from hub.store.rollup.queries import DAY, DEKAD, HOUR, MONTH, Range
from traceability.quality.window import Window

HOURS_A_DAY = 24


def hour_of(instant: datetime) -> int:
    """The hour that holds an instant."""
    return (instant - EPOCH) // timedelta(hours=1)


def instant_of(hour: int) -> datetime:
    """The begin of an hour, in UTC."""
    return EPOCH + timedelta(hours=hour)


def day_of(hour: int) -> int:
    """The first hour of the day that holds ``hour``."""
    return hour // HOURS_A_DAY * HOURS_A_DAY


@lru_cache(maxsize=4096)
def month_of(hour: int) -> int:
    """The first hour of the month that holds ``hour``."""
    return hour_of(instant_of(hour).replace(day=1, hour=0))


def next_day(hour: int) -> int:
    """The first hour of the day after."""
    return day_of(hour) + HOURS_A_DAY


def dekad_of(hour: int) -> int:
    """The first hour of the dekad: the days 1 to 10, 11 to 20, and the rest of a month."""
    month = month_of(hour)
    return month + min(2, (hour - month) // (10 * HOURS_A_DAY)) * 10 * HOURS_A_DAY


def next_dekad(hour: int) -> int:
    """The first hour of the dekad after."""
    begin = dekad_of(hour) - month_of(hour)
    return next_month(hour) if begin >= 20 * HOURS_A_DAY else dekad_of(hour) + 10 * HOURS_A_DAY


def next_month(hour: int) -> int:
    """The first hour of the month after the one that holds ``hour``."""
    return month_of(month_of(hour) + 32 * HOURS_A_DAY)


def hours_of(window: Window, zone: tzinfo) -> Range:
    """The hours of a plant's calendar days; where its clock is off by a part of an hour, the day begins at the hour."""
    return hour_of(instant_of_day(window.first, zone)), hour_of(instant_of_day(window.last + timedelta(days=1), zone))


Bounds = Callable[[int], int]

LONGER: tuple[tuple[str, Bounds, Bounds], ...] = (
    (DAY, day_of, next_day),
    (DEKAD, dekad_of, next_dekad),
    (MONTH, month_of, next_month),
)
"""What is longer than an hour: the hour it begins with, and the one after it."""

Places = dict[str, list[Range]]


def cover(begin: int, end: int, last_hour: int) -> Places:
    """The fewest roll-ups that make up ``[begin, end)`` of a stream that has come to ``last_hour``.

    A day and whatever is longer has a roll-up of its own only when the stream has gone on beyond it.
    """
    places: Places = {span: [] for span in (HOUR, DAY, DEKAD, MONTH)}
    _fill(places, len(LONGER), begin, end, last_hour)
    return places


def _fill(places: Places, longest: int, begin: int, end: int, last_hour: int) -> None:
    if begin >= end:
        return
    if longest == 0:
        places[HOUR].append((begin, end))
        return
    span, first_of, next_of = LONGER[longest - 1]
    whole = begin if first_of(begin) == begin else next_of(begin)
    over = min(first_of(end), first_of(last_hour))
    if whole >= over:
        _fill(places, longest - 1, begin, end, last_hour)
        return
    _fill(places, longest - 1, begin, whole, last_hour)
    places[span].append((whole, over))
    _fill(places, longest - 1, over, end, last_hour)


def instant_of_day(day: date, zone: tzinfo) -> datetime:
    """When a calendar day begins, in UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
