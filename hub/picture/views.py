"""What somebody who sees a picture's record is told of its file."""

from datetime import datetime
from enum import StrEnum

import msgspec


class FileState(StrEnum):
    """Where a picture's file is."""

    HERE = "here"
    """Its bytes are those that the signed record names."""
    EXPECTED = "expected"
    """Its agent sends such files; this one has not come yet."""
    AT_PLANT = "at-plant"
    """Its plant keeps such files to itself."""
    UNSENT = "unsent"
    """It was not sent; nothing is known of what its plant lets go."""
    GONE = "gone"
    """Its plant has it no more, and never sent it."""
    REMOVED = "removed"
    """It was here, and was removed here when its time was over."""


class PictureFileView(msgspec.Struct, frozen=True, kw_only=True):
    """``at`` is when the state became so; ``url`` is where the file is shown, '' where it is not.

    ``small_url`` is where a small picture of it is shown, made of its pixels and no evidence; '' where there is none.
    """

    state: FileState
    at: datetime | None = None
    url: str = ""
    small_url: str = ""
    kind: str = ""
    """As the file's header says: PNG, JPEG, …; '' when it is no picture of a kind known here."""
    width: int = 0
    height: int = 0
    reason: str = ""
