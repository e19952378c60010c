"""The page of a lot: a part of where it went at a time, all of it as a file."""

from fastapi import Request
from starlette.responses import Response

from hub.pages.after_sales.narrowed import LEVELS_PARAMETER, WAY_PARAMETER, folded
from hub.pages.frame.address import address_of
from hub.pages.speech import Speech, mark
from hub.pages.tables.arrange import FORMAT_PARAMETER
from hub.pages.tables.cells import Cell, state_cell, text_cell
from hub.pages.tables.columns import made, moment, words
from hub.pages.tables.define import Definition, Empty, Filled, Kind
from hub.pages.tables.export import CSV, XLSX
from hub.pages.templating import PLANTS_OWN, Pages
from hub.pages.unit_page import genealogy_context
from hub.pages.words import word_for
from hub.parts import Hub
from hub.trace.pages import PAGE_LIMITS, view_of_lot
from hub.trace.views import LotUse
from traceability.genealogy import TraceLimits

LOT_PAGE = 100
MOST_IN_FILE = 100_000
NODES_PARAMETER, ALL_NODES = "nodes", "all"
FEW_NODES = TraceLimits(items=60)
"""A lot goes into hundreds of units that look alike; the first ones show how, the table below names them all."""


def lot_page(name: str, offset: int, request: Request, hub: Hub, pages: Pages) -> Response:
    """Where did this lot go?"""
    address, speech = address_of(request), pages.speech(request)
    in_file = address.get(FORMAT_PARAMETER) in (CSV, XLSX)
    every = address.get(NODES_PARAMETER) == ALL_NODES
    with hub.store.reading() as connection:
        view = view_of_lot(
            connection,
            name,
            offset=0 if in_file else offset,
            limit=MOST_IN_FILE if in_file else LOT_PAGE,
            limits=PAGE_LIMITS if every else FEW_NODES,
        )
    shown = folded(view.graph, address.get(WAY_PARAMETER), address.get(LEVELS_PARAMETER))
    context = {
        "view": view,
        "offset": offset,
        "page": LOT_PAGE,
        "more_nodes": view.graph.truncated and not every,
        "most_nodes": PAGE_LIMITS.items,
    }
    tables = (Filled(uses_table(), view.uses),) if in_file else ()
    return pages.show(request, "lot.html", context | genealogy_context(shown, speech), tables=tables)


def uses_table() -> Definition[LotUse]:
    """One line a use, the latest first."""
    return Definition(
        id="uses",
        title=mark("Where it went, latest first"),
        columns=(
            made("unit", mark("serial"), lambda row, _: text_cell(row.label, url=row.url), head=True),
            words("item", mark("identity"), lambda row: row.item),
            made("part", mark("part"), lambda row, speech: text_cell(speech.named(row.part))),
            made("plant", mark("plant"), lambda row, speech: text_cell(speech.named(row.plant))),
            made("company", mark("company"), lambda row, speech: text_cell(speech.named(row.organisation))),
            made("verdict", mark("verdict"), _verdict, Kind.STATE),
            words("operation", mark("operation"), lambda row: row.operation or ""),
            words("position", mark("position"), lambda row: row.position or ""),
            words("quantity", mark("quantity"), lambda row: row.quantity or ""),
            words("uom", mark("unit of measure"), lambda row: row.uom or ""),
            moment("time", mark("time"), lambda row: row.event_time, PLANTS_OWN),
        ),
        empty=Empty(mark("Nothing was made from this lot yet.")),
        page=LOT_PAGE,
    )


def _verdict(row: LotUse, speech: Speech) -> Cell:
    return text_cell("") if row.verdict is None else state_cell(speech.say(word_for(row.verdict)), "", 0)
