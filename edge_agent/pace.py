"""How long to wait before the next try: exponential back-off with jitter, so that many agents never try in step."""

import asyncio
from collections.abc import Callable

import msgspec

Jitter = Callable[[], float]
"""Evenly distributed between 0 and 1."""


class Pace(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds: the first wait, and the longest one; each wait doubles the one before."""

    first: float
    longest: float

    def wait(self, failures: int, jitter: Jitter) -> float:
        """The wait after the ``failures``-th failure in a row (from 1): half of it fixed, half of it random."""
        full = min(self.longest, self.first * 2.0 ** min(failures - 1, 30))
        return full * (0.5 + 0.5 * jitter())


async def wait_or_stop(stop: asyncio.Event, seconds: float) -> bool:
    """Wait so long, or until ``stop``; whether it was ``stop``."""
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return False
    return True
