"""What a table may hold: its columns, their kinds, how they are called."""

import re
import unicodedata
from enum import StrEnum

import msgspec

from hub.tabular.words import NOTHING, Words

LONGEST_TEXT = 2000
_GAPS = re.compile(r"[\s_*＊()（）-]+")


class Kind(StrEnum):
    """What stands in the cells of a column."""

    TEXT = "text"
    NUMBER = "number"
    """An exact decimal, of either sign."""
    COUNT = "count"
    """A whole number from 0 up."""
    DAY = "day"
    INSTANT = "instant"
    """A time with its zone; one without is by the clock of the file's zone."""
    YES_NO = "yes-no"
    CHOICE = "choice"


class Choice(msgspec.Struct, frozen=True):
    """One of the values that a column allows; it may be written as ``value`` or in either language."""

    value: str
    words: Words


class Column(msgspec.Struct, frozen=True):
    """One column. ``most`` bounds the length of texts; ``spellings`` are further headings it is known by.

    ``meaning``, ``uom`` and ``example`` are for the reader of a data dictionary.
    """

    name: str
    words: Words
    kind: Kind = Kind.TEXT
    needed: bool = False
    choices: tuple[Choice, ...] = ()
    spellings: tuple[str, ...] = ()
    most: int = LONGEST_TEXT
    meaning: Words = NOTHING
    example: str = ""

    @property
    def headings(self) -> frozenset[str]:
        """Every spelling, as :func:`folded` has it."""
        return frozenset(folded(text) for text in (self.name, self.words.en, self.words.zh, *self.spellings))


class Sheet(msgspec.Struct, frozen=True):
    """One table; no two rows of a file may say the same in the columns ``key`` (empty: any may)."""

    name: str
    words: Words
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    meaning: Words = NOTHING

    def column(self, name: str) -> Column:
        """The column of that name; ``KeyError`` where there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)

    @property
    def titles(self) -> frozenset[str]:
        """What the sheet may be called in a workbook, as :func:`folded` has it."""
        return frozenset(folded(text) for text in (self.name, self.words.en, self.words.zh))


def folded(text: str) -> str:
    """A heading as it is compared: full width, case, blanks, brackets, hyphens and marks of need don't count."""
    return _GAPS.sub("", unicodedata.normalize("NFKC", text)).casefold()
