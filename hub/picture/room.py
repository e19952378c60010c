"""How many pieces of pictures are taken at once, and how many of one agent in a minute: batches come first."""

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import msgspec

from hub.errors import TooBusy

_MINUTE = timedelta(minutes=1)
_COME_AGAIN_S = 2


class PictureRates(msgspec.Struct, frozen=True, kw_only=True):
    """``at_once`` requests of all agents, ``a_minute`` pieces of one (of at most 256 KB each)."""

    at_once: int = 8
    a_minute: int = 1200


DEFAULT_RATES = PictureRates()


class PictureRoom:
    """Counts; may be asked from any thread."""

    def __init__(self, rates: PictureRates = DEFAULT_RATES) -> None:
        self._rates = rates
        self._lock = threading.Lock()
        self._busy = 0
        self._times: dict[str, deque[datetime]] = {}

    @contextmanager
    def request(self) -> Iterator[None]:
        """A piece is being read and taken; ``TooBusy`` when there are too many."""
        with self._lock:
            if self._busy >= self._rates.at_once:
                raise TooBusy("other pictures are being taken", own=False, after_s=_COME_AGAIN_S)
            self._busy += 1
        try:
            yield
        finally:
            with self._lock:
                self._busy -= 1

    def count(self, author: str, now: datetime) -> None:
        """One more piece of an agent that has proved who it is; ``TooBusy`` when those are too many."""
        with self._lock:
            times = self._times.setdefault(author, deque())
            while times and not times[0] <= now < times[0] + _MINUTE:
                times.popleft()
            if len(times) >= self._rates.a_minute:
                raise TooBusy(f"{len(times)} pieces of pictures of {author} came within a minute", own=True, after_s=30)
            times.append(now)
