"""The door out: tables as CSV or Excel, which the door in takes back without a difference.

CSV is UTF-8 with a byte order mark, without which spreadsheets read Chinese wrongly. No text is computed: CSV cells
that look like formulas get an apostrophe in front, and in a workbook texts are texts. Numbers keep all their digits:
beyond the 15 that Excel holds, and where leading zeros would be lost, they are written as text.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import BinaryIO

from hub.tabular.harmless import BOM, harmless
from hub.tabular.problem import Cell
from hub.tabular.sheet import Sheet
from hub.tabular.worded import heading, text_of

Row = Mapping[str, Cell | None]


def csv_chunks(sheet: Sheet, rows: Iterable[Row], language: str = "en") -> Iterator[str]:
    """A byte order mark and the headings, then a line a row."""
    yield BOM + _csv_line([harmless(heading(column, language)) for column in sheet.columns])
    for row in rows:
        yield _csv_line([harmless(text_of(row.get(column.name), column, language)) for column in sheet.columns])


def csv_bytes(sheet: Sheet, rows: Iterable[Row], language: str = "en") -> bytes:
    """The whole file."""
    return "".join(csv_chunks(sheet, rows, language)).encode()


def write_workbook(file: BinaryIO, tables: Sequence[tuple[Sheet, Iterable[Row]]], language: str = "en") -> None:
    """A sheet a table; rows are streamed."""
    # a sixth of the start of every verb, for who wants a workbook
    from hub.tabular.workbook import write  # noqa: PLC0415

    write(file, tables, language)


def workbook_bytes(tables: Sequence[tuple[Sheet, Iterable[Row]]], language: str = "en") -> bytes:
    """The whole workbook."""
    file = io.BytesIO()
    write_workbook(file, tables, language)
    return file.getvalue()


def _csv_line(cells: list[str]) -> str:
    text = io.StringIO()
    csv.writer(text).writerow(cells)
    return text.getvalue()
