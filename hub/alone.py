"""Background rounds that one process alone does, however many serve the same store.

A process does a round while it holds the round's lease in the store, which it renews as long as it works. When it ends
in good order it gives the lease back; when it is killed another process takes over once the lease has run out.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from hub.parts import Hub
from hub.rounds import repeating
from hub.store.core.instant import to_micros
from hub.store.work.rounds import give_round_back, round_holder, take_round
from traceability.errors import ZhuoyueError

TERM_S = 60.0
"""How long a round stands still at most when the process that did it is killed, beside the wait between two rounds."""
_LOG = logging.getLogger(__name__)


@contextmanager
def repeating_alone(
    hub: Hub, name: str, work: Callable[[], None], every_s: float, *, at_once: bool = False, patience_s: float = 1.0
) -> Iterator[None]:
    """As ``hub.rounds.repeating``, in one of all processes on this store at a time."""
    lease = _Lease(hub, name)

    def guarded() -> None:
        if lease.held():
            with repeating(f"lease of {name}", lease.keep, TERM_S / 3):
                work()

    with repeating(name, guarded, every_s, at_once=at_once, patience_s=patience_s):
        yield
    lease.give_back()


class _Lease:
    def __init__(self, hub: Hub, name: str) -> None:
        self._hub, self._name = hub, name
        self._holder = hub.random_bytes(16).hex()
        self._renew_at = 0

    def held(self) -> bool:
        """Whether this process has the round; takes it when nobody has. Writes only when half of the term is over."""
        now = to_micros(self._hub.clock())
        with self._hub.store.reading() as connection:
            holder = round_holder(connection, self._name, now)
        if holder == self._holder and now < self._renew_at:
            return True
        return holder in (None, self._holder) and self.renew()

    def renew(self) -> bool:
        """Hold it for another term; False when another process has it."""
        now = self._hub.clock()
        until = to_micros(now + timedelta(seconds=TERM_S))
        taken = self._hub.store.write(lambda it: take_round(it, self._name, self._holder, to_micros(now), until))
        self._renew_at = to_micros(now + timedelta(seconds=TERM_S / 2)) if taken else 0
        return taken

    def keep(self) -> None:
        """Renew it while the work goes on."""
        if not self.renew():
            _LOG.warning("another process took the lease of %s while this one still worked", self._name)

    def give_back(self) -> None:
        """Let another process go on at once; when the store does not answer, the lease runs out by itself."""
        try:
            self._hub.store.write(lambda it: give_round_back(it, self._name, self._holder))
        except ZhuoyueError as error:
            _LOG.warning("the lease of %s runs out by itself: %s", self._name, error)
