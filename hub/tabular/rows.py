"""From rows of raw cells to lines of values, whatever file they come from."""

from collections.abc import Iterable, Iterator, Sequence
from zoneinfo import ZoneInfo

from hub.tabular import trouble
from hub.tabular.cells import read_cell
from hub.tabular.headings import Headings
from hub.tabular.problem import Cell, Line, Problem
from hub.tabular.sheet import Sheet
from hub.tabular.trouble import Trouble

RawRow = tuple[int, Sequence[object]]
"""The number of a row, and its cells from the first column on."""


def lines_of(sheet: Sheet, rows: Iterable[RawRow], zone: ZoneInfo) -> Iterator[Line | Problem]:
    """A ``Line`` for every row that is right, ``Problem``s for every other; the first row that isn't empty is headings.

    A row is a ``Line`` or has problems, never both. Without proper headings nothing further is read.
    """
    table: _Table | None = None
    found = False
    for number, cells in rows:
        if all(cell is None or cell == "" for cell in cells):
            continue
        if table is None:
            table = _Table(sheet, Headings(sheet, cells), zone)
            if table.headings.problems:
                yield from table.headings.problems
                return
            continue
        found = True
        yield from table.read(number, cells)
    if not found:
        said = trouble.no_rows()
        yield Problem(sheet.name, 1, "", said.text, said.advice)


class _Table:
    """A table that is being read: its headings, and the keys that were seen."""

    def __init__(self, sheet: Sheet, headings: Headings, zone: ZoneInfo) -> None:
        self.headings = headings
        self._sheet = sheet
        self._zone = zone
        self._seen: dict[int, int] = {}

    def read(self, number: int, cells: Sequence[object]) -> Iterator[Line | Problem]:
        values: dict[str, Cell] = {}
        problems: list[Problem] = []
        for place, column in self.headings.columns.items():
            value = read_cell(cells[place], column, self._zone) if place < len(cells) else None
            if value is None and column.needed:
                value = trouble.needed()
            if isinstance(value, Trouble):
                problems.append(self._problem(number, column.name, value))
            elif value is not None:
                values[column.name] = value
        for named in map(letters, self.headings.beyond(cells)):
            problems += [self._problem(number, named, trouble.too_wide(named))]
        if problems:
            yield from problems
        elif values:
            yield self._unless_said(number, values)

    def _unless_said(self, number: int, values: dict[str, Cell]) -> Line | Problem:
        """Keys are remembered by hash, to be small: a clash would only accuse a row."""
        key = [values.get(name) for name in self._sheet.key]
        first = self._seen.setdefault(hash(tuple(key)), number) if key else number
        if first == number:
            return Line(self._sheet.name, number, values)
        told = ", ".join("" if value is None else str(value) for value in key)
        return self._problem(number, self._sheet.key[0], trouble.same_key(first, told))

    def _problem(self, number: int, column: str, said: Trouble) -> Problem:
        return Problem(self._sheet.name, number, column, said.text, said.advice)


def letters(place: int) -> str:
    """The name that a spreadsheet gives its column: 0 is A, 26 is AA."""
    text, place = "", place + 1
    while place:
        place, rest = divmod(place - 1, 26)
        text = chr(ord("A") + rest) + text
    return text
