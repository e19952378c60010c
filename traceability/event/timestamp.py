"""Times of events: xsd:dateTimeStamp, so always with a zone."""

import re
from datetime import UTC, datetime

_FORM = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,30})?(?:Z|[+-][0-9]{2}:[0-9]{2})", re.ASCII
)


def is_timestamp(text: str) -> bool:
    """Whether ``text`` is a date, a time of day and a zone that exist."""
    if not _FORM.fullmatch(text):
        return False
    try:
        instant(text)
    except (ValueError, OverflowError):
        return False
    return True


def instant(text: str) -> datetime:
    """The time in UTC, cut to microseconds; ``ValueError`` when it does not exist."""
    return datetime.fromisoformat(text).astimezone(UTC)
