"""A table that somebody exported: decoded, split into cells, its columns found by their names in either language.

CSV in UTF-8 (with or without a byte order mark) or GB18030 with comma, semicolon or tab, or an Excel workbook with one
sheet; the first row names the columns. Rows are numbered as in a spreadsheet: the header is row 1.
"""

import csv
import io
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import date
from typing import TypeVar

import msgspec

from hub.errors import EntryRefused
from hub.tabular import problem as tabular
from hub.tabular.examine import is_workbook
from hub.tabular.texts import texts_of
from hub.tabular.watched import tell_rows

MOST_ROWS = 200_000
MOST_PROBLEMS = 200
XLSX = "xlsx"
R = TypeVar("R")
Columns = Mapping[str, tuple[str, ...]]
"""The spellings of each column, lower case."""


class Problem(msgspec.Struct, frozen=True):
    """What is wrong with a row."""

    row: int
    column: str
    text: str
    text_zh: str = ""


Cells = Mapping[str, str]
ReadRow = Callable[[int, Cells], R | list[Problem]]


def read_table(
    data: bytes, columns: Columns, needed: Collection[str], read: ReadRow[R]
) -> tuple[str, list[R], list[Problem]]:
    """The encoding, what ``read`` makes of each row, and every problem; reading stops where there are too many."""
    encoding = XLSX if is_workbook(data) else decoded(data)[1]
    rows: list[R] = []
    problems: list[Problem] = []
    places: dict[str, int] | None = None
    for one in _rows_of(data):
        if isinstance(one, Problem):
            problems.append(one)
            number = one.row
        elif places is None:
            number = 1
            places = _places(one[1], columns, needed, problems)
        else:
            number, cells = one
            found = read(number, {name: cells[at].strip() for name, at in places.items() if at < len(cells)})
            if isinstance(found, list):
                problems += found
            else:
                rows.append(found)
        tell_rows(number)
        if number > MOST_ROWS or len(problems) >= MOST_PROBLEMS or (number == 1 and problems):
            break
    if len(rows) + len(problems) > MOST_ROWS:
        text_zh = f"超过 {MOST_ROWS} 行，请拆分文件"
        problems.append(Problem(MOST_ROWS, "", f"more than {MOST_ROWS} rows; split the file", text_zh))
    if not rows and not problems:
        problems.append(Problem(1, "", "the file has no rows", "文件中没有数据行"))
    return encoding, rows, problems


def _rows_of(data: bytes) -> Iterator[tuple[int, list[str]] | Problem]:
    """Rows that hold something; the first of them is the header."""
    if is_workbook(data):
        for one in texts_of(data):
            if isinstance(one, tabular.Problem):
                yield Problem(one.row, one.column, one.text.en, one.text.zh)
            else:
                yield one
        return
    text, _ = decoded(data)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    try:
        for number, cells in enumerate(reader, start=1):
            if number == 1 or any(cell.strip() for cell in cells):
                yield number, cells
    except csv.Error as error:
        yield Problem(reader.line_num, "", f"not CSV: {error}", "不是有效的 CSV")


def refuse_problems(problems: Collection[Problem]) -> None:
    """``EntryRefused`` naming the first problems, unless there are none."""
    if problems:
        first = "; ".join(f"row {one.row} {one.column}: {one.text}" for one in list(problems)[:5])
        raise EntryRefused(
            f"{len(problems)} problems, nothing was entered: {first}",
            where="file",
            advice="ask with dry_run=true for all of them, correct the rows and send the file again",
        )


def decoded(data: bytes) -> tuple[str, str]:
    """Text and encoding; ``EntryRefused`` for other bytes."""
    try:
        return data.decode("utf-8-sig"), "utf-8"
    except UnicodeDecodeError:
        pass
    try:
        return data.decode("gb18030"), "gb18030"
    except UnicodeDecodeError as error:
        raise EntryRefused(
            f"neither UTF-8 nor GB18030 at byte {error.start}", where="file", advice="save it as CSV UTF-8"
        ) from None


def day_of(text: str) -> date | None:
    """A date like 2026-03-31, also with / or . between."""
    parts = text.replace("/", "-").replace(".", "-").split("-")
    if len(parts) != 3 or not all(part.isascii() and part.isdigit() for part in parts) or len(parts[0]) != 4:
        return None
    try:
        return date(*map(int, parts))
    except ValueError:
        return None


def count_of(text: str) -> int | None:
    """A whole number from 0 up, thousands may be grouped with commas."""
    digits = text.replace(",", "").replace("，", "")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 12 else None


def _delimiter(text: str) -> str:
    header = text.split("\n", 1)[0]
    return max(",;\t", key=header.count)


def _places(cells: list[str], columns: Columns, needed: Collection[str], problems: list[Problem]) -> dict[str, int]:
    names = [cell.strip().lower() for cell in cells]
    places = {column: names.index(name) for column, spellings in columns.items() for name in spellings if name in names}
    known = {name for spellings in columns.values() for name in spellings}
    problems += [Problem(1, name[:60], "unknown column", "未知的列") for name in names if name and name not in known]
    problems += [Problem(1, name, "the column is missing", "缺少该列") for name in needed if name not in places]
    return places
