"""The stations that run now and the devices they share: begun and ended by name, while others go on untouched."""

import asyncio
import logging
from collections.abc import Collection
from functools import partial
from typing import Any, Protocol

import msgspec

from edge_agent.complaint import Trouble
from edge_agent.config.settings import AgentConfig, Device, Sampling, Station
from edge_agent.guard import ended, guarded
from edge_agent.line_state import StationState
from edge_agent.log import say
from edge_agent.station.health import Health
from edge_agent.station.link import DeviceLink

_LOG = logging.getLogger(__name__)


class Runner(Protocol):
    """Serves one station until it is told to stop, and stops where nothing is half done."""

    @property
    def trouble(self) -> Trouble | None:
        """What keeps the station from being served now."""

    async def run(self, stop: asyncio.Event) -> None:
        """Serve the station until ``stop``, then finish what is half done."""


class Maker(Protocol):
    """Makes what a line consists of; connects to nothing."""

    def link(self, config: AgentConfig, device: Device) -> DeviceLink[Any]:
        """The connection to one device."""

    def runner(self, config: AgentConfig, station: Station, link: DeviceLink[Any]) -> Runner:
        """What serves one station."""

    def sampler(self, config: AgentConfig, sampling: Sampling, link: DeviceLink[Any]) -> Runner:
        """What samples telemetry of one device."""


class _Running(msgspec.Struct, frozen=True):
    station: Station
    runner: Runner
    stop: asyncio.Event
    task: asyncio.Task[None]


class Line:
    """Starts empty; ``begin`` and ``end`` may be called as often as the configuration changes."""

    def __init__(self, maker: Maker) -> None:
        self._maker = maker
        self._links: dict[str, DeviceLink[Any]] = {}
        self._running: dict[str, _Running] = {}
        self._sampling: list[tuple[asyncio.Event, asyncio.Task[None]]] = []

    def begin(self, config: AgentConfig, names: Collection[str]) -> None:
        """Start these stations, each in its own task; a device that has no link yet gets one."""
        for device in config.devices:
            if device.name not in self._links:
                self._links[device.name] = self._maker.link(config, device)
        for station in config.stations:
            if station.name in names:
                self._begin(config, station)
        self._begin_sampling(config)

    async def end(self, names: Collection[str], devices: Collection[str], within: float) -> None:
        """Stop these stations where nothing is half done, at the latest after ``within`` seconds; hang up devices.

        Telemetry stops altogether until the next ``begin``.

        A station that is cut off stands as after a power cut: what it stored is stored, and is acknowledged without
        being stored again when the station is begun anew.
        """
        await self._end_sampling(within)
        ending = [self._running.pop(name) for name in names if name in self._running]
        for running in ending:
            running.stop.set()
        late = await ended([running.task for running in ending], within)
        if late:
            say(_LOG, logging.WARNING, "stations did not come to rest in time", stations=late, within_s=within)
        for name in devices:
            if name in self._links:
                await self._links.pop(name).close()

    async def end_all(self, within: float) -> None:
        """Stop every station and hang up every device."""
        await self.end(list(self._running), list(self._links), within)

    def devices(self) -> tuple[Health, ...]:
        """How each device does."""
        return tuple(link.health for link in self._links.values())

    def stations(self) -> tuple[StationState, ...]:
        """How each station does."""
        return tuple(
            StationState(
                station=name,
                operation=running.station.operation,
                device=running.station.device,
                trouble=running.runner.trouble,
            )
            for name, running in self._running.items()
        )

    def _begin(self, config: AgentConfig, station: Station) -> None:
        runner = self._maker.runner(config, station, self._links[station.device])
        stop = asyncio.Event()
        task = asyncio.create_task(guarded(f"station {station.name}", lambda: runner.run(stop)))
        self._running[station.name] = _Running(station, runner, stop, task)

    def _begin_sampling(self, config: AgentConfig) -> None:
        if self._sampling:
            return
        for sampling in config.telemetry:
            sampler = self._maker.sampler(config, sampling, self._links[sampling.device])
            stop = asyncio.Event()
            task = asyncio.create_task(guarded(f"telemetry of {sampling.device}", partial(sampler.run, stop)))
            self._sampling.append((stop, task))

    async def _end_sampling(self, within: float) -> None:
        sampling, self._sampling = self._sampling, []
        for stop, _ in sampling:
            stop.set()
        await ended([task for _, task in sampling], within)
