"""A table as it is shown: sorted and turned as the address says, so that it works without scripts and can be linked to.

``ID.sort=NAME`` sorts by a column, ``ID.sort=-NAME`` the other way, ``ID.from=N`` begins at a row.
"""

from typing import Any

import msgspec

from hub.pages.frame.address import Address
from hub.pages.frame.help_text import HelpText
from hub.pages.frame.help_texts import help_of
from hub.pages.speech import Speech
from hub.pages.tables.cells import Cell
from hub.pages.tables.define import Column, Filled, Kind

FORMAT_PARAMETER, TABLE_PARAMETER = "format", "table"


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """A column's head; ``direction`` is how it is sorted now, '' when it is not."""

    id: str
    title: str
    kind: Kind
    uom: str
    help: HelpText | None
    help_id: str
    sort_url: str | None
    direction: str
    names_row: bool


class TableView(msgspec.Struct, frozen=True, kw_only=True):
    """What the macro ``data_table`` draws."""

    id: str
    title: str
    heads: tuple[Head, ...]
    rows: tuple[tuple[Cell, ...], ...]
    first: int
    total: int
    earlier_url: str | None
    later_url: str | None
    csv_url: str
    xlsx_url: str
    empty: str
    advice: str
    cards: bool


def arranged(filled: Filled, address: Address, speech: Speech) -> TableView:
    """The part of the table that the address asks for."""
    definition = filled.definition
    rows = sorted_rows(filled, address, speech)
    first = min(_from(address, definition.id), max(0, len(rows) - 1)) // definition.page * definition.page
    last = first + definition.page
    turn = f"{definition.id}.from"
    return TableView(
        id=definition.id,
        title=speech.say(definition.title),
        heads=tuple(_head(column, filled, address, speech) for column in definition.columns if column.shown),
        rows=tuple(_shown(row, filled) for row in rows[first:last]),
        first=first,
        total=len(rows),
        earlier_url=address.with_((turn, str(first - definition.page) or None)) if first else None,
        later_url=address.with_((turn, str(last))) if last < len(rows) else None,
        csv_url=_export_url(address, definition.id, "csv"),
        xlsx_url=_export_url(address, definition.id, "xlsx"),
        empty=speech.say(definition.empty.text),
        advice=speech.say(definition.empty.advice) if definition.empty.advice else "",
        cards=definition.cards,
    )


def sorted_rows(filled: Filled, address: Address, speech: Speech) -> list[tuple[Cell, ...]]:
    """Every row, in the order asked for; equal ones, and those without the figure, stay as they were."""
    columns = filled.definition.columns
    rows = [tuple(column.cell(row, speech) for column in columns) for row in filled.rows]
    asked = address.get(f"{filled.definition.id}.sort") or ""
    place = next((n for n, column in enumerate(columns) if column.id == asked.lstrip("-")), None)
    if place is None or columns[place].picture:
        return rows
    known = [row for row in rows if row[place].sort is not None]
    known.sort(key=lambda row: _key(row[place]), reverse=asked.startswith("-"))
    return known + [row for row in rows if row[place].sort is None]


def _shown(row: tuple[Cell, ...], filled: Filled) -> tuple[Cell, ...]:
    return tuple(cell for cell, column in zip(row, filled.definition.columns, strict=True) if column.shown)


def _key(cell: Cell) -> tuple[bool, float, str]:
    return (isinstance(cell.sort, str), *((0.0, cell.sort) if isinstance(cell.sort, str) else (cell.sort or 0.0, "")))


def _head(column: Column[Any], filled: Filled, address: Address, speech: Speech) -> Head:
    asked = address.get(f"{filled.definition.id}.sort") or ""
    now = ("descending" if asked.startswith("-") else "ascending") if asked.lstrip("-") == column.id else ""
    falling = now == "ascending" or (not now and column.falling)
    name = f"{filled.definition.id}.sort"
    changes = ((name, f"-{column.id}" if falling else column.id), (f"{filled.definition.id}.from", None))
    return Head(
        id=column.id,
        title=speech.say(column.title),
        kind=column.kind,
        uom=column.uom,
        help=help_of(column.help) if column.help else None,
        help_id=f"help-{filled.definition.id}-{column.id}",
        sort_url=None
        if column.picture or len(filled.rows) < 2
        else f"{address.with_(*changes)}#{filled.definition.id}",
        direction=now,
        names_row=column.head,
    )


def _from(address: Address, table: str) -> int:
    text = address.get(f"{table}.from") or "0"
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _export_url(address: Address, table: str, kind: str) -> str:
    return address.with_((TABLE_PARAMETER, table), (FORMAT_PARAMETER, kind))
