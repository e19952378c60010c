"""The pictures of one cycle: taken, kept, decoded; one shot for each position, whatever happens.

They are kept in the album before the result is stored, and taken away at their source after it, so that a crash in
between loses nothing: the cycle is read again, and so are its pictures.
"""

import asyncio
import json
import struct
from collections.abc import Callable
from datetime import datetime

import msgspec

from edge_agent.complaint import Trouble
from edge_agent.config.settings import Camera
from edge_agent.errors import StorageRefused
from edge_agent.station.album import Album
from edge_agent.station.handshakes.actions import ErrorCode
from edge_agent.station.identity import Shot, seen_shot, shot_of
from edge_agent.station.taken import Taken
from edge_agent.station.taking import source_of
from traceability import __version__
from traceability.encoding import SHA256_PREFIX, sha256
from traceability.identifier.symbol import SymbolRules
from traceability.unit import Verdict
from vision.decode import decode
from vision.options import DecodeOptions
from vision.readers import DMTX, READERS
from vision.symbol import Reading
from vision.worker import order_of

_NO_RULES = SymbolRules()
_BLANK = b"BM" + struct.pack("<IHHIIiiHHIIiiII", 246, 0, 0, 54, 40, 8, 8, 1, 24, 0, 192, 0, 0, 0, 0) + bytes(192)
"""A black picture of 8 x 8 pixels (BMP)."""

Decode = Callable[[bytes, DecodeOptions], Reading]


class CycleCamera:
    """The camera of one station. ``monotonic`` gives seconds, for bounding how long one picture is worked on.

    ``rules`` say what the codes in its pictures name; ``decode`` reads them, in a process of its own where nothing in
    a picture may take the agent down. Without a ``clock`` no dropped file is too old.
    """

    def __init__(
        self,
        station: str,
        camera: Camera,
        album: Album,
        monotonic: Callable[[], float],
        rules: SymbolRules = _NO_RULES,
        *,
        decode: Decode = decode,
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        self._station = station
        self._album = album
        self._rules = rules
        self._decode = decode
        self._unread = camera.unread
        self._source = source_of(station, camera, monotonic, clock)
        self._options = DecodeOptions(
            formats=frozenset(camera.formats),
            expected=1,
            charsets=camera.charsets,
            expectations=camera.expectations,
            extra_readers=frozenset({DMTX}) if camera.libdmtx else frozenset(),
            grade=camera.grade,
            budget=camera.timeout,
            clock=monotonic,
        )
        self._parameters = msgspec.to_builtins(order_of(self._options))
        self._program = _program(self._parameters)
        self._kept: tuple[int, list[Shot]] | None = None

    @property
    def trouble(self) -> Trouble | None:
        """What is wrong with its source now."""
        return self._source.trouble

    async def run(self, stop: asyncio.Event) -> None:
        """Whatever its source does between cycles, until ``stop``; the process that decodes is started beforehand."""
        warming = asyncio.create_task(asyncio.to_thread(self._decode, _BLANK, self._options))
        try:
            await self._source.run(stop)
        finally:
            await asyncio.gather(warming, return_exceptions=True)

    async def shots(self, cycle: int) -> list[Shot]:
        """What each position shows, the same again until it is tidied; StorageRefused when one cannot be kept."""
        if self._kept is None or self._kept[0] != cycle:
            taken = await self._source.take(cycle)
            shots = [await asyncio.to_thread(self._shot, position, one) for position, one in taken.items()]
            self._kept = cycle, shots
        return self._kept[1]

    def tidy(self, cycle: int, verdict: Verdict | None = None) -> None:
        """The cycle is stored: the album files its pictures by the verdict, and the source lets go of them."""
        if self._kept is not None and self._kept[0] == cycle:
            if verdict is not None:
                self._settle(self._kept[1], cycle, verdict)
            self._kept = None
        self._source.tidy(cycle)

    def _settle(self, shots: list[Shot], cycle: int, verdict: Verdict) -> None:
        for shot in shots:
            if shot.picture is None:
                continue
            note = {
                "station": self._station,
                "cycle": cycle,
                "position": shot.position,
                "verdict": verdict,
                "ok": verdict is Verdict.OK,
                "reason": shot.reason,
                "program": self._program,
                "parameters": self._parameters,
            }
            try:
                self._album.settle(shot.picture.sha256.removeprefix(SHA256_PREFIX), note, ok=verdict is Verdict.OK)
            except OSError:
                continue  # it stays among those that are kept longer

    def _shot(self, position: str, taken: Taken) -> Shot:
        if not taken.content:
            return Shot(position=position, reason=taken.reason, code=ErrorCode.NOT_READ)
        try:
            digest = self._album.keep(taken.content)
        except OSError as error:
            raise StorageRefused(
                f"a picture cannot be kept: {error.strerror}",
                where=f"{self._station}, {position}",
                advice="look at free space and rights of the data folder",
            ) from None
        if position in self._unread:
            return seen_shot(position, SHA256_PREFIX + digest, len(taken.content))
        reading = self._decode(taken.content, self._options)
        shot = shot_of(position, SHA256_PREFIX + digest, len(taken.content), reading, self._rules)
        assert shot.picture is not None
        return msgspec.structs.replace(shot, picture=msgspec.structs.replace(shot.picture, program=self._program))


def _program(parameters: object) -> str:
    """What read a picture: versions, and a hash of what was asked."""
    readers = ", ".join(f"{reader.name} {reader.state}" for reader in READERS.values() if reader.read is not None)
    asked = sha256(json.dumps(parameters, sort_keys=True, ensure_ascii=False).encode()).hex()[:12]
    return f"zhuoyue {__version__} ({readers}) {asked}"[:200]
