"""When records become a batch: at so many, or when the oldest has waited so long. How is the outbox's business."""

import asyncio
import logging

from edge_agent.complaint import Complaint
from edge_agent.config.settings import Sealing
from edge_agent.errors import StorageRefused
from edge_agent.log import say
from edge_agent.outbox.store import Outbox

_LOG = logging.getLogger(__name__)
_AFTER_THE_MACHINE = 0.02
"""Seconds: whoever stored the record tells its machine first, undisturbed."""


class Sealer:
    """Seals until it is cancelled; ``rule`` may be replaced meanwhile.

    Records found at the start have waited long enough and are sealed at once.
    """

    def __init__(self, outbox: Outbox, rule: Sealing) -> None:
        self._outbox = outbox
        self.rule = rule
        self._complaint = Complaint(_LOG)

    async def run(self) -> None:
        """Seal whenever the rule says so; a disk that refuses is tried again at the pace of the rule."""
        fill = False
        while True:
            try:
                if fill:
                    await self._fill()
                await self.seal_all()
            except StorageRefused as error:
                await self._pause(error)
            else:
                self._complaint.settled("records are sealed again")
                await self._outbox.appended.wait()
            fill = True

    async def seal_all(self) -> None:
        """Seal everything that waits; raises StorageRefused."""
        while (batch := await self._outbox.seal(self.rule.max_records)) is not None:
            say(_LOG, logging.DEBUG, "batch sealed", seq=batch.seq, records=batch.records, hash=batch.hash)

    async def _fill(self) -> None:
        """Wait until the batch is full or its oldest record is old enough."""
        loop = asyncio.get_running_loop()
        due = loop.time() + self.rule.max_age
        while True:
            await asyncio.sleep(_AFTER_THE_MACHINE)
            self._outbox.appended.clear()
            if await self._outbox.unsealed() >= self.rule.max_records:
                return
            try:
                await asyncio.wait_for(self._outbox.appended.wait(), max(0.0, due - loop.time()))
            except TimeoutError:
                return

    async def _pause(self, error: StorageRefused) -> None:
        self._outbox.appended.set()
        self._complaint.raised(
            "records cannot be sealed", error=error, next="they stay in the outbox; sealing is tried again"
        )
        await asyncio.sleep(self.rule.max_age)
