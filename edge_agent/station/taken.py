"""What came of one position of a cycle."""

import msgspec


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """The bytes of a picture file; none with the ``reason`` why."""

    content: bytes = b""
    reason: str = ""
