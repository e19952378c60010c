"""Where batches come in: how many at once, in which order, and what of them is in memory meanwhile.

A batch goes: room for its body, identification (its first line), its author's share, its turn in its chain, then
verification and storing. Only the last two hold it decompressed, and only ``Capacity.verifying`` batches are there at
once; everybody else waits as compressed bytes that are counted, or is told to come again.
"""

import asyncio

from starlette.concurrency import run_in_threadpool

from hub.ingest.admit import Taken
from hub.ingest.capacity import DEFAULT_CAPACITY, Capacity
from hub.ingest.head import due_seq
from hub.ingest.ingest import identify_logged, open_logged, store
from hub.ingest.room import Room
from hub.ingest.turns import Turns
from hub.ingest.verify import Signed
from hub.parts import Hub


class Desk:
    """One for an application; used from one event loop."""

    def __init__(self, hub: Hub, capacity: Capacity = DEFAULT_CAPACITY) -> None:
        self.room = Room(capacity)
        self._hub = hub
        self._turns = Turns(capacity, self._due)
        self._identifying = asyncio.Semaphore(capacity.verifying)
        self._verifying = asyncio.Semaphore(capacity.verifying)
        self._storing = asyncio.Lock()  # one thread waits for the store, the others are free for readers

    async def take(self, sent: bytes, *, compressed: bool) -> Taken:
        """Verify, put in place, store; refusals as in ``ingest``, and ``TooBusy``."""
        async with self._identifying:
            signed = await run_in_threadpool(identify_logged, self._hub, sent, compressed=compressed)
        header = signed.head.header
        with self.room.share(header.author, len(sent)):
            await self._turns.wait(header)
            taken = await self._store(signed)
        self._turns.moved(header)
        return taken

    async def _store(self, signed: Signed) -> Taken:
        async with self._verifying:
            verified = await run_in_threadpool(open_logged, self._hub, signed)
            async with self._storing:
                return await run_in_threadpool(store, self._hub, verified)

    async def _due(self, author: str, chain: str) -> int:
        return await run_in_threadpool(due_seq, self._hub, author, chain)
