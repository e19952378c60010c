"""One station whose device tells its results: each is made durable, and only then is the device told so.

A result that cannot be stored now is kept and tried again; nothing new is taken meanwhile, so that a device that can
wait does. A result that can never be recorded (no cycle can be read from it) becomes a loss entry, durably, and is put
aside by its source. What a source tells again because a crash came between storing and settling is found by its key.
"""

import asyncio
import logging
from collections.abc import Callable

from edge_agent.acquisition.counting import Counting, Jump, counting_of
from edge_agent.acquisition.cycle import UNNUMBERED, CycleKey, read_cycle
from edge_agent.acquisition.resolve import Resolved
from edge_agent.complaint import Complaint, Trouble
from edge_agent.config.settings import Station
from edge_agent.drivers.interface import Arrival, Gap, ResultSource
from edge_agent.errors import AgentError, CycleFault, DeviceUnreachable, StorageRefused
from edge_agent.log import say
from edge_agent.pace import wait_or_stop
from edge_agent.station.link import DeviceLink
from edge_agent.station.listening import next_or_stop, next_within
from edge_agent.station.recorder import Recorder

_LOG = logging.getLogger(__name__)
_AFTER_TROUBLE = 1.0
_FINISH_WITHIN = 2.0
_ALREADY_TOLD = 0.05
_LONGEST_REASON = 1900


class ToldRunner:
    """Runs until ``stop``; what has been told by then is stored first. ``after_trouble`` in seconds."""

    def __init__(
        self,
        station: Station,
        link: DeviceLink[ResultSource],
        recorder: Recorder,
        *,
        monotonic: Callable[[], float],
        after_trouble: float = _AFTER_TROUBLE,
    ) -> None:
        self._station = station
        self._link = link
        self._recorder = recorder
        self._monotonic = monotonic
        self._after_trouble = after_trouble
        self._counting = _own_counting(station.resolved)
        self._complaint = Complaint(_LOG, station=station.name, device=station.device)

    @property
    def trouble(self) -> Trouble | None:
        """What keeps the station from being served now; None while it is served."""
        return self._complaint.trouble

    async def run(self, stop: asyncio.Event) -> None:
        """Record what is told until ``stop``."""
        while not stop.is_set() and await self._link.ready(stop):
            try:
                arrival = await next_or_stop(self._link.driver, stop)
            except AgentError as error:
                await self._troubled(error, stop)
                continue
            if arrival is not None:
                await self._attend(arrival, stop)
        await self._finish(stop)

    async def _finish(self, stop: asyncio.Event) -> None:
        """Record what the source holds already; a device that cannot tell again would lose it."""
        last = self._monotonic() + _FINISH_WITHIN
        try:
            while self._monotonic() < last:
                arrival = await next_within(self._link.driver, _ALREADY_TOLD)
                if arrival is None:
                    return
                await self._attend(arrival, stop)
        except AgentError:
            return  # there is no connection to finish with

    async def _attend(self, arrival: Arrival, stop: asyncio.Event) -> None:
        """Store one result, then settle it; both are tried again until they succeed or ``stop`` comes."""
        self._link.answered()
        fault = await self._stored(arrival, stop)
        if fault is None:
            return
        while True:
            try:
                await (self._link.driver.refuse(arrival, fault) if fault else self._link.driver.settle(arrival))
            except DeviceUnreachable as error:
                await self._link.lost(error)  # told again after reconnecting, and found to be stored
                return
            except AgentError as error:
                self._complaint.raised("a stored result cannot be settled", error=error, next="tried again")
                if await wait_or_stop(stop, self._after_trouble):
                    return
            else:
                if not fault:
                    self._complaint.settled("station is served again")
                return

    async def _stored(self, arrival: Arrival, stop: asyncio.Event) -> str | None:
        """Empty when the result is durable, the fault when its loss is; None when neither could be before ``stop``."""
        while True:
            try:
                return await self._store(arrival)
            except StorageRefused as error:
                self._complaint.raised("a result cannot be stored", error=error, next="kept and tried again")
                if await wait_or_stop(stop, self._after_trouble):
                    say(
                        _LOG, logging.ERROR, "a result was not stored before the end", station=self._station.name,
                        received=arrival.received[:200], next="a device that can tell it again will be asked to",
                    )  # fmt: skip
                    return None

    async def _store(self, arrival: Arrival) -> str:
        fault, lost = arrival.fault, tuple(_jump(gap) for gap in arrival.lost)
        if fault is None:
            try:
                cycle = read_cycle(self._station.resolved, arrival.samples, arrival.ticket)
            except CycleFault as unreadable:
                fault = str(unreadable)
        if fault is not None:
            jump = Jump(count=1, reason=f"told, but not readable as a result: {fault}"[:_LONGEST_REASON])
            await self._recorder.record_lost(CycleKey(None, "", 0, f"lost:{arrival.ticket}"), (*lost, jump))
            self._complaint.raised("what the device told is no result", error=fault, next="the loss is recorded")
            return fault
        counting = self._counting if cycle.cycle != UNNUMBERED else None
        stored = await self._recorder.record(cycle, counting, lost)
        if counting is not None:
            self._counting = None  # from here on the source itself sees every jump
        if not stored.fresh:
            say(
                _LOG, logging.INFO, "a result was told again; it is stored already", station=self._station.name,
                ticket=arrival.ticket, result=stored.result,
            )  # fmt: skip
        return ""

    async def _troubled(self, error: AgentError, stop: asyncio.Event) -> None:
        if isinstance(error, DeviceUnreachable):
            await self._link.lost(error)
            return
        self._complaint.raised("the device is not understood", error=error, next="listened to again")
        await wait_or_stop(stop, self._after_trouble)


def _own_counting(resolved: Resolved) -> Counting | None:
    """How the device's own count goes on over a restart of the agent, where its profile takes it as the cycle.

    A profile says so by the name of the point: ``sequence`` counts every result, other cycles only tell them apart.
    """
    if resolved.roles.get("cycle") != "sequence":
        return None
    return counting_of(resolved, zero_is_none=False, acknowledged=False)


def _jump(gap: Gap) -> Jump:
    return Jump(count=gap.count, reason=gap.reason[:_LONGEST_REASON], first=gap.first, last=gap.last)
