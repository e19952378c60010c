"""A table as it is shown: sorted and turned as the address says, so that it works without scripts and can be linked to.

``ID.sort=NAME`` sorts by a column, ``ID.sort=-NAME`` the other way, ``ID.from=N`` begins at a row.
"""

from collections.abc import Sequence
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
    label: str
    is_number: bool


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
    total = len(filled.rows)
    first = min(_from(address, definition.id), max(0, total - 1)) // definition.page * definition.page
    last = first + definition.page
    rows = _ordered(filled, address, speech)[first:last]
    turn = f"{definition.id}.from"
    return TableView(
        id=definition.id,
        title=speech.say(definition.title),
        heads=tuple(_head(column, filled, address, speech) for column in definition.columns if column.shown),
        rows=tuple(_shown(row, filled, speech) for row in rows),
        first=first,
        total=total,
        earlier_url=address.with_((turn, str(first - definition.page) or None)) if first else None,
        later_url=address.with_((turn, str(last))) if last < total else None,
        csv_url=_export_url(address, definition.id, "csv"),
        xlsx_url=_export_url(address, definition.id, "xlsx"),
        empty=speech.say(definition.empty.text),
        advice=speech.say(definition.empty.advice) if definition.empty.advice else "",
        cards=definition.cards,
    )


def sorted_rows(filled: Filled, address: Address, speech: Speech) -> list[tuple[Cell, ...]]:
    """Every row, in the order asked for; equal ones, and those without the figure, stay as they were."""
    columns = filled.definition.columns
    return [tuple(column.cell(row, speech) for column in columns) for row in _ordered(filled, address, speech)]


def _ordered(filled: Filled, address: Address, speech: Speech) -> Sequence[Any]:
    """What the rows are made of, in that order: of rows that are not shown only the cell sorted by is made."""
    columns = filled.definition.columns
    asked = address.get(f"{filled.definition.id}.sort") or ""
    by = next((column for column in columns if column.id == asked.lstrip("-")), None)
    if by is None or by.picture:
        return filled.rows
    cells = [(by.cell(row, speech), row) for row in filled.rows]
    known = [pair for pair in cells if pair[0].sort is not None]
    known.sort(key=lambda pair: _key(pair[0]), reverse=asked.startswith("-"))
    return [row for _, row in known] + [row for cell, row in cells if cell.sort is None]


def _shown(row: Any, filled: Filled, speech: Speech) -> tuple[Cell, ...]:
    return tuple(column.cell(row, speech) for column in filled.definition.columns if column.shown)


def _key(cell: Cell) -> tuple[bool, float, str]:
    return (isinstance(cell.sort, str), *((0.0, cell.sort) if isinstance(cell.sort, str) else (cell.sort or 0.0, "")))


def _head(column: Column[Any], filled: Filled, address: Address, speech: Speech) -> Head:
    asked = address.get(f"{filled.definition.id}.sort") or ""
    now = ("descending" if asked.startswith("-") else "ascending") if asked.lstrip("-") == column.id else ""
    falling = now == "ascending" or (not now and column.falling)
    name = f"{filled.definition.id}.sort"
    changes = ((name, f"-{column.id}" if falling else column.id), (f"{filled.definition.id}.from", None))
    title = speech.say(column.title)
    return Head(
        id=column.id,
        title=title,
        kind=column.kind,
        uom=column.uom,
        help=help_of(column.help) if column.help else None,
        help_id=f"help-{filled.definition.id}-{column.id}",
        sort_url=None
        if column.picture or len(filled.rows) < 2
        else f"{address.with_(*changes)}#{filled.definition.id}",
        direction=now,
        names_row=column.head,
        label=title if len(title) < 2 else title[:1].upper() + title[1:],
        is_number=column.kind is Kind.NUMBER,
    )


def _from(address: Address, table: str) -> int:
    text = address.get(f"{table}.from") or "0"
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _export_url(address: Address, table: str, kind: str) -> str:
    return address.with_((TABLE_PARAMETER, table), (FORMAT_PARAMETER, kind))
