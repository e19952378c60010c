"""Files of the cold folder: written whole and durably, read back before anything relies on them.

A file of bodies is the bodies one behind the other, byte for byte as they came: zstd frames, so ``zstd -dc`` reads it.
Beside it stands a manifest, JSON: of each piece the batch, the hash of its header, where it lies and its SHA-256. With
both the ledger can be read without the hub.
"""

import fcntl
import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec

from hub.errors import ColdTrouble, StoreBusy, StoreFull
from hub.store.cold import COLD, Pointer, read_piece
from hub.store.tier_queries import ColdFile

MANIFEST = ".json"
_PART = ".part"
_LOCK = ".lock"


class Piece(msgspec.Struct, frozen=True, kw_only=True):
    """A piece of a file: whose it is, where it lies, and its SHA-256 (hex)."""

    batch: int
    hash: str
    begin: int
    size: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a file holds; ``sha256`` is of the whole file."""

    file: str
    kind: str
    sha256: str
    bytes: int
    pieces: Sequence[Piece]


def cold_folder(data: Path) -> Path:
    """Where the cold tier of the hub in ``data`` is."""
    return data / COLD


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Nobody else on this machine moves meanwhile; ``StoreBusy`` when somebody does."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / _LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StoreBusy(
                "another move between the tiers is under way", where=str(folder), advice="wait until it has ended"
            ) from None
        yield


def write_file(folder: Path, kind: str, name: str, entries: Iterable[tuple[int, str, bytes]]) -> Manifest:
    """Write batches, header hashes and bodies as one file ``name`` and its manifest; both on disk, and read back."""
    pieces: list[Piece] = []
    bodies: list[bytes] = []
    begin = 0
    for batch, header, body in entries:
        digest = hashlib.sha256(body).hexdigest()
        pieces.append(Piece(batch=batch, hash=header, begin=begin, size=len(body), sha256=digest))
        bodies.append(body)
        begin += len(body)
    whole = b"".join(bodies)
    digest = hashlib.sha256(whole).hexdigest()
    manifest = Manifest(file=name, kind=kind, sha256=digest, bytes=begin, pieces=pieces)
    put_file(folder, f"{name}{MANIFEST}", msgspec.json.format(msgspec.json.encode(manifest)) + b"\n")
    put_file(folder, name, whole)
    check_file(folder, manifest.file, manifest.sha256)
    return manifest


def put_file(folder: Path, name: str, data: bytes) -> None:
    """The file appears whole or not at all, and is on disk when this returns; ``StoreFull`` when it can't be."""
    try:
        _put(folder / name, data)
    except OSError as error:
        raise StoreFull(
            f"can't be written: {error.strerror or error}; everything stays where it was",
            where=str(folder / name),
            advice="make room in the cold folder, or see whether it is mounted",
        ) from None


def check_file(folder: Path, name: str, sha256: str) -> None:
    """``ColdTrouble`` unless the file is there and is what it was."""
    path = folder / name
    try:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ColdTrouble(
            f"can't be read: {error.strerror or error}", where=str(path), advice="mount it, or put back a copy"
        ) from None
    if found != sha256:
        raise ColdTrouble(
            "is not as it was written: changed or cut short", where=str(path), advice="put back a copy of it"
        )


def check_mounted(folder: Path, files: Sequence[ColdFile]) -> None:
    """``ColdTrouble`` when the newest file is away: then the folder is not the one that was written to."""
    if files and not (folder / files[-1].name).is_file():
        raise ColdTrouble(
            f"{files[-1].name} is away; nothing is moved", where=str(folder), advice="mount the cold folder"
        )


def read_bodies(folder: Path, pointers: Iterable[tuple[int, Pointer]]) -> dict[int, bytes]:
    """The bodies of some batches, each verified."""
    return {batch: read_piece(folder, pointer, f"batch {batch}") for batch, pointer in pointers}


def remove_file(folder: Path, name: str) -> None:
    """The file and its manifest are no more."""
    for leftover in (folder / name, folder / f"{name}{MANIFEST}"):
        leftover.unlink(missing_ok=True)


def names_in(folder: Path) -> set[str]:
    """Every file that lies there, manifests and unfinished ones by the name of theirs."""
    if not folder.is_dir():
        return set()
    found = (path for path in folder.rglob("*") if path.is_file() and path.name != _LOCK)
    return {str(path.relative_to(folder)).removesuffix(_PART).removesuffix(MANIFEST) for path in found}


def clear_unfinished(folder: Path) -> None:
    """Take away what was never finished."""
    for path in folder.rglob(f"*{_PART}"):
        path.unlink(missing_ok=True)


def _put(path: Path, data: bytes) -> None:
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
