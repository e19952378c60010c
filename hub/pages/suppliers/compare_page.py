"""Up to four suppliers side by side: one line a figure, one column a supplier."""

from collections.abc import Callable, Sequence

import msgspec

from hub.pages.speech import Speech, mark
from hub.pages.suppliers.list_table import (
    final_cell,
    fresh_cell,
    level_cell,
    loss_cell,
    returned_cell,
    rolled_cell,
    trust_cell,
    weeks_cell,
    worst_key_cell,
)
from hub.pages.tables.cells import Cell, number_cell, text_cell
from hub.pages.tables.columns import made
from hub.pages.tables.define import Column, Definition, Empty, Kind
from hub.suppliers.views import SupplierRow

MOST_COMPARED = 4


class Line(msgspec.Struct, frozen=True):
    """One figure of every supplier."""

    title: str
    cell: Callable[[SupplierRow, Speech], Cell]


COMPARED: Sequence[Line] = (
    Line(mark("Level"), level_cell),
    Line(mark("RTY, %"), rolled_cell),
    Line(mark("RTY by week"), weeks_cell),
    Line(mark("worst key Cpk"), worst_key_cell),
    Line(mark("final acceptance, ppm"), final_cell),
    Line(mark("from the field, ppm"), returned_cell),
    Line(mark("losses, %"), loss_cell),
    Line(mark("open alarms"), lambda row, speech: number_cell(speech, row.open_alarms)),
    Line(mark("freshness"), fresh_cell),
    Line(mark("trust"), trust_cell),
)


def compare_table(rows: Sequence[SupplierRow], speech: Speech) -> Definition[Line]:
    """A column for each of ``rows``."""
    figure: Column[Line] = made("figure", mark("figure"), lambda line, said: text_cell(said.say(line.title)), head=True)
    return Definition(
        id="compared",
        title=mark("Suppliers compared"),
        columns=(figure, *(_column(row, place, speech) for place, row in enumerate(rows))),
        empty=Empty(mark("No supplier is chosen."), mark("Choose two to four suppliers to compare.")),
    )


def _column(row: SupplierRow, place: int, speech: Speech) -> Column[Line]:
    def cell(line: Line, said: Speech) -> Cell:
        return msgspec.structs.replace(line.cell(row, said), sort=None)

    return Column(id=f"s{place}", title=speech.named(row.plant), cell=cell, kind=Kind.TEXT)
