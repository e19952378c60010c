"""The line of a plant is read once for all who look at it: for each state of the log, each minute and each view of it.

Whoever sees the same shares what was read. What an organisation sees follows from policies, which are records and begin
at times: with the next batch, and with the next minute at the latest, it is read anew under those of then.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime

from hub.accounts.asker import Asker
from hub.errors import HubError
from hub.live.line_now import line_now
from hub.live.targets import first_pass_targets
from hub.live.views import LineNow, version_at
from hub.parts import Hub
from hub.store.core.database import Reading
from hub.store.ledger.batches import log_size

MOST_LINES = 200
Key = tuple[str, ...]
Make = Callable[[Reading, str, datetime], LineNow]


class Snapshot:
    """A line as it was read, and what was drawn of it so far, so that it is drawn once for all alike."""

    def __init__(self, line: LineNow) -> None:
        self.line = line
        self._drawn: dict[tuple[str, ...], str] = {}

    def drawn(self, manner: tuple[str, ...], draw: Callable[[LineNow], str]) -> str:
        """What ``draw`` makes of the line; made once for each manner (language, clock)."""
        if manner not in self._drawn:  # two who ask at once may both draw it; the same comes out
            self._drawn[manner] = draw(self.line)
        return self._drawn[manner]


def line_with_targets(connection: Reading, plant: str, now: datetime) -> LineNow:
    """The line beside what was aimed at."""
    return line_now(connection, plant, now, first_pass_targets(connection, plant, now))


class LiveDesk:
    """Keeps the last snapshot of each plant and view, of at most ``MOST_LINES``."""

    def __init__(self, make: Make = line_with_targets) -> None:
        self._make = make
        self._known: OrderedDict[Key, Snapshot] = OrderedDict()
        self._making: dict[Key, threading.Lock] = {}
        self._turn = threading.Lock()

    def snapshot(self, hub: Hub, asker: Asker, plant: str) -> Snapshot:
        """The line as ``asker`` sees it now; ``hub`` must be what it may see. ``NotFound`` for no plant of its."""
        key = (plant, *asker.eyes)
        with self._turn:
            making = self._making.setdefault(key, threading.Lock())
        with making, hub.store.reading() as connection:  # of many who ask at once, one reads
            now = hub.clock()
            known = self._known.get(key)
            if known is None or known.line.version != version_at(log_size(connection), now):
                known = self._made(connection, key, now)
            self._keep(key, known)
            return known

    @property
    def lines(self) -> int:
        """Of how many something is kept."""
        with self._turn:
            return len(self._making)

    def _made(self, connection: Reading, key: Key, now: datetime) -> Snapshot:
        """Of a plant that is not there nothing is kept: names can be made up without end."""
        try:
            return Snapshot(self._make(connection, key[0], now))
        except HubError:
            with self._turn:
                if key not in self._known:
                    self._making.pop(key, None)
            raise

    def _keep(self, key: Key, snapshot: Snapshot) -> None:
        with self._turn:
            self._known[key] = snapshot
            self._known.move_to_end(key)
            while len(self._known) > MOST_LINES:
                oldest, _ = self._known.popitem(last=False)
                self._making.pop(oldest, None)
