"""Where a record stands, and a code as it was read: what views of every kind point to."""

import msgspec


class Pointer(msgspec.Struct, frozen=True):
    """Where a record stands as evidence: line ``line`` of the batch at log index ``batch_id``.

    Line 1 of a batch is its header, so records start at line 2.
    """

    batch_id: int
    line: int


class SymbolView(msgspec.Struct, frozen=True, kw_only=True):
    """A code as read; ``text`` shows control characters as ``<GS>``, ``\\x..``."""

    symbology: str
    text: str
    item: str | None = None
    url: str | None = None
