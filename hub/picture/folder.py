"""Picture files below the data folder, each under the hash of its bytes, in a folder of its plant.

``pictures/<plant>/<first two digits>/<sha256>``, where ``<plant>`` is made of the hash of the plant's id. Each plant
has a folder of its own, so that whoever seals the hash of somebody else's picture gains nothing by it: its bytes are
not in that plant's folder until that plant's agent has brought them.

A file appears whole and on disk, or not at all; what has come of one that is on its way lies beside as ``.part``.
Nothing here is ever decoded. The folder, or a plant's, may be a mount or a link to another disk.
"""

import fcntl
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import msgspec

from hub.errors import ColdTrouble, StoreFull
from traceability.encoding import sha256, tagged
from traceability.errors import ProofRefused

PICTURES, SMALL = "pictures", "small-pictures"
LEAST_FREE = 256 * 1024 * 1024
"""Bytes that stay free on the disk, for the ledger."""
_PART = ".part"
_DIGITS = 16
OWNER_ONLY = 0o700


class Stored(msgspec.Struct, frozen=True):
    """A file that is here, by its place below the folder, and its size."""

    place: str
    size: int


class PictureFolder:
    """The picture files of the hub in ``data``."""

    def __init__(self, data: Path) -> None:
        self.path = data / PICTURES

    def has(self, plant: str, digest: str) -> bool:
        """Whether the file is here, whole."""
        return self.place(plant, digest).is_file()

    def come(self, plant: str, digest: str) -> int:
        """How many bytes have come of a file that is on its way."""
        try:
            return _part_of(self.place(plant, digest)).stat().st_size
        except FileNotFoundError:
            return 0

    def add(self, plant: str, digest: str, *, begin: int, body: bytes) -> int:
        """Put ``body`` behind what has come, if it begins there; how many bytes are here then.

        ``StoreFull`` when the disk has no room.
        """
        part = _part_of(self.place(plant, digest))
        try:
            part.parent.mkdir(mode=OWNER_ONLY, parents=True, exist_ok=True)
            _check_room(part.parent, len(body))
            with part.open("ab") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                if file.tell() == begin:
                    file.write(body)
                return file.tell()
        except OSError as error:
            raise _full(part, error) from None

    def settle(self, plant: str, digest: str) -> bytes:
        """All bytes have come: the file is here from now on; its bytes.

        ``ProofRefused`` when they are not those that the hash names; then none of them are kept.
        """
        place = self.place(plant, digest)
        part = _part_of(place)
        try:
            with part.open("rb+") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                content = file.read()
                if tagged(sha256(content)) != digest:
                    part.unlink(missing_ok=True)
                    raise ProofRefused(
                        "the bytes that came are not those that the record names; none of them are kept",
                        where=digest,
                        advice="look whether the file was changed at the plant",
                    )
                os.fsync(file.fileno())
            part.replace(place)
            for folder in (place.parent, place.parent.parent, self.path):
                _sync(folder)
        except FileNotFoundError:  # another request settled it a moment ago
            return self.read(plant, digest)
        except OSError as error:
            raise _full(place, error) from None
        return content

    def read(self, plant: str, digest: str) -> bytes:
        """The bytes that were sealed; ``ColdTrouble`` when the disk does not give back these very ones."""
        place = self.place(plant, digest)
        try:
            content = place.read_bytes()
        except OSError as error:
            raise ColdTrouble(
                f"the picture can't be read: {error.strerror or error}",
                where=str(place),
                advice="mount the folder of the pictures, or put the file back from a backup",
            ) from None
        if tagged(sha256(content)) != digest:
            raise ColdTrouble(
                "the picture is not the one that was sealed: its file was changed or cut short",
                where=str(place),
                advice="put the file back from a backup; 'zhuoyue-hub pictures check' names every one",
            )
        return content

    def remove(self, plant: str, digest: str) -> None:
        """The file is no more."""
        self.place(plant, digest).unlink(missing_ok=True)

    def drop_parts(self, before: float) -> int:
        """Forget what began to come and was not gone on with since ``before`` (seconds since 1970); how many."""
        gone = 0
        for part in self.path.glob(f"*/*/*{_PART}"):
            if part.stat().st_mtime < before:
                part.unlink(missing_ok=True)
                gone += 1
        return gone

    def stored(self) -> Iterator[Stored]:
        """Every file that is here whole."""
        for path in sorted(self.path.glob("*/*/*")):
            if path.suffix != _PART and path.is_file():
                yield Stored(str(path.relative_to(self.path)), path.stat().st_size)

    def faults(self) -> Iterator[str]:
        """Files that are not what their names say."""
        for stored in self.stored():
            path = self.path / stored.place
            if sha256(path.read_bytes()).hex() != path.name:
                yield f"{stored.place}: is not what its name says"

    def place(self, plant: str, digest: str) -> Path:
        """Where the file lies, or would."""
        digits = digest.partition(":")[2]
        return self.path / sha256(plant.encode()).hex()[:_DIGITS] / digits[:2] / digits


def small_place(data: Path, plant: str, digest: str) -> Path:
    """Where the small one of a file is kept, which pages show."""
    folder = PictureFolder(data)
    return data / SMALL / folder.place(plant, digest).relative_to(folder.path)


def copy_pictures(source: Path, target: Path) -> int:
    """Every file of the pictures below ``source`` (a data folder, or a backup), durably below ``target``; how many."""
    copied = 0
    here, there = PictureFolder(source), PictureFolder(target).path
    for stored in here.stored():
        place = there / stored.place
        place.parent.mkdir(mode=OWNER_ONLY, parents=True, exist_ok=True)
        shutil.copyfile(here.path / stored.place, place)
        _sync(place)
        copied += 1
    for folder in {path.parent for path in there.glob("*/*/*")}:
        _sync(folder)
    return copied


def _part_of(place: Path) -> Path:
    return place.with_name(f"{place.name}{_PART}")


def _check_room(folder: Path, size: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < LEAST_FREE + size:
        raise StoreFull(
            f"only {free >> 20} MB are free, no more pictures are taken",
            where=str(folder),
            advice="make room, or mount a larger disk there; records are taken meanwhile",
        )


def _full(place: Path, error: OSError) -> StoreFull:
    return StoreFull(
        f"the picture can't be written: {error.strerror or error}", where=str(place), advice="make room, look at rights"
    )


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
