"""Bodies that lie in a file of the cold tier: what stands in their row instead, and how they are read from there.

Where a body was stands a pointer: which file below the cold folder, where in it, how long, and the SHA-256 of the
bytes. So one row changes when a body moves, whoever reads it finds it in either place, and bytes that are not the
ones that were moved are never given. A body of its own never begins like a pointer: it is a zstd frame or a msgpack
array.
"""

import hashlib
from contextvars import ContextVar
from pathlib import Path
from typing import Any

import msgspec

from hub.errors import ColdTrouble
from hub.store.core.database import Reading
from hub.store.tiers.place import ColdPlace, cold_place

POINTER = b"\xc1zhuoyue-cold\x01"  # 0xc1 begins no msgpack value and no zstd frame
_DATA = "data_folder"
_READ: ContextVar[int] = ContextVar("cold_reads", default=0)


class Pointer(msgspec.Struct, frozen=True, array_like=True):
    """``size`` bytes of ``file`` from ``begin`` on, and their SHA-256."""

    file: str
    begin: int
    size: int
    sha256: bytes


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Pointer)


def taken_cold_reads() -> int:
    """How many bodies and columns this line of work (a request) has had from the cold tier; counts from 0 again."""
    count = _READ.get()
    _READ.set(0)
    return count


def note_cold_read() -> None:
    """One more."""
    _READ.set(_READ.get() + 1)


def note_data(info: dict[Any, Any], data: Path) -> None:
    """Tell a new connection, by its ``info``, which data folder its hub has."""
    info[_DATA] = data


def place_for(connection: Reading) -> ColdPlace:
    """Where the cold tier of this connection's hub is."""
    return cold_place(connection.info[_DATA])


def pointer_bytes(pointer: Pointer) -> bytes:
    """What stands in a row."""
    return POINTER + _encoder.encode(pointer)


def pointer_of(kept: bytes) -> Pointer | None:
    """The pointer that stands in a row; None when the body itself does."""
    return _decoder.decode(kept[len(POINTER) :]) if kept.startswith(POINTER) else None


def body_of(connection: Reading, batch_id: int, kept: bytes) -> bytes:
    """The body of a batch, of which ``kept`` stands in its row; ``ColdTrouble`` when its file does not give it back."""
    pointer = pointer_of(kept)
    if pointer is None:
        return kept
    note_cold_read()
    return read_piece(place_for(connection), pointer, f"batch {batch_id}")


def read_piece(place: ColdPlace, pointer: Pointer, whose: str) -> bytes:
    """The bytes that were moved; ``ColdTrouble`` names the file and ``whose`` they are."""
    try:
        piece = place.read(pointer.file, pointer.begin, pointer.size)
    except OSError as error:
        raise ColdTrouble(
            f"the body of {whose} can't be read from the cold tier: {reason(error)}",
            where=place.at(pointer.file),
            advice="mount the cold folder, or put the file back from a copy; 'zhuoyue-hub tiers check' names every one",
        ) from None
    if hashlib.sha256(piece).digest() != pointer.sha256:
        raise ColdTrouble(
            f"the body of {whose} is not the one that was moved there: the file was changed or cut short",
            where=place.at(pointer.file),
            advice="put the file back from a copy; 'zhuoyue-hub tiers check' names every one",
        )
    return piece


def reason(error: OSError) -> str:
    """What the system says, in few words."""
    return (error.strerror or str(error))[:300]
