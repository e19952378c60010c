"""What sees for all stations of an agent: the processes that decode and inspect pictures, begun and ended together."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from edge_agent.complaint import Trouble
from edge_agent.config.settings import AgentConfig, Station
from edge_agent.station.album import Album
from edge_agent.station.camera import CycleCamera
from edge_agent.station.identity import Shot
from edge_agent.station.inspecting import CycleInspector, InspectionPool, inspector_of
from edge_agent.station.reader import CycleReader
from traceability.unit import Verdict
from vision.pool import DecodePool, PoolLimits

_DECODER_PATIENCE = 5.0


class ReaderAndCamera:
    """A code reader that says who the unit is, and a camera whose pictures are only inspected."""

    def __init__(self, reader: CycleReader, camera: CycleCamera) -> None:
        self._reader = reader
        self._camera = camera

    @property
    def trouble(self) -> Trouble | None:
        """What is wrong with either now."""
        return self._reader.trouble or self._camera.trouble

    async def run(self, stop: asyncio.Event) -> None:
        """Both, until ``stop``."""
        async with asyncio.TaskGroup() as both:
            both.create_task(self._reader.run(stop))
            both.create_task(self._camera.run(stop))

    async def shots(self, cycle: int) -> list[Shot]:
        """The reader's shot first: it names the unit."""
        return [*await self._reader.shots(cycle), *await self._camera.shots(cycle)]

    def tidy(self, cycle: int, verdict: Verdict | None = None) -> None:
        """The cycle is stored."""
        self._reader.tidy(cycle, verdict)
        self._camera.tidy(cycle, verdict)


def together(
    reader: CycleReader | None, camera: CycleCamera | None
) -> CycleReader | CycleCamera | ReaderAndCamera | None:
    """What sees at a station: a reader, a camera, both or nothing."""
    if reader is not None and camera is not None:
        return ReaderAndCamera(reader, camera)
    return reader or camera


class Eyes:
    """Cameras and inspectors of an agent's stations; ``most_processes`` is how many may decode at once."""

    def __init__(
        self, *, monotonic: Callable[[], float], clock: Callable[[], datetime], most_processes: int, pictures: str
    ) -> None:
        self._monotonic = monotonic
        self._clock = clock
        self._most_processes = most_processes
        self._pictures = pictures
        self._decoding: DecodePool | None = None
        self._inspecting = InspectionPool()

    def camera(self, config: AgentConfig, station: Station) -> CycleCamera | None:
        """The station's camera, None where it has none."""
        if station.camera is None:
            return None
        album = Album(self._album(config))
        if self._decoding is None:
            cameras = sum(one.camera is not None for one in config.stations)
            limits = PoolLimits(workers=min(cameras, self._most_processes), patience=_DECODER_PATIENCE)
            self._decoding = DecodePool(limits, aside=album.aside)
        return CycleCamera(
            station.name,
            station.camera,
            album,
            self._monotonic,
            rules=station.symbols,
            decode=self._decoding.decode,
            clock=self._clock,
        )

    def inspector(self, config: AgentConfig, station: Station) -> CycleInspector | None:
        """What inspects the station's pictures, None where nothing does."""
        return inspector_of(station, Album(self._album(config)), self._inspecting)

    def close(self) -> None:
        """End the processes."""
        if self._decoding is not None:
            self._decoding.close()
        self._inspecting.close()

    def _album(self, config: AgentConfig) -> Path:
        return config.data / self._pictures
