"""The door in: one file, CSV or Excel, to lines and problems.

``read_lines`` streams and holds little; ``read_all`` holds everything and suits small tables. A CSV file is one table.
In a workbook each sheet is found by its name; where one table is wanted and the workbook has one sheet, its name does
not count. Sheets and headings that begin with ``#`` are left out; empty sheets are passed over.
"""

import csv
from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

import msgspec

from hub.errors import EntryRefused
from hub.tabular import trouble
from hub.tabular.csv_reading import csv_rows, encoding_of
from hub.tabular.examine import PartFacts, examine, is_workbook
from hub.tabular.excel_reading import BROKEN, Workbook
from hub.tabular.headings import LEFT_OUT
from hub.tabular.limits import LIMITS, TableLimits
from hub.tabular.problem import Line, Problem
from hub.tabular.rows import RawRow, lines_of
from hub.tabular.sheet import Sheet, folded
from hub.tabular.trouble import Trouble
from hub.tabular.watched import tell_rows

ZONE = ZoneInfo("Asia/Shanghai")
Found = Line | Problem


class FileRead(msgspec.Struct, frozen=True, kw_only=True):
    """What a whole file says."""

    encoding: str
    lines: tuple[Line, ...]
    problems: tuple[Problem, ...]

    def of(self, sheet: str) -> list[Line]:
        """The lines of one sheet."""
        return [line for line in self.lines if line.sheet == sheet]


def read_all(data: bytes, sheets: Sequence[Sheet], *, zone: ZoneInfo = ZONE, limits: TableLimits = LIMITS) -> FileRead:
    """Everything at once; ``EntryRefused`` for what is no table at all."""
    lines: list[Line] = []
    problems: list[Problem] = []
    for one in read_lines(data, sheets, zone=zone, limits=limits):
        if isinstance(one, Line):
            lines.append(one)
        else:
            problems.append(one)
    return FileRead(encoding=format_of(data), lines=tuple(lines), problems=tuple(problems))


def format_of(data: bytes) -> str:
    """``xlsx``, or the encoding of a CSV file; ``EntryRefused`` for other bytes."""
    return "xlsx" if is_workbook(data) else encoding_of(data)


def read_lines(
    data: bytes, sheets: Sequence[Sheet], *, zone: ZoneInfo = ZONE, limits: TableLimits = LIMITS
) -> Iterator[Found]:
    """What stands in the file, one after the other: a row is a line or has problems.

    ``zone`` is for times that name none. Stops, with a problem that says so, at ``limits.rows`` and
    ``limits.problems``. ``EntryRefused`` for what is no table at all, or costs too much to open.
    """
    if len(data) > limits.bytes:
        raise EntryRefused(
            f"the file has {len(data)} bytes, at most {limits.bytes} are taken", where="file", advice="split it"
        )
    found = _of_workbook(data, sheets, zone, limits) if is_workbook(data) else _of_csv(data, sheets, zone)
    return _bounded(found, limits)


def _of_csv(data: bytes, sheets: Sequence[Sheet], zone: ZoneInfo) -> Iterator[Found]:
    if len(sheets) != 1:
        raise EntryRefused(
            "a CSV file holds one table, and it is not said which", where="file", advice="name the kind, or send .xlsx"
        )
    (sheet,) = sheets
    encoding = encoding_of(data)
    try:
        yield from lines_of(sheet, csv_rows(data, encoding), zone)
    except (csv.Error, UnicodeError) as error:
        yield _said(sheet.name, 0, trouble.broken(str(error)))


def _of_workbook(data: bytes, sheets: Sequence[Sheet], zone: ZoneInfo, limits: TableLimits) -> Iterator[Found]:
    facts = examine(data, limits)
    book = Workbook(data)
    try:
        taken: set[str] = set()
        for title, sheet in _matched(book, sheets, limits):
            if sheet is None:
                known = ", ".join(f"{each.name} / {each.words.zh}" for each in sheets)
                yield _said(title, 0, trouble.unknown_sheet(title, known))
            elif sheet.name in taken:
                yield _said(sheet.name, 0, trouble.sheet_twice(sheet.name))
            else:
                taken.add(sheet.name)
                yield from _unstreamed(sheet, facts.get(book.part_of(title), PartFacts()))
                yield from lines_of(sheet, book.rows(title, limits), zone)
        if not taken:
            yield _said("", 0, trouble.no_rows())
    except BROKEN as error:
        yield _said("", 0, trouble.broken(f"{type(error).__name__} {error}"))
    finally:
        book.close()


def _unstreamed(sheet: Sheet, seen: PartFacts) -> Iterator[Problem]:
    """What a streaming reader passes over."""
    if seen.jumps_at:
        yield _said(sheet.name, seen.jumps_at, trouble.out_of_order(seen.jumps_at))
    for area in seen.merged:
        row = "".join(character for character in area.split(":")[0] if character.isdigit())
        yield _said(sheet.name, int(row or 0), trouble.merged(area))


def _matched(book: Workbook, sheets: Sequence[Sheet], limits: TableLimits) -> Iterator[tuple[str, Sheet | None]]:
    titles = [title for title in book.titles if not title.startswith(LEFT_OUT)]
    filled = [title for title in titles if _has_rows(book.rows(title, limits))]
    if len(sheets) == 1 and len(filled) == 1:
        yield filled[0], sheets[0]
        return
    known = {name: sheet for sheet in sheets for name in sheet.titles}
    for title in filled:
        yield title, known.get(folded(title))


def _has_rows(rows: Iterator[RawRow]) -> bool:
    return any(cell is not None and cell != "" for _, cells in rows for cell in cells)


def _bounded(found: Iterator[Found], limits: TableLimits) -> Iterator[Found]:
    lines = problems = 0
    for one in found:
        yield one
        if isinstance(one, Line):
            lines += 1
        else:
            problems += 1
        tell_rows(lines + problems)
        if problems >= limits.problems:
            yield _said(one.sheet, one.row, trouble.too_many_problems(limits.problems))
            return
        if lines > limits.rows:
            yield _said(one.sheet, one.row, trouble.too_many_rows(limits.rows))
            return


def _said(sheet: str, row: int, said: Trouble) -> Problem:
    return Problem(sheet, row, "", said.text, said.advice)
