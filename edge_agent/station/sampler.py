"""Looks at points of one device beside its stations, at a pace of its own, and stores what it saw as telemetry.

Nothing of it is a result, and nothing waits for it: a read that fails is a gap in the samples. A record that the disk
refuses is kept and tried again with the next one; when it is too large for that, its oldest half is let go and counted.
"""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from edge_agent.acquisition.sampled import Gathering
from edge_agent.complaint import Complaint, Trouble
from edge_agent.config.settings import Sampling
from edge_agent.drivers.interface import Driver
from edge_agent.errors import AgentError, DeviceUnreachable, StorageRefused
from edge_agent.outbox.store import Outbox
from edge_agent.pace import wait_or_stop
from edge_agent.station.link import DeviceLink
from traceability.record.production import DataLossRecord
from traceability.record.telemetry import TelemetryRecord

_LOG = logging.getLogger(__name__)
_UNSTORED_AT_MOST = 60
_REASON = "telemetry could not be stored on the line PC's disk; its oldest records were dropped"


class Sampler:
    """Samples until it is told to stop, then stores what it has."""

    def __init__(
        self,
        sampling: Sampling,
        link: DeviceLink[Driver],
        outbox: Outbox,
        *,
        clock: Callable[[], datetime],
        monotonic: Callable[[], float],
        random_bytes: Callable[[int], bytes],
    ) -> None:
        self._sampling = sampling
        self._link = link
        self._outbox = outbox
        self._clock = clock
        self._monotonic = monotonic
        self._random_bytes = random_bytes
        self._gathering = Gathering(sampling.device, sampling.points, sampling.every, sampling.deadband)
        self._unstored: list[TelemetryRecord | DataLossRecord] = []
        self._complaint = Complaint(_LOG, device=sampling.device)

    @property
    def trouble(self) -> Trouble | None:
        """What keeps it from sampling now."""
        return self._complaint.trouble

    async def run(self, stop: asyncio.Event) -> None:
        """Sample until ``stop``; a look that came too late is left out, the next one is in time again."""
        start = self._monotonic()
        stored = start
        try:
            while not stop.is_set() and await self._link.ready(stop):
                await self._look()
                now = self._monotonic()
                if now - stored >= self._sampling.record_every:
                    await self._store()
                    stored = now
                every = self._sampling.every
                if await wait_or_stop(stop, every - (self._monotonic() - start) % every):
                    break
        finally:
            await self._store()

    async def _look(self) -> None:
        try:
            samples = await self._link.driver.read(self._sampling.points)
        except DeviceUnreachable as error:
            await self._link.lost(error)
        except AgentError as error:
            self._complaint.raised("telemetry cannot be read", error=error, next="tried again at the next look")
        else:
            self._link.answered()
            self._complaint.settled("telemetry is read again")
            self._gathering.add(samples, self._clock())

    async def _store(self) -> None:
        record = self._gathering.record(self._new_id())
        if record is not None:
            self._unstored.append(record)
        if not self._unstored:
            return
        try:
            await self._outbox.append_records(self._unstored)
        except StorageRefused as error:
            self._complaint.raised("telemetry cannot be stored", error=error, next="tried again with the next record")
            self._let_go()
        else:
            self._unstored.clear()

    def _let_go(self) -> None:
        """Bound what is kept in memory; what goes is declared with what stays."""
        if len(self._unstored) <= _UNSTORED_AT_MOST:
            return
        gone = self._unstored[: _UNSTORED_AT_MOST // 2]
        count = sum(entry.count if isinstance(entry, DataLossRecord) else 1 for entry in gone)
        loss = DataLossRecord(
            id=self._new_id(), seq=0, salt="", event_time=self._clock(), stream=self._sampling.device, count=count,
            reason=_REASON,
        )  # fmt: skip
        self._unstored = [loss, *self._unstored[len(gone) :]]

    def _new_id(self) -> str:
        return UUID(bytes=self._random_bytes(16), version=4).urn
