"""Batches that arrive before their turn wait here for those before them.

Nothing of a waiting batch is stored and its sender has no receipt, so that a hub which ends forgets nothing that it
has vouched for. All senders of one hub wait in one event loop.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from hub.errors import OutOfOrder
from hub.ingest.capacity import Capacity
from traceability.batch.header import Header

LOOK_AGAIN_S = 0.5
"""A batch that another process took moves nobody here."""
MOST_KNOWN = 50_000
"""Chains of which it is remembered how far they have come."""
Chain = tuple[str, str]
"""Author and chain."""

Due = Callable[[str, str], Awaitable[int]]
"""The seq that a chain expects next."""


class Turns:
    """One for all chains."""

    def __init__(self, capacity: Capacity, due: Due) -> None:
        self._capacity = capacity
        self._due = due
        self._waiting: dict[Chain, set[asyncio.Event]] = {}
        self._come_to: dict[Chain, int] = {}

    async def wait(self, header: Header) -> None:
        """Return when the batch's turn has come or is past; ``OutOfOrder`` when it is too early for too long."""
        chain = (header.author, header.chain)
        if header.seq <= self._come_to.get(chain, 1):
            return  # a chain never goes back; the transaction that takes the batch looks anyway
        moved = asyncio.Event()
        waiting = self._waiting.setdefault(chain, set())
        waiting.add(moved)
        try:
            async with asyncio.timeout(self._capacity.held_s) as limit:
                while (due := await self._due(*chain)) < header.seq:
                    if header.seq - due > self._capacity.early:
                        raise too_early(header, due)
                    with suppress(TimeoutError):
                        async with asyncio.timeout(LOOK_AGAIN_S):
                            await moved.wait()
                    moved.clear()
                limit.reschedule(None)
        except TimeoutError:
            raise too_early(header, await self._due(*chain)) from None
        finally:
            waiting.discard(moved)
            if not waiting:
                self._waiting.pop(chain, None)

    def moved(self, header: Header) -> None:
        """A batch of this chain was taken: those that wait look again."""
        chain = (header.author, header.chain)
        if len(self._come_to) >= MOST_KNOWN:
            self._come_to.clear()
        self._come_to[chain] = max(header.seq + 1, self._come_to.get(chain, 0))
        for event in self._waiting.get(chain, ()):
            event.set()


def too_early(header: Header, due: int) -> OutOfOrder:
    """The refusal of a batch whose predecessors are missing."""
    return OutOfOrder(
        f"batch {due} is expected next",
        expected_seq=due,
        where=f"batch {header.seq} of {header.author}, chain {header.chain}",
        advice=f"send the batches of this chain in order, from {due} on",
    )
