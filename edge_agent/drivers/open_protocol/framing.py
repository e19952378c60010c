"""Messages of Open Protocol and the bytes they travel in; pure.

A message is a header of 20 ASCII characters, its data, and a NUL that the length does not count (Open Protocol
Specification 2.8, 2.2): length 4, MID 4, revision 3, no-acknowledge flag 1, station 2, spindle 2, sequence number 2,
number of parts 1, part 1. A blank field, and revision 0, mean the field's first value. Nothing else is guessed: bytes
that do not fit are ``Malformed``, and the stream they came in is of no further use.
"""

import msgspec

from traceability.errors import Malformed

HEADER = 20
LONGEST = 9999
_END = b"\0"
_DIGITS = frozenset(b"0123456789")


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """One message; ``data`` is what follows the header."""

    mid: int
    revision: int = 1
    no_ack: bool = False
    data: bytes = b""


def encode_message(message: Message) -> bytes:
    """The bytes of a message, its NUL included; ValueError when it is too long."""
    length = HEADER + len(message.data)
    if length > LONGEST:
        raise ValueError(f"a message of {length} bytes is longer than {LONGEST}")
    flag = "1" if message.no_ack else "0"
    head = f"{length:04d}{message.mid:04d}{message.revision:03d}{flag}".ljust(HEADER)
    return head.encode("ascii") + message.data + _END


def decode_message(frame: bytes) -> Message:
    """The message in a frame without its NUL; Malformed when its header does not fit it."""
    if len(frame) < HEADER:
        raise Malformed(f"a message of {len(frame)} bytes is shorter than its header", where=_shown(frame))
    if _number(frame, 0, 4, "length") != len(frame):
        raise Malformed(f"the length says {frame[:4]!r}, there are {len(frame)} bytes", where=_shown(frame))
    return Message(
        mid=_number(frame, 4, 8, "MID"),
        revision=_number(frame, 8, 11, "revision", blank=1) or 1,
        no_ack=_number(frame, 11, 12, "no-acknowledge flag", blank=0) != 0,
        data=frame[HEADER:],
    )


class Framer:
    """Cuts a stream into messages; after Malformed it is of no further use."""

    def __init__(self) -> None:
        self._rest = bytearray()

    def feed(self, content: bytes) -> list[tuple[Message, bytes]]:
        """The messages that are complete now, each with its frame."""
        self._rest += content
        found = []
        while (frame := self._next()) is not None:
            found.append((decode_message(frame), frame))
        return found

    def _next(self) -> bytes | None:
        head = bytes(self._rest[:4])
        if not all(byte in _DIGITS for byte in head):
            raise Malformed("a message begins with its length in four digits", where=_shown(bytes(self._rest)))
        if len(head) < 4:
            return None
        length = int(head)
        if length < HEADER:
            raise Malformed(f"a message of {length} bytes is shorter than its header", where=_shown(bytes(self._rest)))
        if len(self._rest) <= length:
            return None
        frame = bytes(self._rest[:length])
        if self._rest[length : length + 1] != _END:
            raise Malformed("a message does not end in NUL where its length says", where=_shown(frame))
        del self._rest[: length + 1]
        return frame


def _number(frame: bytes, first: int, end: int, name: str, blank: int | None = None) -> int:
    field = frame[first:end]
    if blank is not None and not field.strip(b" "):
        return blank
    if not all(byte in _DIGITS for byte in field):
        raise Malformed(f"the {name} is {field!r}, expected digits", where=_shown(frame))
    return int(field)


def _shown(frame: bytes) -> str:
    return f"message {frame[:HEADER]!r}"
