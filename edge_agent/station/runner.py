"""One station: polls its points, does what the handshake says, and tells the controller only what is durable."""

import asyncio
import logging
from collections.abc import Callable

from edge_agent.acquisition.cycle import CycleData, Levels, read_cycle, read_levels
from edge_agent.acquisition.snapshot import read_snapshot
from edge_agent.complaint import Complaint
from edge_agent.config.settings import Station
from edge_agent.drivers.interface import Sample
from edge_agent.errors import AgentError, CycleFault, DeviceUnreachable, StorageRefused
from edge_agent.pace import wait_or_stop
from edge_agent.station.handshake import Acknowledge, Action, ErrorCode, Handshake, Record, Wait, writes
from edge_agent.station.link import DeviceLink
from edge_agent.station.recorder import Recorder

_LOG = logging.getLogger(__name__)
_AFTER_TROUBLE = 1.0
_FINISH_WITHIN = 2.0


class StationRunner:
    """Runs until ``stop``; a handshake that is half done then is finished first, if the controller does its part."""

    def __init__(
        self, station: Station, link: DeviceLink, recorder: Recorder, *, poll: float, monotonic: Callable[[], float]
    ) -> None:
        self._station = station
        self._link = link
        self._recorder = recorder
        self._poll = poll
        self._monotonic = monotonic
        self._handshake = Handshake()
        self._half_done = False
        resolved = station.resolved
        self._points = [resolved.points[name] for name in (*resolved.roles.values(), *station.measurements)]
        self._complaint = Complaint(_LOG, station=station.name, device=station.device)

    async def run(self, stop: asyncio.Event) -> None:
        """Poll until ``stop``."""
        while not stop.is_set() and await self._link.ready(stop):
            pause = await self._careful_step()
            await wait_or_stop(stop, pause)
        last = self._monotonic() + _FINISH_WITHIN
        while self._half_done and self._monotonic() < last:  # noqa: ASYNC110 - a controller sends no event
            await asyncio.sleep(await self._careful_step())

    async def _careful_step(self) -> float:
        """One step; seconds to wait before the next one."""
        try:
            await self.step()
        except DeviceUnreachable as error:
            self._half_done = False
            await self._link.lost(error)
        except AgentError as error:
            self._half_done = False
            self._complaint.raised("station cannot be served", error=error, next="tried again every second")
            return _AFTER_TROUBLE
        return self._poll

    async def step(self) -> None:
        """Look at the station once and do what is due; DeviceError, CycleFault and TornRead as they come."""
        station, driver = self._station, self._link.driver
        samples = await read_snapshot(driver, station.resolved, self._points)
        self._link.answered()
        levels = read_levels(station.resolved, samples)
        cycle, fault = self._cycle(levels, samples)
        action = self._handshake.observe(levels, None if cycle is None else cycle.key)
        if isinstance(action, Record):
            assert cycle is not None
            action, fault = await self._record(cycle)
        for role, value in writes(action):
            await driver.write(station.resolved.role(role), value)
        self._half_done = isinstance(action, Acknowledge) or (levels.acknowledge == 1 and isinstance(action, Wait))
        self._speak_of(levels, action, fault)

    def _cycle(self, levels: Levels, samples: dict[str, Sample]) -> tuple[CycleData | None, AgentError | None]:
        if levels.trigger != 1:
            return None, None
        try:
            return read_cycle(self._station.resolved, samples), None
        except CycleFault as fault:
            return None, fault

    async def _record(self, cycle: CycleData) -> tuple[Action, AgentError | None]:
        try:
            stored = await self._recorder.record(cycle)
        except StorageRefused as error:
            return self._handshake.refused(ErrorCode.NOT_STORED), error
        return self._handshake.stored(cycle.key, stored.outcome), None

    def _speak_of(self, levels: Levels, action: Action, fault: AgentError | None) -> None:
        if fault is not None:
            self._complaint.raised("cycle not acknowledged", error=fault, next="the controller waits; tried again")
        elif levels.trigger not in (0, 1):
            self._complaint.raised("the trigger is neither 0 nor 1", next="check base and profile against the device")
        elif levels.trigger == 0 or isinstance(action, Acknowledge):
            self._complaint.settled("station is served again")
