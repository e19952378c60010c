"""The outermost edge of every task of the agent: a bug in one is logged in full and stops none of the others."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection

_LOG = logging.getLogger(__name__)
_AFTER_A_BUG = 5.0


async def guarded(name: str, work: Callable[[], Awaitable[None]]) -> None:
    """Run ``work`` to its end, and again after a bug in it."""
    while True:
        try:
            return await work()
        except Exception:  # noqa: BLE001 - the outermost edge of a task
            _LOG.exception("%s failed unexpectedly; it goes on in %g s; report this line", name, _AFTER_A_BUG)
            await asyncio.sleep(_AFTER_A_BUG)


async def ended(tasks: Collection[asyncio.Task[None]], within: float) -> int:
    """Wait so long for the tasks to end by themselves, then cancel the rest; how many those were."""
    late: Collection[asyncio.Task[None]] = tasks
    if within and tasks:
        _, late = await asyncio.wait(tasks, timeout=within)
    for task in late:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return len(late)
