"""The right to work on a recall, so that of several hub processes on one store only one does.

It runs out by itself when its holder dies, and is renewed while it lives. A holder that slept through its end finds out
before it writes anything: what it writes is checked in the same transaction.
"""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from hub.parts import Hub
from hub.store.core.database import Writing
from hub.store.core.instant import to_micros
from hub.store.work.leases import give_lease_back, lease_holder, take_lease
from traceability.errors import ZhuoyueError

log = logging.getLogger(__name__)

LASTS = timedelta(seconds=60)
RENEWED_EVERY_S = 15.0


class LeaseLost(Exception):
    """Another process has taken the work over."""


class Lease:
    """The lease of one recall for ``holder``."""

    def __init__(self, hub: Hub, recall: str, holder: str, *, renewed_every: float = RENEWED_EVERY_S) -> None:
        self._hub = hub
        self._recall = recall
        self._holder = holder
        self._renewed_every = renewed_every

    @contextmanager
    def held(self) -> Iterator[bool]:
        """Take it and keep it until the end; False when another has it."""
        if not self.take():
            yield False
            return
        over = threading.Event()
        renewing = threading.Thread(target=self._renew, args=(over,), name=f"lease-{self._recall}", daemon=True)
        renewing.start()
        try:
            yield True
        finally:
            over.set()
            renewing.join()
            with self._hub.store.writing() as connection:
                give_lease_back(connection, self._recall, self._holder)

    def take(self) -> bool:
        """Take or renew it; False when another has it."""
        now = self._hub.clock()
        with self._hub.store.writing() as connection:
            return take_lease(connection, self._recall, self._holder, to_micros(now), to_micros(now + LASTS))

    @contextmanager
    def writing(self) -> Iterator[Writing]:
        """A writing transaction of its holder; ``LeaseLost`` when another has taken it over meanwhile."""
        with self._hub.store.writing() as connection:
            if lease_holder(connection, self._recall) != self._holder:
                raise LeaseLost
            yield connection

    def _renew(self, over: threading.Event) -> None:
        while not over.wait(self._renewed_every):
            try:
                if not self.take():
                    return  # lost; the holder finds out when it writes
            except ZhuoyueError as error:
                log.warning("the lease of recall %s was not renewed, which is tried again: %s", self._recall, error)
