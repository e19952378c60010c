"""Times in the store: whole microseconds since 1970-01-01 UTC, exact, sortable and the same in every database."""

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EARLIEST = datetime(2, 1, 1, tzinfo=UTC)
LATEST = datetime(9999, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def to_micros(instant: datetime) -> int:
    """Microseconds since 1970 UTC of an aware ``instant``; exact, also for instants whose UTC year is no year."""
    return (instant - EPOCH) // _MICROSECOND


def from_micros(micros: int) -> datetime:
    """The instant in UTC; inverse of ``to_micros``."""
    return EPOCH + micros * _MICROSECOND


def is_storable(instant: datetime) -> bool:
    """Whether ``instant`` can be shown in every time zone; the ends of the calendar can't."""
    return EARLIEST <= instant < LATEST
