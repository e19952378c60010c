"""Which batches are under way, and how many may be; no I/O."""

import asyncio

import msgspec

from edge_agent.outbox.batches import SealedBatch
from edge_agent.uplink.answer import Answer

_WIDEN_AFTER = 8


class Sent(msgspec.Struct, frozen=True):
    """A batch under way and the answer to come."""

    batch: SealedBatch
    answer: "asyncio.Task[Answer]"


class Window:
    """Batches in the order in which they were sent.

    One at a time until the hub took one: to a hub that is down or refuses, no more than that is sent. A hub that does
    not let early batches wait (an older one) makes it one at a time again, and only successes widen it.
    """

    def __init__(self, widest: int) -> None:
        self.sent: list[Sent] = []
        self._widest = widest
        self._width = 1
        self._taken = 0
        self._first: dict[str, int] = {}

    @property
    def has_room(self) -> bool:
        """Whether one more may be sent."""
        return len(self.sent) < self._width

    def begin(self) -> None:
        """A new sweep: nothing is under way."""
        self._first.clear()

    def add(self, sent: Sent) -> None:
        """One more is under way."""
        self.sent.append(sent)
        self._first.setdefault(sent.batch.chain, sent.batch.seq)

    def is_early(self, batch: SealedBatch, expected: int) -> bool:
        """Whether the batch that the hub expects is one of this sweep, sent before ``batch``."""
        return self._first.get(batch.chain, batch.seq) <= expected < batch.seq

    def taken(self) -> None:
        """The hub took one: open at once the first time, later one by one."""
        self._taken += 1
        if self._taken % _WIDEN_AFTER == 0:
            self._width = min(self._width + 1, self._widest)

    def open(self) -> None:
        """The hub is there again."""
        self._width, self._taken = self._widest, 0

    def narrow(self) -> None:
        """The hub is away, or lets no batch wait."""
        self._width, self._taken = 1, 0
