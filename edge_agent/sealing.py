"""When records become a batch: at so many, at so many bytes, or when the oldest has waited so long.

How is the outbox's business. While the hub is away nothing is gained by sealing soon, and much by large batches: after
weeks offline the hub takes records at its full speed instead of one small batch after the other. So until it is back
batches grow to the other two bounds, for ``_WHILE_AWAY`` seconds at the longest. A record is as durable before it is
sealed as after.
"""

import asyncio
import logging
from collections.abc import Callable

from edge_agent.complaint import Complaint
from edge_agent.config.settings import Sealing
from edge_agent.errors import StorageRefused
from edge_agent.log import say
from edge_agent.outbox.store import Outbox

_LOG = logging.getLogger(__name__)
_LOOK = 0.02
_AFTER_THE_MACHINE = 0.003
"""Seconds: whoever stored the record tells its machine first, undisturbed."""
_WHILE_AWAY = 600.0
_LAST_PART = 0.1
"""Of the longest wait: in it a batch is sealed behind the next result, when that machine surely shows no other."""


class Sealer:
    """Seals until it is cancelled; ``rule`` may be replaced meanwhile, ``is_away`` says that the hub takes nothing now.

    Records found at the start have waited long enough and are sealed at once. Who knows that the hub is back sets
    ``Outbox.appended``.
    """

    def __init__(self, outbox: Outbox, rule: Sealing, is_away: Callable[[], bool] = lambda: False) -> None:
        self._outbox = outbox
        self.rule = rule
        self._is_away = is_away
        self._complaint = Complaint(_LOG)

    async def run(self) -> None:
        """Seal whenever the rule says so; a disk that refuses is tried again at the pace of the rule."""
        fill = False
        while True:
            try:
                if fill:
                    await self._fill()
                    await self._seal_due()
                else:
                    await self.seal_all()
            except StorageRefused as error:
                await self._pause(error)
            else:
                self._complaint.settled("records are sealed again")
                await self._outbox.appended.wait()
            fill = True

    async def seal_all(self) -> None:
        """Seal everything that waits; raises StorageRefused."""
        while await self._seal_one():
            pass

    async def _seal_due(self) -> None:
        """Seal everything, but no small rest behind a full batch while the hub is away."""
        while await self._seal_one() and (not self._is_away() or await self._is_full()):
            pass

    async def _seal_one(self) -> bool:
        batch = await self._outbox.seal(self.rule.max_records, self.rule.max_bytes)
        if batch is not None:
            say(_LOG, logging.DEBUG, "batch sealed", seq=batch.seq, records=batch.records, hash=batch.hash)
        return batch is not None

    async def _fill(self) -> None:
        """Wait until the batch is full or its oldest record is old enough."""
        loop = asyncio.get_running_loop()
        begun = loop.time()
        while True:
            await asyncio.sleep(_LOOK)
            self._outbox.appended.clear()
            if await self._is_full():
                return
            longest = max(self.rule.max_age, _WHILE_AWAY) if self._is_away() else self.rule.max_age
            last = begun + longest
            due = last - _LAST_PART * longest
            appended = await self._appended_by(due if loop.time() < due else last)
            if appended and loop.time() >= due:
                await asyncio.sleep(_AFTER_THE_MACHINE)
                return
            if loop.time() >= last:
                return

    async def _is_full(self) -> bool:
        return (
            await self._outbox.unsealed() >= self.rule.max_records
            or await self._outbox.unsealed_bytes() >= self.rule.max_bytes
        )

    async def _appended_by(self, time: float) -> bool:
        left = time - asyncio.get_running_loop().time()
        try:
            await asyncio.wait_for(self._outbox.appended.wait(), max(0.0, left))
        except TimeoutError:
            return False
        return True

    async def _pause(self, error: StorageRefused) -> None:
        self._outbox.appended.set()
        self._complaint.raised(
            "records cannot be sealed", error=error, next="they stay in the outbox; sealing is tried again"
        )
        await asyncio.sleep(self.rule.max_age)
