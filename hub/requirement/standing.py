"""Fulfilments that a list shows, kept while nothing can have changed: the same log, the same minute, the same asker."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime

from hub.requirement.views import FulfilmentView

MOST_KEPT = 2000
Key = tuple[tuple[str, ...], str]
"""Who looks, and at which requirement."""


class FulfilmentDesk:
    """At most ``MOST_KEPT`` fulfilments. Policies are records that begin at times: a minute is as old as any gets."""

    def __init__(self) -> None:
        self._known: OrderedDict[Key, FulfilmentView] = OrderedDict()
        self._turn = threading.Lock()

    def known(self, key: Key, size: int, now: datetime) -> FulfilmentView | None:
        """The one kept, if it still holds at log size ``size``."""
        with self._turn:
            found = self._known.get(key)
        if found is None or found.log_size != size or _minute(found.as_of) != _minute(now):
            return None
        return found

    def made(self, key: Key, make: Callable[[], FulfilmentView]) -> FulfilmentView:
        """Make it and keep it."""
        found = make()
        with self._turn:
            self._known[key] = found
            self._known.move_to_end(key)
            while len(self._known) > MOST_KEPT:
                self._known.popitem(last=False)
        return found


def _minute(instant: datetime) -> datetime:
    return instant.replace(second=0, microsecond=0)
