"""What is wrong with a row, where it stands and what to do about it, in both languages."""

from collections.abc import Collection

import msgspec

from hub.errors import EntryRefused
from hub.tabular.words import NOTHING, Words

SHOWN = 5
Cell = object
"""A value: str, Decimal, int, date, datetime (with zone) or bool."""


class Problem(msgspec.Struct, frozen=True):
    """Rows are numbered as in a spreadsheet: the headings are row 1; row 0 speaks of the whole sheet or file.

    ``column`` is the column's name, or the heading as it stands in the file where no column is known by it.
    """

    sheet: str
    row: int
    column: str
    text: Words
    advice: Words = NOTHING

    def told(self, language: str) -> str:
        """One line."""
        zh = language.lower().startswith("zh")
        row = (f"第 {self.row} 行" if zh else f"row {self.row}") if self.row else ""
        place = " ".join(part for part in (self.sheet, row, self.column) if part)
        said = f"{place}: {self.text.told(language)}" if place else self.text.told(language)
        advice = self.advice.told(language)
        return said + ((f"；{advice}" if zh else f"; {advice}") if advice else "")


class Line(msgspec.Struct, frozen=True):
    """One row that could be read: values by the names of their columns; what is empty is not there."""

    sheet: str
    row: int
    cells: dict[str, Cell]

    def problem(self, column: str, text: Words, advice: Words = NOTHING) -> Problem:
        """Something that is wrong in this row."""
        return Problem(self.sheet, self.row, column, text, advice)


def refuse_problems(problems: Collection[Problem], language: str = "en") -> None:
    """``EntryRefused`` that names the first of them, unless there are none."""
    if not problems:
        return
    first = "; ".join(problem.told(language) for problem in list(problems)[:SHOWN])
    raise EntryRefused(
        f"{len(problems)} problems, nothing was entered: {first}",
        where="file",
        advice="ask with dry_run=true for all of them, correct the rows and send the file again",
    )
