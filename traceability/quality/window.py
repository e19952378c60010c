"""The period that figures are about: twelve rolling months, because the loss denominators are annual (rule R15)."""

import calendar
from datetime import date, timedelta
from fractions import Fraction

import msgspec

ENOUGH_COVERED = Fraction(80, 100)


class Window(msgspec.Struct, frozen=True):
    """Days from ``first`` to ``last``, both included."""

    first: date
    last: date

    def holds(self, day: date) -> bool:
        """Whether the day lies in the window."""
        return self.first <= day <= self.last


def year_to(last: date) -> Window:
    """The twelve months that end with ``last``: 2026-03-31 gives 2025-04-01 to 2026-03-31."""
    days_in_month = calendar.monthrange(last.year - 1, last.month)[1]
    month_ends = last.day == calendar.monthrange(last.year, last.month)[1]
    year_before = date(last.year - 1, last.month, days_in_month if month_ends else last.day)
    return Window(year_before + timedelta(days=1), last)


def is_provisional(covered: Fraction | None) -> bool:
    """Whether figures are provisional; ``covered``: share of production days with records, None when unknown."""
    return covered is None or covered < ENOUGH_COVERED
