"""One station: polls its points, does what its handshake says, and tells the controller only what is durable."""

import asyncio
import logging
from collections.abc import Callable

import msgspec

from edge_agent.acquisition.counting import counting_of
from edge_agent.acquisition.cycle import CycleData, read_cycle, read_words
from edge_agent.acquisition.snapshot import read_snapshot
from edge_agent.complaint import Complaint, Trouble
from edge_agent.config.settings import Station
from edge_agent.drivers.interface import Driver, Sample
from edge_agent.errors import AgentError, CycleFault, DeviceUnreachable, StorageRefused
from edge_agent.pace import wait_or_stop
from edge_agent.station.gate import WriteGate
from edge_agent.station.handshakes.actions import Acknowledge, Action, ErrorCode, Record, Wait, Words
from edge_agent.station.handshakes.registry import HANDSHAKES
from edge_agent.station.link import DeviceLink
from edge_agent.station.permit import PermitDesk
from edge_agent.station.points import polled_points
from edge_agent.station.recorder import Recorder
from edge_agent.station.storing import Storing

_LOG = logging.getLogger(__name__)
_AFTER_TROUBLE = 1.0
_FINISH_WITHIN = 2.0


class StationRunner:
    """Runs until ``stop``; a handshake that is half done then is finished first, if the controller does its part.

    ``permits`` answers whether a unit may be processed; ``after_trouble`` are the seconds before a station that could
    not be read is tried again.
    """

    def __init__(
        self,
        station: Station,
        link: DeviceLink[Driver],
        recorder: Recorder,
        *,
        poll: float,
        monotonic: Callable[[], float],
        permits: PermitDesk | None = None,
        after_trouble: float = _AFTER_TROUBLE,
    ) -> None:
        resolved, kind = station.resolved, HANDSHAKES[station.handshake]
        counting = counting_of(resolved, zero_is_none=kind.zero_is_none, acknowledged=bool(kind.roles.written))
        self._station = station
        self._link = link
        self._recorder = recorder
        self._poll = poll
        self._monotonic = monotonic
        self._permits = permits
        self._after_trouble = after_trouble
        self._watch = kind.watch
        self._handshake = kind.make()
        self._gate = WriteGate(station.name, link, resolved, kind.roles.written)
        self._storing = Storing(recorder, counting, patience=station.busy_timeout, monotonic=monotonic)
        self._half_done = self._was_idle = False
        self._shown: CycleData | None = None
        self._points = polled_points(station, permits=permits is not None)
        self._complaint = Complaint(_LOG, station=station.name, device=station.device)

    @property
    def trouble(self) -> Trouble | None:
        """What keeps the station from being served now; None while it is served."""
        return self._complaint.trouble

    async def run(self, stop: asyncio.Event) -> None:
        """Poll until ``stop``."""
        try:
            while not stop.is_set() and await self._link.ready(stop):
                pause = await self._careful_step()
                await wait_or_stop(stop, pause)
            last = self._monotonic() + _FINISH_WITHIN
            while self._half_done and self._monotonic() < last:  # noqa: ASYNC110 - a controller sends no event
                await asyncio.sleep(await self._careful_step())
        finally:
            self._say_written()
            await self._storing.close()
            if self._permits is not None:
                await self._permits.close()

    async def _careful_step(self) -> float:
        """One step; seconds to wait before the next one."""
        try:
            await self.step()
        except AgentError as error:
            self._half_done = self._was_idle = False
            self._say_written()
            if isinstance(error, DeviceUnreachable):
                await self._link.lost(error)
                return self._poll
            self._complaint.raised("station cannot be served", error=error, next="tried again every second")
            return self._after_trouble
        return self._poll

    async def step(self) -> None:
        """Look at the station once and do what is due; DeviceError, CycleFault and TornRead as they come."""
        resolved, handshake = self._station.resolved, self._handshake
        samples = await read_snapshot(self._link.driver, resolved, self._points, watch=self._watch, due=handshake.due)
        self._link.answered()
        words = read_words(resolved, samples, self._watch.words)
        cycle, fault = self._cycle(words, samples)
        action = handshake.observe(words, None if cycle is None else cycle.key)
        waited = isinstance(action, Record)  # then the samples are old
        if isinstance(action, Record):
            assert cycle is not None
            await self._gate.write(action.writes)
            action, fault = await self._record(cycle)
        await self._gate.write(action.writes)
        self._half_done = handshake.half_done
        self._was_idle = isinstance(action, Acknowledge) or not handshake.due(words)
        if not self._half_done:
            self._say_written()
        self._speak_of(words, action, fault)
        if self._permits is not None:
            await self._permits.attend({} if waited else samples)

    def _cycle(self, words: Words, samples: dict[str, Sample]) -> tuple[CycleData | None, AgentError | None]:
        if not self._handshake.due(words):
            return None, None
        try:
            return self._dated(read_cycle(self._station.resolved, samples)), None
        except CycleFault as fault:
            return None, fault

    def _dated(self, cycle: CycleData) -> CycleData:
        """The cycle with the clock offset measured when it was first seen."""
        if self._shown is None or self._shown.key != cycle.key:
            offset = self._recorder.device_clock.offset_ms(cycle, just_finished=self._was_idle)
            self._shown = msgspec.structs.replace(cycle, device_offset_ms=offset, samples={})
        return msgspec.structs.replace(cycle, device_offset_ms=self._shown.device_offset_ms)

    async def _record(self, cycle: CycleData) -> tuple[Action, AgentError | None]:
        try:
            stored = await self._storing.attempt(cycle)
        except StorageRefused as error:
            return self._handshake.refused(ErrorCode.NOT_STORED), error
        if stored is None:
            return Wait(), None
        return self._handshake.stored(cycle.key, stored.outcome), None

    def _speak_of(self, words: Words, action: Action, fault: AgentError | None) -> None:
        if fault is not None:
            self._complaint.raised("cycle not acknowledged", error=fault, next="the controller waits; tried again")
        elif (strange := self._handshake.strange(words)) is not None:
            self._complaint.raised(strange, next="check base and profile against the device")
        elif isinstance(action, Acknowledge) or not self._handshake.due(words):
            self._complaint.settled("station is served again")

    def _say_written(self) -> None:
        self._gate.say(cycle=None if self._shown is None else self._shown.cycle)
