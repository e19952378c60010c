"""Which column of a file is which, by its first row."""

from collections.abc import Iterator, Sequence

from hub.tabular import trouble
from hub.tabular.problem import Problem
from hub.tabular.sheet import Column, Sheet, folded

LEFT_OUT = "#"
"""A heading, or the name of a sheet, that begins so is not read."""


class Headings:
    """The columns by their places; ``problems`` where they can't be told."""

    def __init__(self, sheet: Sheet, cells: Sequence[object]) -> None:
        self.columns: dict[int, Column] = {}
        self.problems: list[Problem] = []
        self.titled: set[int] = set()
        self._sheet = sheet
        known = {heading: column for column in sheet.columns for heading in column.headings}
        for place, cell in enumerate(cells):
            text = "" if cell is None else str(cell).strip()
            if text:
                self.titled.add(place)
                self._take(place, text, known.get(folded(text)))
        given = {column.name for column in self.columns.values()}
        for column in sheet.columns:
            if column.needed and column.name not in given:
                said = trouble.heading_missing(f"{column.name} / {column.words.zh}")
                self._wrong(column.name, said)

    def beyond(self, cells: Sequence[object]) -> Iterator[int]:
        """Places of values that stand in no column."""
        for place, cell in enumerate(cells):
            if place not in self.titled and cell is not None and str(cell).strip():
                yield place

    def _take(self, place: int, text: str, column: Column | None) -> None:
        if text.startswith(LEFT_OUT):
            return
        if column is None:
            known = ", ".join(column.name for column in self._sheet.columns)
            self._wrong(text[:60], trouble.unknown_heading(text, known))
        elif column.name in {other.name for other in self.columns.values()}:
            self._wrong(column.name, trouble.heading_twice(text))
        else:
            self.columns[place] = column

    def _wrong(self, column: str, said: trouble.Trouble) -> None:
        self.problems.append(Problem(self._sheet.name, 1, column, said.text, said.advice))
