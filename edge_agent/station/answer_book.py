"""Keeps what a station's interlock answered: counted, and each refusal a record of the chain.

The controller has its answer before anything is kept, so the disk never makes it wait. What the disk refuses stays here
in order and is tried again; beyond ``_MOST`` answers the rest is counted and becomes a loss entry. An answer that was
given in the very moment of a power cut may be missing; the request that still stands is answered, and kept, again.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

import msgspec

from edge_agent.complaint import Complaint
from edge_agent.config.settings import Station
from edge_agent.errors import StorageRefused
from edge_agent.interlock.decision import Answer, Decision
from edge_agent.log import say
from edge_agent.outbox.decisions import Answered
from edge_agent.outbox.records import UNNUMBERED, UNSALTED
from edge_agent.outbox.store import Outbox
from traceability.record.production import DataLossRecord, InterlockRefusalRecord

_LOG = logging.getLogger(__name__)
_MOST = 1000
_AGAIN_AFTER = 1.0
_CLOSE_WITHIN = 2.0
_LONGEST_TEXT = 2000


class AnswerBook:
    """The answers of one station; ``most`` are kept waiting for the disk."""

    def __init__(
        self,
        station: Station,
        outbox: Outbox,
        *,
        clock: Callable[[], datetime],
        random_bytes: Callable[[int], bytes],
        most: int = _MOST,
    ) -> None:
        self._station = station
        self._outbox = outbox
        self._clock = clock
        self._random_bytes = random_bytes
        self._most = most
        self._waiting: deque[Answered] = deque()
        self._lost = 0
        self._task: asyncio.Task[None] | None = None
        self._complaint = Complaint(_LOG, station=station.name)

    def note(self, unit: str | None, serial: str, decision: Decision) -> None:
        """Keep an answer that was given; returns at once."""
        if len(self._waiting) >= self._most:
            self._lost += 1
            return
        records = (self._refusal(unit, serial, decision),) if decision.told is Answer.REFUSE else ()
        told, reason = int(decision.told), int(decision.reason)
        self._waiting.append(Answered(station=self._station.name, answer=told, reason=reason, records=records))
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._keep_all())

    async def close(self) -> None:
        """Keep what waits, as far as the disk takes it soon."""
        if self._task is None:
            return
        await asyncio.wait({self._task}, timeout=_CLOSE_WITHIN)
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        if self._waiting or self._lost:
            say(
                _LOG, logging.ERROR, "answers of the interlock were not kept before the end",
                station=self._station.name, count=len(self._waiting) + self._lost, next="look at the disk",
            )  # fmt: skip

    async def _keep_all(self) -> None:
        while self._waiting:
            lost, answered = self._lost, self._waiting[0]
            if lost:
                answered = msgspec.structs.replace(answered, records=(*answered.records, self._loss(lost)))
            try:
                await self._outbox.keep_answer(answered)
            except StorageRefused as error:
                todo = "kept and tried again; controllers are answered"
                self._complaint.raised("the interlock's answers cannot be stored", error=error, next=todo)
                await asyncio.sleep(_AGAIN_AFTER)
            else:
                self._complaint.settled("the interlock's answers are stored again")
                self._waiting.popleft()
                self._lost -= lost

    def _refusal(self, unit: str | None, serial: str, decision: Decision) -> InterlockRefusalRecord:
        english, _ = decision.words
        return InterlockRefusalRecord(
            id=self._new_id(),
            seq=UNNUMBERED,
            salt=UNSALTED,
            event_time=self._clock(),
            unit=unit,
            serial=serial[:_LONGEST_TEXT],
            operation=self._station.operation,
            work_cell=self._station.work_cell,
            code=int(decision.reason),
            reason=": ".join(filter(None, (english, decision.detail)))[:_LONGEST_TEXT],
        )

    def _loss(self, count: int) -> DataLossRecord:
        return DataLossRecord(
            id=self._new_id(),
            seq=UNNUMBERED,
            salt=UNSALTED,
            event_time=self._clock(),
            stream=f"{self._station.name}:interlock",
            count=count,
            reason=f"the disk took no records while {self._most} answers were waiting",
        )

    def _new_id(self) -> str:
        return UUID(bytes=self._random_bytes(16), version=4).urn
