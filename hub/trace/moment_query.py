"""``as_of`` and ``known_at`` of an address: the two times of a question."""

from datetime import datetime
from typing import Annotated

from fastapi import Depends, Query
from pydantic import AwareDatetime

from hub.errors import EntryRefused
from hub.store.core.database import Reading
from hub.store.core.instant import is_storable
from hub.trace.known import Moment, moment_of


class AskedTimes:
    """Both times as asked for; which state of the log the second one means is seen in the store."""

    def __init__(
        self,
        as_of: Annotated[AwareDatetime | None, Query(description="What had happened by this time (ISO 8601)")] = None,
        known_at: Annotated[AwareDatetime | None, Query(description="What this hub had been told by this time")] = None,
    ) -> None:
        for name, instant in (("as_of", as_of), ("known_at", known_at)):
            _check(name, instant)
        self._as_of, self._known_at = as_of, known_at

    def on(self, connection: Reading) -> Moment:
        """The moment in the store's terms."""
        return moment_of(connection, self._as_of, self._known_at)


AskedMoment = Annotated[AskedTimes, Depends()]


def _check(name: str, instant: datetime | None) -> None:
    if instant is not None and not is_storable(instant):
        raise EntryRefused("lies outside the years 2 to 9998", where=name, advice="ask about a time of this world")
