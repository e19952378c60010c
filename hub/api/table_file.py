"""Tables as files: CSV or Excel, the same answer from every room that gives tables away."""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any

from fastapi import Response

from hub.tabular.sheet import Sheet
from hub.tabular.writing import csv_bytes, workbook_bytes

CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FILE = {"schema": {"type": "string", "format": "binary"}}
TABLE_FILE: dict[int | str, dict[str, Any]] = {
    200: {"description": "A table", "content": {"text/csv": _FILE, XLSX_TYPE: _FILE}}
}
"""The ``responses`` of a route that answers with ``table_file``."""


class Form(StrEnum):
    """Of a download."""

    CSV = "csv"
    XLSX = "xlsx"


class Language(StrEnum):
    """Of a download's headings."""

    EN = "en"
    ZH = "zh"


def table_file(
    sheet: Sheet, rows: Sequence[Mapping[str, object]], form: str, language: str, name: str = ""
) -> Response:
    """One table in ``form``, named ``name`` or as the sheet; nobody in between keeps it."""
    if form == Form.XLSX:
        return workbook_file([(sheet, rows)], language, name or sheet.name)
    return download(csv_bytes(sheet, rows, language), CSV_TYPE, f"{name or sheet.name}.csv")


def workbook_file(tables: Iterable[tuple[Sheet, Sequence[Mapping[str, object]]]], language: str, name: str) -> Response:
    """Several tables as one workbook."""
    return download(workbook_bytes(list(tables), language), XLSX_TYPE, f"{name}.xlsx")


def download(content: bytes, media_type: str, name: str) -> Response:
    """A file to keep, under a name; what is in it depends on who asked."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return Response(content, media_type=media_type, headers=headers)
