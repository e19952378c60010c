"""Bodies that lie in a file of the cold tier: what stands in their row instead, and how they are read from there.

Where a body was stands a pointer: which file below the cold folder, where in it, how long, and the SHA-256 of the
bytes. So one row changes when a body moves, whoever reads it finds it in either place, and bytes that are not the
ones that were moved are never given. A body of its own never begins like a pointer: it is a zstd frame or a msgpack
array.
"""

import hashlib
from pathlib import Path
from typing import Any

import msgspec

from hub.errors import ColdTrouble
from hub.store.database import Reading

COLD = "cold"
"""The folder of the cold tier in the data folder; it may be a mount or a link to one."""
POINTER = b"\xc1zhuoyue-cold\x01"  # 0xc1 begins no msgpack value and no zstd frame
_FOLDER = "cold_folder"


class Pointer(msgspec.Struct, frozen=True, array_like=True):
    """``size`` bytes of ``file`` from ``begin`` on, and their SHA-256."""

    file: str
    begin: int
    size: int
    sha256: bytes


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Pointer)


def note_folder(info: dict[Any, Any], folder: Path) -> None:
    """Tell a new connection, by its ``info``, where the cold tier is."""
    info[_FOLDER] = folder


def folder_of(connection: Reading) -> Path:
    """Where the cold tier of this connection's hub is."""
    folder: Path = connection.info[_FOLDER]
    return folder


def pointer_bytes(pointer: Pointer) -> bytes:
    """What stands in a row."""
    return POINTER + _encoder.encode(pointer)


def pointer_of(kept: bytes) -> Pointer | None:
    """The pointer that stands in a row; None when the body itself does."""
    return _decoder.decode(kept[len(POINTER) :]) if kept.startswith(POINTER) else None


def body_of(connection: Reading, batch_id: int, kept: bytes) -> bytes:
    """The body of a batch, of which ``kept`` stands in its row; ``ColdTrouble`` when its file does not give it back."""
    pointer = pointer_of(kept)
    return kept if pointer is None else read_piece(folder_of(connection), pointer, f"batch {batch_id}")


def read_piece(folder: Path, pointer: Pointer, whose: str) -> bytes:
    """The bytes that were moved; ``ColdTrouble`` names the file and ``whose`` they are."""
    path = folder / pointer.file
    try:
        with path.open("rb") as file:
            file.seek(pointer.begin)
            piece = file.read(pointer.size)
    except OSError as error:
        raise ColdTrouble(
            f"the body of {whose} can't be read from the cold tier: {error.strerror or error}",
            where=str(path),
            advice="mount the cold folder, or put the file back from a copy; 'zhuoyue-hub tiers check' names every one",
        ) from None
    if hashlib.sha256(piece).digest() != pointer.sha256:
        raise ColdTrouble(
            f"the body of {whose} is not the one that was moved there: the file was changed or cut short",
            where=str(path),
            advice="put the file back from a copy; 'zhuoyue-hub tiers check' names every one",
        )
    return piece
