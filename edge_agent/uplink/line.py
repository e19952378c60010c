"""The line to the hub as bodies see it: one after the other, and no faster than allowed.

Batches leave in the order of their chain, so that the hub need not keep early ones waiting; only the answers are waited
for side by side. What can wait (files of pictures) takes no turn and goes out in the gaps between batches.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Self

_PART = 32 * 1024
_PARTS_PER_S = 4
_LOOK_AGAIN = 0.05


class Turn:
    """Leave to send one body; given back after its last part, or at the end of the block at the latest."""

    def __init__(self, lock: asyncio.Lock) -> None:
        self._lock = lock
        self._held = False

    async def __aenter__(self) -> Self:
        await self._lock.acquire()
        self._held = True
        return self

    async def __aexit__(self, *_: object) -> None:
        self.done()

    def done(self) -> None:
        """The last part is out: the next body may follow."""
        if self._held:
            self._held = False
            self._lock.release()


class OutgoingLine:
    """At most ``bytes_per_s`` over all bodies together; None: as fast as it goes."""

    def __init__(self, bytes_per_s: float | None, monotonic: Callable[[], float]) -> None:
        self._rate = bytes_per_s
        self._part = _PART if bytes_per_s is None else max(256, min(_PART, int(bytes_per_s / _PARTS_PER_S)))
        self._monotonic = monotonic
        self._lock = asyncio.Lock()
        self._free_at = 0.0

    def turn(self) -> Turn:
        """To be entered before a body is sent."""
        return Turn(self._lock)

    async def parts(self, body: bytes, turn: Turn) -> AsyncIterator[bytes]:
        """The body in parts, each when its time has come."""
        for start in range(0, len(body), self._part):
            part = body[start : start + self._part]
            await self._pace(len(part))
            yield part
        turn.done()

    async def gaps(self, body: bytes) -> AsyncIterator[bytes]:
        """The body in parts, each when its time has come and no body with a turn is being sent."""
        for start in range(0, len(body), self._part):
            part = body[start : start + self._part]
            while self._lock.locked():  # noqa: ASYNC110 - a turn is short, and asking costs it nothing
                await asyncio.sleep(_LOOK_AGAIN)
            await self._pace(len(part))
            yield part

    async def _pace(self, size: int) -> None:
        if self._rate is None:
            return
        now = self._monotonic()
        begin = max(now, self._free_at)
        self._free_at = begin + size / self._rate
        if begin > now:
            await asyncio.sleep(begin - now)
