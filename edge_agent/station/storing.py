"""The one cycle that a station is making durable, and how long its controller has been waiting for that."""

import asyncio
from collections.abc import Callable

from edge_agent.acquisition.counting import Counting
from edge_agent.acquisition.cycle import CycleData, CycleKey
from edge_agent.errors import StorageRefused
from edge_agent.outbox.results import Stored
from edge_agent.station.recorder import Recorder

_GLANCE = 0.001


class Storing:
    """Stores cycles one after the other; ``patience`` (seconds) is how long a controller waits without being told."""

    def __init__(
        self, recorder: Recorder, counting: Counting, *, patience: float, monotonic: Callable[[], float]
    ) -> None:
        self._recorder = recorder
        self._counting = counting
        self._patience = patience
        self._monotonic = monotonic
        self._task: asyncio.Task[Stored] | None = None
        self._storing_key: CycleKey | None = None
        self._key: CycleKey | None = None
        self._since = 0.0

    async def attempt(self, cycle: CycleData) -> Stored | None:
        """What was stored; None while the disk does not take it and the patience lasts, StorageRefused from then on.

        A write that hangs goes on in the background, and the next attempt finds it.
        """
        if cycle.key != self._key:
            self._key, self._since = cycle.key, self._monotonic()
        if self._task is not None and self._storing_key != cycle.key:
            await self._end_former(self._task)
        left = self._since + self._patience - self._monotonic()
        if self._task is None:
            self._task = asyncio.create_task(self._recorder.record(cycle, self._counting))
            self._storing_key = cycle.key
        await asyncio.wait({self._task}, timeout=max(left, _GLANCE))
        if not self._task.done():
            raise self._busy()
        task, self._task = self._task, None
        try:
            stored = task.result()
        except StorageRefused:
            if left > 0:
                return None
            raise
        self._key = None
        return stored

    async def close(self) -> None:
        """Give up what is not stored yet; its controller was told nothing."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _end_former(self, task: asyncio.Task[Stored]) -> None:
        """A controller that went on leaves its former cycle behind: it is stored first, so that the order holds."""
        await asyncio.wait({task}, timeout=self._patience)
        if not task.done():
            raise self._busy()
        self._task = None
        if not task.cancelled():
            task.exception()  # whatever it is: a cycle that is missing shows in the next number

    def _busy(self) -> StorageRefused:
        return StorageRefused(
            f"storing has taken more than {self._patience:g} s",
            advice="it goes on; look at the disk and, where there is one, the camera",
        )
