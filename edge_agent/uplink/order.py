"""In which order batches are sent."""

import msgspec

from edge_agent.outbox.batches import SealedBatch
from edge_agent.outbox.store import Outbox


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """A batch by its number in its chain."""

    chain: str
    seq: int


class Order:
    """What one sweep sends: first everything kept from ``back_to`` on, then what has no receipt."""

    def __init__(self, outbox: Outbox, back_to: Place | None) -> None:
        self._outbox = outbox
        self._back_to = back_to
        self._last: SealedBatch | None = None

    async def next(self) -> SealedBatch | None:
        """The next batch; None when there is no more now."""
        if self._back_to is not None:
            batch = await self._outbox.batch(self._back_to.seq, self._back_to.chain)
            if batch is not None:
                self._back_to = Place(chain=batch.chain, seq=batch.seq + 1)
                return batch
            return None
        batch = await self._outbox.to_send(self._last)
        if batch is not None:
            self._last = batch
        return batch
