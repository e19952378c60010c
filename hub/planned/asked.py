"""The days about which a plant is asked: what it finished on them is judged."""

from datetime import date, datetime, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import Query
from pydantic import AwareDatetime, BaseModel

from hub.errors import EntryRefused
from traceability.quality.window import Window

USUAL_DAYS = 7
LONGEST_DAYS = 366


class DaysAsked(BaseModel):
    """From when to when, both included, by the plant's clock; the last week where nothing is named.

    ``since``: only what was finished from this instant on, to look on where an answer ended.
    """

    first: Annotated[date | None, Query()] = None
    last: Annotated[date | None, Query()] = None
    since: Annotated[AwareDatetime | None, Query()] = None

    def window(self, zone: ZoneInfo, now: datetime) -> Window:
        """``EntryRefused`` for days in the wrong order, or too many."""
        last = self.last or now.astimezone(zone).date()
        first = self.first or last - timedelta(days=min(USUAL_DAYS - 1, (last - date.min).days))
        if last < first:
            raise EntryRefused("the period ends before it begins", where="first, last", advice="correct the days")
        if (last - first).days >= LONGEST_DAYS:
            raise EntryRefused(
                f"the period is longer than {LONGEST_DAYS} days", where="first, last", advice="ask for a part of it"
            )
        return Window(first, last)
