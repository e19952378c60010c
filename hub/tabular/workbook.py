"""Tables as sheets of an Excel workbook, streamed by openpyxl."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, BinaryIO

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from hub.tabular.cells import DIGITS
from hub.tabular.problem import Cell
from hub.tabular.sheet import Column, Kind, Sheet
from hub.tabular.worded import heading, text_of

_WIDTHS = (10, 40)
_TITLE = 31
"""Characters of a sheet's name (Excel)."""


def write(file: BinaryIO, tables: Sequence[tuple[Sheet, Iterable[Mapping[str, Cell | None]]]], language: str) -> None:
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
    text = ILLEGAL_CHARACTERS_RE.sub("\ufffd", text_of(value, column, language))  # XML 1.0 can't say them
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
