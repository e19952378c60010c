"""The door out: tables as CSV or Excel, which the door in takes back without a difference.

CSV is UTF-8 with a byte order mark, without which spreadsheets read Chinese wrongly. No text is computed: CSV cells
that look like formulas get an apostrophe in front, and in a workbook texts are texts. Numbers keep all their digits:
beyond the 15 that Excel holds, and where leading zeros would be lost, they are written as text.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, BinaryIO

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from hub.tabular.cells import DIGITS
from hub.tabular.harmless import BOM, harmless
from hub.tabular.problem import Cell
from hub.tabular.sheet import Column, Kind, Sheet

Row = Mapping[str, Cell | None]
_YES_NO = {"en": ("no", "yes"), "zh": ("否", "是")}
_WIDTHS = (10, 40)
_TITLE = 31
"""Characters of a sheet's name (Excel)."""


def csv_chunks(sheet: Sheet, rows: Iterable[Row], language: str = "en") -> Iterator[str]:
    """A byte order mark and the headings, then a line a row."""
    yield BOM + _csv_line([harmless(heading(column, language)) for column in sheet.columns])
    for row in rows:
        yield _csv_line([harmless(_text(row.get(column.name), column, language)) for column in sheet.columns])


def csv_bytes(sheet: Sheet, rows: Iterable[Row], language: str = "en") -> bytes:
    """The whole file."""
    return "".join(csv_chunks(sheet, rows, language)).encode()


def write_workbook(file: BinaryIO, tables: Sequence[tuple[Sheet, Iterable[Row]]], language: str = "en") -> None:
    """A sheet a table; rows are streamed."""
    book: Any = Workbook(write_only=True)
    for sheet, rows in tables:
        page = book.create_sheet(sheet.words.told(language)[:_TITLE] or sheet.name[:_TITLE])
        page.freeze_panes = "A2"
        for place, column in enumerate(sheet.columns, start=1):
            width = max(_WIDTHS[0], min(_WIDTHS[1], 2 * len(heading(column, language)) + 2))
            page.column_dimensions[get_column_letter(place)].width = width
            if column.kind is Kind.TEXT:
                page.column_dimensions[get_column_letter(place)].number_format = "@"
        page.append([_bold(page, heading(column, language)) for column in sheet.columns])
        for row in rows:
            page.append([_cell(page, row.get(column.name), column, language) for column in sheet.columns])
    book.save(file)


def workbook_bytes(tables: Sequence[tuple[Sheet, Iterable[Row]]], language: str = "en") -> bytes:
    """The whole workbook."""
    file = io.BytesIO()
    write_workbook(file, tables, language)
    return file.getvalue()


def heading(column: Column, language: str) -> str:
    """How a column is called; one that must be filled is marked."""
    return column.words.told(language) + ("*" if column.needed else "")


def _text(value: Cell | None, column: Column, language: str) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return _YES_NO["zh" if language.startswith("zh") else "en"][value]
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, date):  # a datetime too
        return value.isoformat()
    if column.kind is Kind.CHOICE:
        return next((one.words.told(language) for one in column.choices if one.value == value), str(value))
    return str(value)


def _cell(page: Any, value: Cell | None, column: Column, language: str) -> Any:
    if value is None or value == "":
        return None
    if isinstance(value, Decimal | int) and not isinstance(value, bool) and column.kind is not Kind.TEXT:
        digits = len(Decimal(value).as_tuple().digits)
        if digits <= DIGITS:
            return value
    if isinstance(value, date) and not isinstance(value, datetime):
        cell = WriteOnlyCell(page, value)
        cell.number_format = "yyyy-mm-dd"
        return cell
    cell = WriteOnlyCell(page)
    text = ILLEGAL_CHARACTERS_RE.sub("\ufffd", _text(value, column, language))  # XML 1.0 can't say them
    cell._value = text  # noqa: SLF001 - setting .value takes "=..." for a formula
    cell.data_type = "s"
    cell.number_format = "@"
    return cell


def _bold(page: Any, text: str) -> Any:
    cell = WriteOnlyCell(page)
    cell._value = ILLEGAL_CHARACTERS_RE.sub("\ufffd", text)  # noqa: SLF001 - as in _cell
    cell.data_type = "s"
    cell.font = Font(bold=True)
    return cell


def _csv_line(cells: list[str]) -> str:
    text = io.StringIO()
    csv.writer(text).writerow(cells)
    return text.getvalue()
