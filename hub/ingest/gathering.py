"""Verified batches on their way into the store: who comes while others are written waits and is written with the next.

A batch that finds the store idle is written at once, by itself. While small ones come from several authors, the next
transaction begins some hundredths of a second after the last one did, for each costs more than a batch in it does. One
author's batches wait for no others: it may send the next one only when this one is written.
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
Clock = Callable[[], float]
_Waiting = tuple[VerifiedBatch, asyncio.Future[Outcome]]


class Gathering:
    """One for a store; used from one event loop."""

    def __init__(
        self, write: Write, capacity: Capacity, watch: Watch = NOBODY, clock: Clock = time.perf_counter
    ) -> None:
        self._write = write
        self._capacity = capacity
        self._watch = watch
        self._clock = clock
        self._began = -capacity.apart_s
        self._author = ""
        self._mixed = -capacity.apart_s
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
        self._note(verified.key.author)
        if self._writer is None:
            self._writer = asyncio.create_task(self._write_all())
        return future

    async def _write_all(self) -> None:
        try:
            while self._waiting:
                await asyncio.sleep(self._apart())
                some = [self._waiting.popleft() for _ in range(min(len(self._waiting), self._capacity.together))]
                await self._write_some(some)
        finally:
            self._writer = None

    def _note(self, author: str) -> None:
        """Whether batches come from several authors."""
        if author != self._author:
            self._author, self._mixed = author, self._clock()

    def _apart(self) -> float:
        """How long others are waited for: seconds."""
        wait, now = self._capacity.apart_s, self._clock()
        if self._held >= self._capacity.worth_waiting or len(self._waiting) >= self._capacity.together:
            return 0.0
        return max(0.0, self._began + wait - now) if now - self._mixed < wait else 0.0

    async def _write_some(self, some: Sequence[_Waiting]) -> None:
        batches = [verified for verified, _ in some]
        began = self._began = self._clock()
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
            self._watch.wrote(len(batches), self._clock() - began)
        async with self._less:
            self._held -= sum(map(_size, batches))
            self._less.notify_all()


def _size(verified: VerifiedBatch) -> int:
    return len(verified.body) + sum(map(len, verified.opened.lines))
