"""The same table as a file: CSV or Excel, in the order in which it is shown, all rows of it."""

import re
from collections.abc import Mapping

from starlette.responses import Response

from hub.api.table_file import table_file
from hub.pages.frame.address import Address
from hub.pages.speech import Speech
from hub.pages.tables.arrange import sorted_rows
from hub.pages.tables.cells import UNBROKEN, Cell
from hub.pages.tables.define import Column, Filled
from hub.pages.tables.define import Kind as Shown
from hub.tabular.sheet import Column as SheetColumn
from hub.tabular.sheet import Kind, Sheet
from hub.tabular.words import Words

CSV, XLSX = "csv", "xlsx"
_KINDS = {Shown.TEXT: Kind.TEXT, Shown.STATE: Kind.TEXT, Shown.NUMBER: Kind.NUMBER, Shown.MOMENT: Kind.INSTANT}
_BESIDE = ".beside"
_NOT_IN_TITLES = re.compile(r"[\[\]:*?/\\]")


def exported(filled: Filled, kind: str, address: Address, speech: Speech) -> Response:
    """The file; what stands below a figure (its n and its interval) is a column of its own."""
    sheet, rows = sheet_of(filled, address, speech)
    return table_file(sheet, rows, kind, speech.language.value, filled.definition.id)


def sheet_of(filled: Filled, address: Address, speech: Speech) -> tuple[Sheet, list[Mapping[str, object]]]:
    """The table as rooms exchange it."""
    rows = sorted_rows(filled, address, speech)
    kept = [(place, column) for place, column in enumerate(filled.definition.columns) if not column.picture]
    told = {place for place, _ in kept if any(row[place].beside for row in rows)}
    columns: list[SheetColumn] = []
    for place, column in kept:
        uoms = {row[place].uom for row in rows if row[place].uom}
        columns.append(_column(column, speech, uoms))
        if place in told:
            title = f"{columns[-1].words.en} – {speech.say('basis')}"
            columns.append(SheetColumn(column.id + _BESIDE, Words(title, title)))
    title = _NOT_IN_TITLES.sub(" ", speech.say(filled.definition.title))
    sheet = Sheet(name=filled.definition.id, words=Words(title, title), columns=tuple(columns))
    return sheet, [_row(row, kept, told) for row in rows]


def _column(column: Column[object], speech: Speech, uoms: set[str]) -> SheetColumn:
    """With the unit in its head where it is the same in every row."""
    title = speech.say(column.title)
    uom = column.uom or (next(iter(uoms)) if len(uoms) == 1 else "")
    if column.kind is Shown.NUMBER and uom:
        title = f"{title}, {uom}"
    return SheetColumn(column.id, Words(title, title), kind=_KINDS[column.kind])


def _row(row: tuple[Cell, ...], kept: list[tuple[int, Column[object]]], told: set[int]) -> Mapping[str, object]:
    cells: dict[str, object] = {}
    for place, column in kept:
        cells[column.id] = row[place].raw
        if place in told:
            cells[column.id + _BESIDE] = row[place].beside.replace(UNBROKEN, " ") or None
    return cells
