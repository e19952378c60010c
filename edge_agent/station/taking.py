"""Where the pictures of a cycle come from: files that name their cycle, files dropped in order, or a live camera.

Whatever comes of a position is told: its picture, or why there is none. Asked again for one cycle before it is tidied,
a source gives the same again.
"""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Protocol

import msgspec

from edge_agent.complaint import Complaint, Trouble
from edge_agent.config.settings import Camera
from edge_agent.log import say
from edge_agent.station.live_pictures import LivePictures
from edge_agent.station.taken import Taken
from vision.whole import is_whole

_LOG = logging.getLogger(__name__)
_LOOK_EVERY = 0.02
_STRAY = "stray"


class PictureSource(Protocol):
    """What takes the pictures of a station."""

    async def take(self, cycle: int) -> dict[str, Taken]:
        """What there is of each position, in their order."""

    def tidy(self, cycle: int) -> None:
        """The cycle is stored, and the album has its pictures."""

    async def run(self, stop: asyncio.Event) -> None:
        """Whatever has to go on between the cycles, until ``stop``."""

    @property
    def trouble(self) -> Trouble | None:
        """What is wrong with it now."""


def source_of(
    station: str, camera: Camera, monotonic: Callable[[], float], clock: Callable[[], datetime] | None = None
) -> PictureSource:
    """The source that a station's camera is configured to be. Without a ``clock`` no file is too old."""
    if camera.live:
        return LivePictures(station, camera)
    assert camera.folder is not None
    if camera.files:
        return DroppedFiles(station, camera, camera.folder, monotonic, clock)
    return NamedFiles(station, camera, camera.folder, monotonic)


class NamedFiles:
    """``{station}-{cycle:08d}-{position}.png``: the camera knows the cycle, so nothing can be mistaken."""

    def __init__(self, station: str, camera: Camera, folder: Path, monotonic: Callable[[], float]) -> None:
        self._station = station
        self._camera = camera
        self._folder = folder
        self._monotonic = monotonic

    async def take(self, cycle: int) -> dict[str, Taken]:
        """Waits for the files that are missing or not whole yet, as long as the camera may take."""
        last = self._monotonic() + self._camera.timeout
        files = self._files(cycle)
        taken = {position: _read(file) for position, file in files.items()}
        while not all(one.content for one in taken.values()) and self._monotonic() < last:
            await asyncio.sleep(_LOOK_EVERY)
            taken |= {position: _read(files[position]) for position, one in taken.items() if not one.content}
        return {position: _in_words(one, self._camera.timeout) for position, one in taken.items()}

    def tidy(self, cycle: int) -> None:
        """Deletes the camera's files of the cycle."""
        for file in self._files(cycle).values():
            _delete(file, self._station)

    async def run(self, stop: asyncio.Event) -> None:
        """Nothing goes on between cycles."""
        await stop.wait()

    @property
    def trouble(self) -> Trouble | None:
        """None: a missing file is told with its cycle."""
        return None

    def _files(self, cycle: int) -> dict[str, Path]:
        name = f"{self._station}-{cycle:08d}"
        return {position: self._folder / f"{name}-{position}.png" for position in self._camera.positions}


class DroppedFiles:
    """Files that a camera drops under names of its own (FTP).

    Of each pattern the newest whole one since the last cycle counts. Older ones, and what is older than ``max_age``,
    belong to no cycle that was recorded: they go to ``stray/``.
    """

    def __init__(
        self,
        station: str,
        camera: Camera,
        folder: Path,
        monotonic: Callable[[], float],
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        self._clock = clock
        self._complaint = Complaint(_LOG, station=station, folder=folder)
        self._station = station
        self._camera = camera
        self._folder = folder
        self._monotonic = monotonic
        self._kept: tuple[int, dict[str, Taken], list[Path]] | None = None

    async def take(self, cycle: int) -> dict[str, Taken]:
        """Waits until each position has a whole file, as long as the camera may take."""
        if self._kept is not None and self._kept[0] == cycle:
            return self._kept[1]
        last = self._monotonic() + self._camera.timeout
        found = await asyncio.to_thread(self._look)
        while len(found) < len(self._camera.positions) and self._monotonic() < last:
            await asyncio.sleep(_LOOK_EVERY)
            found = await asyncio.to_thread(self._look)
        missing = Taken(reason=f"no picture within {self._camera.timeout:g} s")
        taken = {position: found[position][1] if position in found else missing for position in self._camera.positions}
        self._kept = cycle, taken, [file for file, _ in found.values()]
        return taken

    def tidy(self, cycle: int) -> None:
        """Deletes the files of the cycle."""
        if self._kept is None or self._kept[0] != cycle:
            return
        for file in self._kept[2]:
            _delete(file, self._station)
        self._kept = None

    async def run(self, stop: asyncio.Event) -> None:
        """Nothing goes on between cycles: a file waits for the next one."""
        await stop.wait()

    @property
    def trouble(self) -> Trouble | None:
        """What is wrong with the folder now."""
        return self._complaint.trouble

    def _look(self) -> dict[str, tuple[Path, Taken]]:
        found = {}
        dated = sorted(((_changed(file), file) for file in self._present()), reverse=True)
        for position, pattern in self._camera.files.items():
            mine = [(at, file) for at, file in dated if fnmatchcase(file.name.lower(), pattern.lower())]
            for at, file in mine:
                if position in found or self._is_old(at):
                    self._put_away(file)
                elif (taken := _read(file)).content:
                    found[position] = file, taken
        return found

    def _is_old(self, at: float) -> bool:
        return self._clock is not None and self._clock().timestamp() - at > self._camera.max_age

    def _present(self) -> list[Path]:
        try:
            present = [file for file in self._folder.iterdir() if not file.name.startswith(".") and file.is_file()]
        except OSError as error:
            self._complaint.raised(
                "the camera's folder cannot be read", error=error, next="look at path, rights and network share"
            )
            return []

        self._complaint.settled("the camera's folder can be read again")
        return present

    def _put_away(self, file: Path) -> None:
        say(
            _LOG, logging.WARNING, "a picture belongs to no cycle", station=self._station, file=file,
            next=f"it lies in {_STRAY}; look whether the camera is triggered once for each cycle",
        )  # fmt: skip
        try:
            (self._folder / _STRAY).mkdir(exist_ok=True)
            file.replace(self._folder / _STRAY / file.name)
        except OSError:
            return  # it stays, and is older than the next one


def _read(file: Path) -> Taken:
    """The file when it is there and whole."""
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        return Taken()
    except OSError as error:
        return Taken(reason=f"picture unreadable: {error.strerror}")
    return Taken(content=content) if is_whole(content) else Taken(reason="the picture is not written to its end")


def _in_words(taken: Taken, timeout: float) -> Taken:
    if taken.content or taken.reason:
        return taken
    return msgspec.structs.replace(taken, reason=f"no picture within {timeout:g} s")


def _changed(file: Path) -> float:
    try:
        return file.stat().st_mtime
    except OSError:
        return 0.0


def _delete(file: Path, station: str) -> None:
    try:
        file.unlink(missing_ok=True)
    except OSError as error:
        say(
            _LOG, logging.WARNING, "a picture that is stored cannot be deleted", station=station,
            file=file, error=error.strerror, next="delete it by hand; give the agent the right to",
        )  # fmt: skip
