"""When a scheduled query is due (EPCIS 2.0, 8.2.5.3): fields of numbers and ranges, in UTC.

A field is a number, a range ``[low-high]``, or several of them with commas between; an absent one is any. Days of the
week are 1 to 7, Monday is 1. A moment is due when it fits every field.
"""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta

from hub.epcis.problems import EpcisRefused, Kind

BOUNDS = {
    "second": (0, 59),
    "minute": (0, 59),
    "hour": (0, 23),
    "dayOfMonth": (1, 31),
    "month": (1, 12),
    "dayOfWeek": (1, 7),
}
_PART = re.compile(r"([0-9]{1,2})|\[([0-9]{1,2})-([0-9]{1,2})\]")
_YEARS = 9  # a 29 February on one day of the week may be as far away as that, and farther around 2100


class Schedule:
    """The moments of a schedule; ``EpcisRefused`` names the field that is none."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        self._fits = {name: _field(name, fields.get(name)) for name in BOUNDS}
        if "second" not in fields and any(name in fields for name in BOUNDS):
            self._fits["second"] = frozenset({0})  # once in the minute that is named

    def after(self, moment: datetime) -> datetime | None:
        """The first due moment behind ``moment``; None when there is none in years."""
        found = moment.replace(microsecond=0) + timedelta(seconds=1)
        last = moment + timedelta(days=366 * _YEARS)
        while found <= last:
            if found.month not in self._fits["month"]:
                found = (found.replace(day=1, hour=0, minute=0, second=0) + timedelta(days=32)).replace(day=1)
            elif found.day not in self._fits["dayOfMonth"] or found.isoweekday() not in self._fits["dayOfWeek"]:
                found = found.replace(hour=0, minute=0, second=0) + timedelta(days=1)
            elif found.hour not in self._fits["hour"]:
                found = found.replace(minute=0, second=0) + timedelta(hours=1)
            elif found.minute not in self._fits["minute"]:
                found = found.replace(second=0) + timedelta(minutes=1)
            elif found.second not in self._fits["second"]:
                found += timedelta(seconds=1)
            else:
                return found
        return None


def _field(name: str, text: str | None) -> frozenset[int]:
    low, high = BOUNDS[name]
    if text is None:
        return frozenset(range(low, high + 1))
    values: set[int] = set()
    for part in text.split(","):
        found = _PART.fullmatch(part.strip())
        if found is None:
            raise _refused(name, text)
        begin, end = int(found[1] or found[2]), int(found[1] or found[3])
        if not low <= begin <= end <= high:
            raise _refused(name, text)
        values |= set(range(begin, end + 1))
    return frozenset(values)


def _refused(name: str, text: str) -> EpcisRefused:
    low, high = BOUNDS[name]
    return EpcisRefused(
        Kind.SUBSCRIPTION_CONTROLS,
        400,
        f"{text[:60]!r} is no schedule",
        where=f"schedule/{name}",
        advice=f"write numbers from {low} to {high}, ranges as [{low}-{high}], commas between",
    )
