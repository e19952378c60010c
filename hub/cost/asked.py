"""What is asked about costs: the period in which they accrue, what to narrow them to, gross or net."""

from datetime import date, datetime, timedelta
from typing import Annotated

from fastapi import Query
from pydantic import BaseModel

from hub.analysis.zones import zone_in
from hub.cost.gather import canonical
from hub.errors import EntryRefused
from hub.store.core.database import Reading
from hub.store.master.queries import read_master
from traceability.quality.cost.allocate import Place
from traceability.quality.window import Window

LONGEST_DAYS = 5 * 366
USUAL_MONTHS = 12
Word = Annotated[str, Query(max_length=400)]


class AskedPlace(BaseModel):
    """What costs are narrowed to."""

    part: Word = ""
    operation: Word = ""
    supplier: Word = ""
    cause: Word = ""

    @property
    def place(self) -> Place:
        """As costs are allocated."""
        return Place(canonical(self.part), self.operation, self.supplier, self.cause)


class AskedCosts(AskedPlace):
    """By default the month that runs and the eleven before it, as the plant's policy says gross or net."""

    first: Annotated[date | None, Query()] = None
    last: Annotated[date | None, Query()] = None
    net: Annotated[bool | None, Query()] = None

    def window(self, today: date) -> Window:
        """``EntryRefused`` for a period that ends before it begins, or is too long."""
        last = self.last or today
        first = self.first or months_before(last.replace(day=1), USUAL_MONTHS - 1)
        if last < first:
            raise EntryRefused("the period ends before it begins", where="first", advice="name an earlier first day")
        if (last - first).days > LONGEST_DAYS:
            raise EntryRefused(
                f"the period is longer than {LONGEST_DAYS} days", where="first", advice="ask for a part of it"
            )
        if last >= date.max - timedelta(days=32) or first < date(1971, 1, 1):
            raise EntryRefused("the period lies outside the calendar", where="first", advice="name days of this age")
        return Window(first, last)


def today_at(connection: Reading, plant: str, now: datetime) -> date:
    """The plant's day."""
    return now.astimezone(zone_in(read_master(connection), plant)).date()


def months_before(month: date, count: int) -> date:
    """The first day of the month ``count`` months before; the first month there is at the earliest."""
    number = max(month.year * 12 + month.month - 1 - count, 12)
    return date(number // 12, number % 12 + 1, 1)
