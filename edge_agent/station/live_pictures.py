"""Cameras that are asked when a cycle is to be recorded: video devices, streams, GenICam."""

import asyncio
import logging

from edge_agent.complaint import Complaint, Trouble
from edge_agent.config.settings import Camera
from edge_agent.pace import wait_or_stop
from edge_agent.station.taken import Taken
from traceability.encoding import sha256
from vision.errors import SourceRefused
from vision.source.address import shown
from vision.source.live import LiveCamera

_LOG = logging.getLogger(__name__)
_LOOK_AFTER = 5.0


class LivePictures:
    """One camera for each position. A picture that equals the one of the cycle before comes from a frozen camera."""

    def __init__(self, station: str, camera: Camera) -> None:
        self._timeout = camera.timeout
        self._cameras = {position: LiveCamera(address.reveal()) for position, address in camera.live.items()}
        self._complaints = {
            position: Complaint(_LOG, station=station, camera=shown(address.reveal()))
            for position, address in camera.live.items()
        }
        self._kept: tuple[int, dict[str, Taken]] | None = None
        self._last: dict[str, bytes] = {}

    async def take(self, cycle: int) -> dict[str, Taken]:
        """One picture of each, taken after the cycle was seen."""
        if self._kept is None or self._kept[0] != cycle:
            shots = await asyncio.gather(*(self._shoot(position) for position in self._cameras))
            self._kept = cycle, dict(zip(self._cameras, shots, strict=True))
        return self._kept[1]

    def tidy(self, cycle: int) -> None:
        """The next cycle gets pictures of its own."""
        if self._kept is not None and self._kept[0] == cycle:
            self._kept = None

    async def run(self, stop: asyncio.Event) -> None:
        """Keep the cameras open, so that a cycle need not wait for that; let go of them at the end."""
        try:
            while not stop.is_set():
                await asyncio.gather(*(self._open(position) for position in self._cameras))
                await wait_or_stop(stop, _LOOK_AFTER)
        finally:
            await asyncio.gather(*(asyncio.to_thread(camera.close) for camera in self._cameras.values()))

    @property
    def trouble(self) -> Trouble | None:
        """What is wrong with the first camera that gives no pictures."""
        return next(filter(None, (complaint.trouble for complaint in self._complaints.values())), None)

    async def _open(self, position: str) -> None:
        try:
            await asyncio.to_thread(self._cameras[position].open)
        except SourceRefused as error:
            self._complaints[position].raised("the camera gives no pictures", error=error, next="it is opened again")
        else:
            self._complaints[position].settled("the camera is open")

    async def _shoot(self, position: str) -> Taken:
        try:
            content = await asyncio.to_thread(self._cameras[position].picture, self._timeout)
        except SourceRefused as error:
            self._complaints[position].raised("the camera gives no pictures", error=error, next="it is opened again")
            return Taken(reason=f"no picture: {error.what}")
        digest = sha256(content)
        if self._last.get(position) == digest:
            return Taken(reason="the camera shows the very same picture as at the cycle before; it has frozen")
        self._last[position] = digest
        return Taken(content=content)
