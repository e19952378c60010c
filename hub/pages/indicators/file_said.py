"""What a file holds, as a page tells it before anything is entered."""

from collections.abc import Callable, Sequence

import msgspec

from hub.errors import EntryRefused
from hub.pages.speech import Speech
from hub.tabular.problem import Problem

MOST_PROBLEMS = 50
ENTER = "enter"


class FileSaid(msgspec.Struct, frozen=True, kw_only=True):
    """How many rows, and what is wrong with them; ``more`` problems are not shown."""

    rows: int
    problems: tuple[str, ...]
    more: int


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """What a page has to say about what was just sent."""

    trouble: str = ""
    file: FileSaid | None = None

    @property
    def wrong(self) -> bool:
        """Whether something was not taken."""
        return bool(self.trouble) or (self.file is not None and bool(self.file.problems))


def file_said(rows: int, problems: Sequence[Problem], speech: Speech) -> FileSaid:
    """In the reader's language."""
    told = [one.told(speech.language.value) for one in problems]
    return FileSaid(rows=rows, problems=tuple(told[:MOST_PROBLEMS]), more=max(0, len(told) - MOST_PROBLEMS))


def looked_at(look: Callable[[], tuple[int, Sequence[Problem]]], speech: Speech) -> Said:
    """Look at a file; what is no table at all is said as trouble."""
    try:
        rows, problems = look()
    except EntryRefused as error:
        return Said(trouble=str(error))
    return Said(file=file_said(rows, problems, speech))
