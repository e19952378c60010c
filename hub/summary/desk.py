"""The operator's summary is made once for each state of the log, and handed to whoever asks for it then.

It follows every assembled unit down to its last component, so on a large hub it takes long; there it may be a few times
as old as it took to make, and says of which size of the log it is. An organisation's is made anew each time from what
it may see, never kept and never taken from what was kept: so nobody is given what another one saw, and each look at
others is noted in the audit log.
"""

import threading
from datetime import datetime, timedelta

import msgspec

from hub.accounts.asker import Asker
from hub.parts import Hub
from hub.store.ledger.batches import log_size
from hub.summary.summary import summary
from hub.summary.views import Summary

LONG = timedelta(seconds=0.5)
"""What was made quicker is made anew with every batch."""
PATIENCE = 10


class _Kept(msgspec.Struct, frozen=True):
    summary: Summary
    began: datetime
    took: timedelta

    def good(self, size: int, now: datetime) -> bool:
        age = self.took * PATIENCE if self.took >= LONG else timedelta(0)
        return self.summary.log_size == size or timedelta(0) <= now - self.began < age


class SummaryDesk:
    """Keeps the latest summary; one at a time is made, for each fills much memory on a large hub."""

    def __init__(self) -> None:
        self._kept: _Kept | None = None
        self._making = threading.Lock()

    def summary(self, hub: Hub, asker: Asker) -> Summary:
        """As ``asker`` sees it; ``hub`` must be what it may see."""
        if not asker.is_operator:
            with hub.store.reading() as connection:
                return summary(connection)
        with self._making, hub.store.reading() as connection:
            now = hub.clock()
            if self._kept is None or not self._kept.good(log_size(connection), now):
                made = summary(connection)
                self._kept = _Kept(made, now, hub.clock() - now)
            return self._kept.summary

    def forget(self) -> None:
        """The summary is made anew when it is asked for."""
        with self._making:
            self._kept = None
