"""Where the files of the cold tier lie: a folder, or a bucket that ``hub.toml`` in the data folder names.

::

    cold = "s3://bucket/prefix?endpoint=minio.plant.example:9000&region=eu"

Without it the files lie in the folder ``cold`` of the data folder, which may be a mount or a link to one.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Protocol

import msgspec

from hub.errors import StoreBusy
from hub.store.core.place import cold_address
from hub.store.tiers.bucket import Bucket, bucket_at

COLD = "cold"
"""The folder of the cold tier in the data folder."""
_PART = ".part"
_LOCK = ".lock"
Stamp = tuple[int, int]
"""Size and time of change: another one means another file."""


class ColdPlace(Protocol):
    """Files by their names, which hold no more than one ``/``. What fails is an ``OSError``.

    Two of them that are equal are the same place.
    """

    def __hash__(self) -> int: ...

    def at(self, name: str) -> str:
        """The whole address of a file, to be told."""

    def put(self, name: str, data: bytes) -> None:
        """The file appears whole or not at all, and stays when this returns."""

    def read(self, name: str, begin: int, size: int) -> bytes:
        """A part of a file; shorter when the file is."""

    def opened(self, name: str) -> AbstractContextManager[Any]:
        """The file, to be read anywhere in it."""

    def stamp(self, name: str) -> Stamp:
        """``FileNotFoundError`` when it is away."""

    def names(self) -> set[str]:
        """Every file, those that were never finished by the name that they were to have."""

    def remove(self, name: str) -> None:
        """The file is no more; nothing when it is not there."""

    def clear_unfinished(self) -> None:
        """Take away what was never finished."""

    def alone(self) -> AbstractContextManager[None]:
        """Nobody else on this machine moves meanwhile; ``StoreBusy`` when somebody does."""


class Folder(msgspec.Struct, frozen=True):
    """A folder of this machine."""

    path: Path

    def at(self, name: str) -> str:
        """Its path."""
        return str(self.path / name)

    def put(self, name: str, data: bytes) -> None:
        """On disk when this returns."""
        path = self.path / name
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = path.with_name(f"{path.name}{_PART}")
        with part.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
        for folder in (path.parent, path.parent.parent):
            handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)

    def read(self, name: str, begin: int, size: int) -> bytes:
        """A part of a file."""
        with (self.path / name).open("rb") as file:
            file.seek(begin)
            return file.read(size)

    def opened(self, name: str) -> AbstractContextManager[Any]:
        """The file."""
        return (self.path / name).open("rb")

    def stamp(self, name: str) -> Stamp:
        """Of the file as it is now."""
        seen = (self.path / name).stat()
        return seen.st_size, seen.st_mtime_ns

    def names(self) -> set[str]:
        """Every file."""
        if not self.path.is_dir():
            return set()
        found = (path for path in self.path.rglob("*") if path.is_file() and path.name != _LOCK)
        return {str(path.relative_to(self.path)).removesuffix(_PART) for path in found}

    def remove(self, name: str) -> None:
        """The file is no more."""
        (self.path / name).unlink(missing_ok=True)

    def clear_unfinished(self) -> None:
        """Take away what was never finished."""
        for path in self.path.rglob(f"*{_PART}"):
            path.unlink(missing_ok=True)

    def alone(self) -> AbstractContextManager[None]:
        """By a lock in the folder itself."""
        return locked(self.path / _LOCK)


class OfBucket(Bucket, frozen=True):
    """A bucket, and the data folder whose hub moves files into it."""

    data: Path

    def alone(self) -> AbstractContextManager[None]:
        """By a lock in the data folder."""
        return locked(self.data / f"{COLD}{_LOCK}")


def cold_place(data: Path) -> ColdPlace:
    """Where the cold tier of the hub in ``data`` is; ``DataDirectory`` when ``hub.toml`` does not say it rightly."""
    address = cold_address(data)
    if address is None:
        return Folder(data / COLD)
    return OfBucket(data=data, **msgspec.structs.asdict(bucket_at(address)))


@contextmanager
def locked(lock: Path) -> Iterator[None]:
    """While the block lasts nobody else on this machine has the lock; ``StoreBusy`` when somebody does."""
    lock.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with lock.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StoreBusy(
                "another move between the tiers is under way", where=str(lock), advice="wait until it has ended"
            ) from None
        yield
