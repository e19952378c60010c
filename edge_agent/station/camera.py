"""The pictures of one cycle: waited for, kept, decoded; one shot for each position, whatever happens.

The camera writes ``{station}-{cycle:08d}-{position}.png`` atomically (under another name, then renamed), so a file that
has its name is complete. The files are copied to the album before the result is stored and deleted after it, so that
a crash in between loses nothing: the cycle is read again, and so are its pictures.
"""

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path

from edge_agent.config.settings import Camera
from edge_agent.errors import StorageRefused
from edge_agent.log import say
from edge_agent.station.album import Album
from edge_agent.station.handshakes.actions import ErrorCode
from edge_agent.station.identity import Shot, shot_of
from traceability.encoding import SHA256_PREFIX
from traceability.identifier.symbol import SymbolRules
from vision.decode import DecodeOptions, decode

_LOG = logging.getLogger(__name__)
_LOOK_EVERY = 0.02
_NO_RULES = SymbolRules()


class CycleCamera:
    """The camera of one station. ``monotonic`` gives seconds, for bounding how long one picture is worked on.

    ``rules`` say what the codes in its pictures name.
    """

    def __init__(
        self,
        station: str,
        camera: Camera,
        album: Album,
        monotonic: Callable[[], float],
        rules: SymbolRules = _NO_RULES,
    ) -> None:
        self._station = station
        self._camera = camera
        self._album = album
        self._rules = rules
        self._monotonic = monotonic
        self._options = DecodeOptions(
            formats=frozenset(camera.formats), expected=1, budget=camera.timeout, clock=monotonic
        )

    async def shots(self, cycle: int) -> list[Shot]:
        """What each position shows; StorageRefused when a picture cannot be kept."""
        files = self._files(cycle)
        await self._wait_for(list(files.values()))
        return [await asyncio.to_thread(self._shot, position, file) for position, file in files.items()]

    def tidy(self, cycle: int) -> None:
        """Delete the camera's files of a cycle that is stored; the album has them."""
        for file in self._files(cycle).values():
            try:
                file.unlink(missing_ok=True)
            except OSError as error:
                say(
                    _LOG, logging.WARNING, "a picture that is stored cannot be deleted", station=self._station,
                    file=file, error=error.strerror, next="delete it by hand; give the agent the right to",
                )  # fmt: skip

    def _files(self, cycle: int) -> dict[str, Path]:
        name = f"{self._station}-{cycle:08d}"
        return {position: self._camera.folder / f"{name}-{position}.png" for position in self._camera.positions}

    async def _wait_for(self, files: list[Path]) -> None:
        last = self._monotonic() + self._camera.timeout
        while not _all_there(files) and self._monotonic() < last:  # noqa: ASYNC110 - a folder sends no event
            await asyncio.sleep(_LOOK_EVERY)

    def _shot(self, position: str, file: Path) -> Shot:
        try:
            content = file.read_bytes()
        except FileNotFoundError:
            reason = f"no picture within {self._camera.timeout:g} s"
            return Shot(position=position, reason=reason, code=ErrorCode.NOT_READ)
        except OSError as error:
            return Shot(position=position, reason=f"picture unreadable: {error.strerror}", code=ErrorCode.NOT_READ)
        try:
            digest = self._album.keep(content)
        except OSError as error:
            raise StorageRefused(
                f"a picture cannot be kept: {error.strerror}",
                where=str(file),
                advice="look at free space and rights of the data folder",
            ) from None
        reading = decode(content, self._options)
        return shot_of(position, SHA256_PREFIX + digest, len(content), reading, self._rules)


def _all_there(files: list[Path]) -> bool:
    return all(file.exists() for file in files)
