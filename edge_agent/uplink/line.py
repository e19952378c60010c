"""The line to the hub as bodies see it: one after the other, and no faster than allowed.

Batches leave in the order of their chain, so that the hub need not keep early ones waiting; only the answers are waited
for side by side.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Self

_PART = 32 * 1024
_PARTS_PER_S = 4


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
        self._monotonic = monotonic
        self._lock = asyncio.Lock()
        self._free_at = 0.0

    def turn(self) -> Turn:
        """To be entered before a body is sent."""
        return Turn(self._lock)

    async def parts(self, body: bytes, turn: Turn) -> AsyncIterator[bytes]:
        """The body in parts, each when its time has come."""
        size = _PART if self._rate is None else max(256, min(_PART, int(self._rate / _PARTS_PER_S)))
        for start in range(0, len(body), size):
            part = body[start : start + size]
            await self._pace(len(part))
            yield part
        turn.done()

    async def _pace(self, size: int) -> None:
        if self._rate is None:
            return
        now = self._monotonic()
        begin = max(now, self._free_at)
        self._free_at = begin + size / self._rate
        if begin > now:
            await asyncio.sleep(begin - now)
