"""What every result file becomes: rows of named fields, or a stated fault."""

from decimal import Decimal

import msgspec

FieldValue = bool | int | Decimal | str | None
Fields = dict[str, FieldValue]

MAX_ROWS = 100_000
"""Results in one file; more is no result file."""


class FileFault(Exception):
    """A file holds no readable results; ``place`` says where in it, such as ``line 7``."""

    def __init__(self, place: str, what: str) -> None:
        super().__init__(f"{place}: {what}" if place else what)
        self.place = place
        self.what = what


class Row(msgspec.Struct, frozen=True):
    """One result: its place in the file (from 1) and its fields by name."""

    number: int
    fields: Fields


def decoded(content: bytes, encoding: str) -> str:
    """The text of a file; FileFault names the line of the first byte that is none."""
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as broken:
        line = content[: broken.start].count(b"\n") + 1
        raise FileFault(f"line {line}", f"is not {encoding}: {broken.reason}") from None
    except UnicodeError as broken:
        raise FileFault("", f"is not {encoding}: {broken}") from None
