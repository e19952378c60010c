"""What the forms of the audit pages ask: days by the reader's clock, typed as they are."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec

from hub.pages.speech import mark
from hub.store.core.instant import is_storable

NOT_A_DAY = mark("This is not a day of the calendar; write it like 2026-03-31.")


class Period(msgspec.Struct, frozen=True, kw_only=True):
    """From the beginning of a day to the end of another; ``trouble`` is the text to show when one is none."""

    since: datetime | None = None
    until: datetime | None = None
    trouble: str = ""


def period_of(since: str, until: str, zone: str) -> Period:
    """Both days belong to it; '' leaves an end open."""
    begin, end = _day(since), _day(until)
    if (since and begin is None) or (until and end is None):
        return Period(trouble=NOT_A_DAY)
    clock = ZoneInfo(zone)
    return Period(
        since=None if begin is None else datetime.combine(begin, time(), clock),
        until=None if end is None else datetime.combine(end + timedelta(days=1), time(), clock),
    )


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
        return found if is_storable(datetime.combine(found, time(), ZoneInfo("UTC"))) else None
    except ValueError:
        return None
