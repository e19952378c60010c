"""What a file may cost before it is refused, and what it may not cost before it is opened."""

import msgspec


class TableLimits(msgspec.Struct, frozen=True, kw_only=True):
    """Every bound against a file that is too large, or made to be.

    A workbook is a ZIP archive: ``parts`` and ``unpacked`` are checked by its directory, and the rest while
    it streams by, before a byte of it is parsed. Unpacking stops at the size that the directory names.
    """

    bytes: int = 64 * 1024 * 1024
    rows: int = 200_000
    columns: int = 100
    problems: int = 500
    """How many are listed before reading stops."""
    parts: int = 1_000
    unpacked: int = 256 * 1024 * 1024
    held_whole: int = 64 * 1024 * 1024
    """Of what must be held in memory at once: one row, or a part without rows, like the shared texts."""
    held_tags: int = 4_000_000
    workbook_rows: int = 1_048_576
    """Also empty ones; Excel has no more (its specifications and limits)."""


LIMITS = TableLimits()
