"""Files of the cold tier: written whole and durably, read back before anything relies on them.

A file of bodies is the bodies one behind the other, byte for byte as they came: zstd frames, so ``zstd -dc`` reads it.
Beside it stands a manifest, JSON: of each piece the batch, the hash of its header, where it lies and its SHA-256. With
both the ledger can be read without the hub.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import msgspec

from hub.errors import ColdTrouble, StoreFull
from hub.store.tiers.cold import Pointer, read_piece, reason
from hub.store.tiers.place import ColdPlace
from hub.store.tiers.queries import ColdFile

MANIFEST = ".json"
_AT_ONCE = 1024 * 1024


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


def write_file(place: ColdPlace, kind: str, name: str, entries: Iterable[tuple[int, str, bytes]]) -> Manifest:
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
    put_file(place, f"{name}{MANIFEST}", msgspec.json.format(msgspec.json.encode(manifest)) + b"\n")
    put_file(place, name, whole)
    check_file(place, manifest.file, manifest.sha256)
    return manifest


def put_file(place: ColdPlace, name: str, data: bytes) -> None:
    """The file appears whole or not at all, and stays when this returns; ``StoreFull`` when it can't be."""
    try:
        place.put(name, data)
    except OSError as error:
        raise StoreFull(
            f"can't be written: {reason(error)}; everything stays where it was",
            where=place.at(name),
            advice="make room in the cold tier, or see whether it is mounted and may be written",
        ) from None


def check_file(place: ColdPlace, name: str, sha256: str) -> None:
    """``ColdTrouble`` unless the file is there and is what it was."""
    try:
        with place.opened(name) as file:
            found = _digest(file)
    except OSError as error:
        raise ColdTrouble(
            f"can't be read: {reason(error)}", where=place.at(name), advice="mount it, or put back a copy"
        ) from None
    if found != sha256:
        raise ColdTrouble(
            "is not as it was written: changed or cut short", where=place.at(name), advice="put back a copy of it"
        )


def check_mounted(place: ColdPlace, files: Sequence[ColdFile]) -> None:
    """``ColdTrouble`` when the newest file is away: then the place is not the one that was written to."""
    if not files:
        return
    try:
        place.stamp(files[-1].name)
    except OSError as error:
        raise ColdTrouble(
            f"{files[-1].name} is away; nothing is moved: {reason(error)}",
            where=place.at(""),
            advice="mount the cold folder, or see whether the bucket answers",
        ) from None


def read_bodies(place: ColdPlace, pointers: Iterable[tuple[int, Pointer]]) -> dict[int, bytes]:
    """The bodies of some batches, each verified."""
    return {batch: read_piece(place, pointer, f"batch {batch}") for batch, pointer in pointers}


def remove_file(place: ColdPlace, name: str) -> None:
    """The file and its manifest are no more; ``ColdTrouble`` when they can't be removed."""
    with answering(place):
        for leftover in (name, f"{name}{MANIFEST}"):
            place.remove(leftover)


def names_in(place: ColdPlace) -> set[str]:
    """Every file that lies there, manifests and unfinished ones by the name of theirs."""
    with answering(place):
        return {name.removesuffix(MANIFEST) for name in place.names()}


def clear_unfinished(place: ColdPlace) -> None:
    """Take away what was never finished."""
    with answering(place):
        place.clear_unfinished()


@contextmanager
def answering(place: ColdPlace) -> Iterator[None]:
    """``ColdTrouble`` when the place does not do what is asked."""
    try:
        yield
    except OSError as error:
        raise ColdTrouble(
            f"the cold tier does not answer: {reason(error)}",
            where=place.at(""),
            advice="see whether it is mounted, or the bucket answers and may be used",
        ) from None


def _digest(file: Any) -> str:
    digest = hashlib.sha256()
    while piece := file.read(_AT_ONCE):
        digest.update(piece)
    return digest.hexdigest()
