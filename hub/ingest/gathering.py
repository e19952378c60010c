"""Verified batches on their way into the store: who comes while others are written waits and is written with the next.

Nobody waits for more to come: a batch that finds the store idle is written at once, by itself.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Sequence

from starlette.concurrency import run_in_threadpool

from hub.ingest.capacity import Capacity
from hub.ingest.together import Outcome
from hub.ingest.verify import VerifiedBatch
from hub.ingest.watch import NOBODY, Watch

Write = Callable[[Sequence[VerifiedBatch]], list[Outcome]]
_Waiting = tuple[VerifiedBatch, asyncio.Future[Outcome]]


class Gathering:
    """One for a store; used from one event loop."""

    def __init__(self, write: Write, capacity: Capacity, watch: Watch = NOBODY) -> None:
        self._write = write
        self._capacity = capacity
        self._watch = watch
        self._waiting: deque[_Waiting] = deque()
        self._held = 0
        self._less = asyncio.Condition()
        self._writer: asyncio.Task[None] | None = None

    async def add(self, verified: VerifiedBatch) -> asyncio.Future[Outcome]:
        """Returns when there is room for the batch in memory; the future ends when it is stored or refused."""
        size = _size(verified)
        async with self._less:  # one that is larger than all the room goes in alone
            await self._less.wait_for(lambda: not self._held or self._held + size <= self._capacity.gathered)
            self._held += size
        future = asyncio.get_running_loop().create_future()
        self._waiting.append((verified, future))
        if self._writer is None:
            self._writer = asyncio.create_task(self._write_all())
        return future

    async def _write_all(self) -> None:
        try:
            while self._waiting:
                some = [self._waiting.popleft() for _ in range(min(len(self._waiting), self._capacity.together))]
                await self._write_some(some)
        finally:
            self._writer = None

    async def _write_some(self, some: Sequence[_Waiting]) -> None:
        batches = [verified for verified, _ in some]
        began = time.perf_counter()
        try:
            outcomes = await run_in_threadpool(self._write, batches)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is told to each who waits
            for _, future in some:
                if not future.done():  # its sender may have gone
                    future.set_exception(error)
        except BaseException:
            for _, future in some:
                future.cancel()
            raise
        else:
            for (_, future), outcome in zip(some, outcomes, strict=True):
                if not future.done():
                    future.set_result(outcome)
            self._watch.wrote(len(batches), time.perf_counter() - began)
        async with self._less:
            self._held -= sum(map(_size, batches))
            self._less.notify_all()


def _size(verified: VerifiedBatch) -> int:
    return len(verified.body) + sum(map(len, verified.opened.lines))
