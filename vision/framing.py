"""Messages over a pipe: four bytes of length (big-endian), then so many bytes."""

import struct
from typing import BinaryIO

LONGEST = 512 * 1024 * 1024
_LENGTH = struct.Struct(">I")


def write_frame(stream: BinaryIO, content: bytes) -> None:
    """Sends one message; OSError when nobody reads any more."""
    stream.write(_LENGTH.pack(len(content)))
    stream.write(content)
    stream.flush()


def read_frame(stream: BinaryIO) -> bytes | None:
    """The next message; None at the end, also in the middle of a message, and when it is longer than any is."""
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(head)
    if length > LONGEST:
        return None
    content = stream.read(length)
    return content if len(content) == length else None
