"""Which days production was planned, and how many of them have records (rule R15)."""

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from fractions import Fraction

import msgspec

from traceability.quality.window import Window


class PlannedDays(msgspec.Struct, frozen=True, kw_only=True):
    """Planned production days from ``first`` to ``last``: of ``weekdays`` (ISO) but ``closed``, and ``opened``."""

    first: date
    last: date
    weekdays: tuple[int, ...]
    closed: tuple[date, ...] = ()
    opened: tuple[date, ...] = ()

    def plans(self, day: date) -> bool:
        """Whether production was planned on a day from ``first`` to ``last``."""
        return day in self.opened or (day.isoweekday() in self.weekdays and day not in self.closed)


class Coverage(msgspec.Struct, frozen=True, kw_only=True):
    """Planned days of a window and those with records; ``unknown`` days are in no calendar."""

    planned: int
    covered: int
    unknown: int
    unplanned: int
    """Days with records on which no production was planned: shown, not counted."""

    @property
    def share(self) -> Fraction | None:
        """Covered share of the planned days; None while a calendar is missing for a day, or nothing was planned."""
        return Fraction(self.covered, self.planned) if self.planned and not self.unknown else None


def coverage(calendars: Sequence[PlannedDays], window: Window, recorded: Collection[date]) -> Coverage:
    """Of several calendars that speak of one day, the last one counts."""
    with_records = frozenset(recorded)
    planned = covered = unknown = unplanned = 0
    for number in range((window.last - window.first).days + 1):
        day = window.first + timedelta(days=number)
        calendar = next((one for one in reversed(calendars) if one.first <= day <= one.last), None)
        if calendar is None:
            unknown += 1
        elif calendar.plans(day):
            planned += 1
            covered += day in with_records
        else:
            unplanned += day in with_records
    return Coverage(planned=planned, covered=covered, unknown=unknown, unplanned=unplanned)
