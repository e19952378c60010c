"""Where batches come in: how many at once, in which order, and what of them is in memory meanwhile.

A batch goes: room for its body, identification (its first line), its author's share, its turn in its chain, then
verification and storing. Only the last two hold it decompressed: ``Capacity.verifying`` batches and what may be
gathered for the next transaction; everybody else waits as compressed bytes that are counted, or is told to come again.
"""

import asyncio
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from functools import partial

from starlette.concurrency import run_in_threadpool

from hub.ingest.admit import Taken
from hub.ingest.capacity import DEFAULT_CAPACITY, Capacity
from hub.ingest.gathering import Gathering
from hub.ingest.head import due_seq
from hub.ingest.ingest import identify_logged, open_logged, told
from hub.ingest.keys import KnownKeys
from hub.ingest.room import Room
from hub.ingest.together import store_together
from hub.ingest.turns import Turns
from hub.ingest.verify import Signed, VerifiedBatch, identify_at_once, opens_at_once
from hub.ingest.watch import NOBODY, Watch
from hub.parts import Hub
from traceability.errors import ZhuoyueError

Stage = Callable[[str], AbstractContextManager[object]]
"""Around each stage of a batch, by its name: what measures it."""


class Desk:
    """One for an application; used from one event loop. ``stage`` may be set before the first batch."""

    def __init__(self, hub: Hub, capacity: Capacity = DEFAULT_CAPACITY, watch: Watch = NOBODY) -> None:
        self.room = Room(capacity)
        self.stage: Stage = nullcontext
        self._watch = watch
        self._hub = hub
        self._keys = KnownKeys()
        self._turns = Turns(capacity, self._due)
        self._identifying = asyncio.Semaphore(capacity.verifying)
        self._verifying = asyncio.Semaphore(capacity.verifying)
        self._gathering = Gathering(partial(store_together, hub), capacity, watch)  # one thread waits for the store

    async def take(self, sent: bytes, *, compressed: bool) -> Taken:
        """Verify, put in place, store; refusals as in ``ingest``, and ``TooBusy``."""
        began = time.perf_counter()
        try:
            taken = await self._take(sent, compressed=compressed)
        except ZhuoyueError as error:
            self._watch.took(_dashed(type(error).__name__), time.perf_counter() - began, 0, 0)
            raise
        records = taken.stored.records if taken.new else 0
        outcome = "taken" if taken.new else "again"
        self._watch.took(outcome, time.perf_counter() - began, records, len(taken.quarantined))
        return taken

    async def _take(self, sent: bytes, *, compressed: bool) -> Taken:
        with self.stage("batch.identify"):
            signed = await self._identified(sent, compressed=compressed)
        header = signed.head.header
        with self.room.share(header.author, len(sent)):
            with self.stage("batch.turn"):
                await self._turns.wait(header)
            taken = await self._store(signed)
        self._keys.remember(signed.key, signed.state)
        self._turns.moved(header)
        return taken

    async def _identified(self, sent: bytes, *, compressed: bool) -> Signed:
        signed = identify_at_once(self._hub, sent, compressed=compressed, known=self._keys)
        if signed is not None:
            return signed
        async with self._identifying:
            return await run_in_threadpool(identify_logged, self._hub, sent, compressed=compressed, known=self._keys)

    async def _opened(self, signed: Signed) -> VerifiedBatch:
        if opens_at_once(signed):
            return open_logged(self._hub, signed)
        return await run_in_threadpool(open_logged, self._hub, signed)

    async def _store(self, signed: Signed) -> Taken:
        with self.stage("batch.verify"):
            async with self._verifying:
                verified = await self._opened(signed)
                stored = await self._gathering.add(verified)
        with self.stage("batch.store"):
            return told(verified, await stored)

    async def _due(self, author: str, chain: str) -> int:
        return await run_in_threadpool(due_seq, self._hub, author, chain)


def _dashed(name: str) -> str:
    """``OutOfOrder`` -> ``out-of-order``."""
    return "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in name).removeprefix("-")
