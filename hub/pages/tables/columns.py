"""Columns by what they hold: the usual ones in a line each."""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from hub.pages.speech import Speech
from hub.pages.tables.cells import Cell, Figure, moment_cell, number_cell, percent_cell, text_cell
from hub.pages.tables.define import Column, Kind

R = TypeVar("R")
Make = Callable[[R, Speech], Cell]


def words(name: str, title: str, read: Callable[[R], str], *, head: bool = False) -> Column[R]:
    """Plain words."""
    return Column(id=name, title=title, cell=lambda row, _: text_cell(read(row)), head=head)


def number(
    name: str,
    title: str,
    read: Callable[[R], Figure],
    digits: int = 0,
    uom: str = "",
    *,
    topic: str | None = None,
    falling: bool = False,
    head: bool = False,
) -> Column[R]:
    """Figures with so many decimals, in one unit."""
    return Column(
        id=name,
        title=title,
        cell=lambda row, speech: number_cell(speech, read(row), digits, uom),
        kind=Kind.NUMBER,
        help=topic,
        falling=falling,
        head=head,
    )


def share(
    name: str,
    title: str,
    read: Callable[[R], Figure],
    digits: int = 1,
    *,
    topic: str | None = None,
    falling: bool = False,
) -> Column[R]:
    """Shares as percent."""
    return Column(
        id=name,
        title=title,
        cell=lambda row, speech: percent_cell(speech, read(row), digits),
        kind=Kind.NUMBER,
        uom="%",
        help=topic,
        falling=falling,
    )


def moment(
    name: str,
    title: str,
    read: Callable[[R], datetime | None],
    zone: str,
    *,
    head: bool = False,
    shown: bool = True,
) -> Column[R]:
    """Times by the clock of ``zone``, the latest first when sorted."""
    return Column(
        id=name,
        title=title,
        cell=lambda row, speech: moment_cell(speech, read(row), zone),
        kind=Kind.MOMENT,
        falling=True,
        head=head,
        shown=shown,
    )


def made(
    name: str,
    title: str,
    cell: Make[R],
    kind: Kind = Kind.TEXT,
    *,
    topic: str | None = None,
    falling: bool = False,
    head: bool = False,
) -> Column[R]:
    """Cells that need more than one value of the row."""
    return Column(id=name, title=title, cell=cell, kind=kind, help=topic, falling=falling, head=head)
