"""When something happened, as factors: shifts of the plant's calendar, and hours, days or weeks by its clock."""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec

from traceability.record.quality import ProductionCalendarRecord

_HOURS_UP_TO, _DAYS_UP_TO = timedelta(days=2), timedelta(days=62)
_HOUR, _DAY, _WEEK = timedelta(hours=1), timedelta(days=1), timedelta(days=7)


class Window(msgspec.Struct, frozen=True):
    """``[begin, end)``; ``name`` by the plant's clock."""

    name: str
    begin: datetime
    end: datetime


def window_of(at: datetime, zone: ZoneInfo, span: timedelta) -> Window:
    """The hour, day or ISO week of ``at``, as fits a comparison over ``span``."""
    local = at.astimezone(zone)
    if span <= _HOURS_UP_TO:
        begin = local.replace(minute=0, second=0, microsecond=0).astimezone(UTC)
        return Window(local.strftime("%Y-%m-%d %H:00%z"), begin, begin + _HOUR)
    day = local.date()
    if span <= _DAYS_UP_TO:
        return Window(day.isoformat(), _midnight(local, zone, timedelta(0)), _midnight(local, zone, _DAY))
    year, week, weekday = day.isocalendar()
    monday = -_DAY * (weekday - 1)
    return Window(f"{year}-W{week:02}", _midnight(local, zone, monday), _midnight(local, zone, monday + _WEEK))


def shift_of(at: datetime, zone: ZoneInfo, calendars: Sequence[ProductionCalendarRecord]) -> Window | None:
    """The shift that ``at`` lies in; of calendars that speak of one day the last one counts. None outside all."""
    local = at.astimezone(zone)
    for days in (0, 1):  # today's, else one of yesterday that goes on past midnight
        day = local.date() - days * _DAY
        calendar = next((one for one in reversed(calendars) if one.first <= day <= one.last), None)
        for shift in calendar.shifts if calendar else ():
            begin, end = (datetime.combine(day, _clock(text), zone) for text in (shift.start, shift.end))
            if end <= begin:
                end += _DAY
            if begin <= local < end:
                return Window(shift.name, begin.astimezone(UTC), end.astimezone(UTC))
    return None


def _clock(text: str) -> time:
    return time.fromisoformat(text)


def _midnight(local: datetime, zone: ZoneInfo, later: timedelta) -> datetime:
    return datetime.combine(local.date() + later, time(), zone).astimezone(UTC)
