"""The report of a unit: one sheet with what it is, what happened, what was measured, and whether to believe it."""

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from hub.api.access import UsesHub
from hub.ledger.log import verifier_key
from hub.page_paths import item_path
from hub.pages.after_sales.narrowed import folded
from hub.pages.after_sales.unit_facts import UnitFacts, unit_facts
from hub.pages.frame.navigation import Crumb
from hub.pages.page_code import code_of
from hub.pages.picture_rows import PictureRow
from hub.pages.routes import UsesPages
from hub.pages.speech import Speech
from hub.pages.templating import Pages
from hub.pages.unit_page import unit_context
from hub.parts import Hub
from traceability.identifier.item import item_uri, read_identity, unit_uri
from traceability.unit import Verdict

MOST_VALUES, MOST_NODES, MOST_RESULTS, MOST_CLAIMS, MOST_PICTURES = 10, 8, 9, 3, 3
"""So many lines of each fit on one sheet of A4 together."""

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@router.get("/report/01/{gtin}/21/{serial:path}")
def get_unit_report(gtin: str, serial: str, request: Request, hub: UsesHub, pages: UsesPages) -> Response:
    """Something to print, to sign, to put into a file."""
    return _report(unit_uri(gtin, serial), request, hub, pages)


@router.get("/report/item/{item:path}")
def get_item_report(item: str, request: Request, hub: UsesHub, pages: UsesPages) -> Response:
    """The same of a unit with an identity of its plant's own."""
    return _report(item_uri(read_identity(item)), request, hub, pages)


def _report(name: str, request: Request, hub: Hub, pages: Pages) -> Response:
    speech = pages.speech(request)
    with hub.store.reading() as connection:
        facts = unit_facts(connection, hub, name)
    context = report_context(facts, str(verifier_key(hub)), speech)
    context |= code_of(request, item_path(facts.view.item)) | {"made_at": hub.clock()}
    trail = (
        Crumb(speech.say("Find a unit"), "/search"),
        Crumb(facts.view.serial, item_path(facts.view.item)),
        Crumb(speech.say("Report")),
    )
    return pages.show(request, "report.html", context, trail=trail)


def report_context(facts: UnitFacts, log_key: str, speech: Speech) -> dict[str, Any]:
    """The worst and latest of everything, and how much more there is on the page."""
    whole = unit_context(facts, folded(facts.view.graph, None, None), None, log_key, speech)
    nearest = sorted(whole["genealogy"], key=lambda row: (abs(row.node.depth), -row.node.depth, row.node.label))
    return whole | {
        "rows": whole["measured"][:MOST_VALUES],
        "more_rows": max(0, len(whole["measured"]) - MOST_VALUES),
        "nodes": nearest[:MOST_NODES],
        "more_nodes": max(0, len(nearest) - MOST_NODES),
        "results": facts.view.results[-MOST_RESULTS:],
        "more_results": max(0, len(facts.view.results) - MOST_RESULTS),
        "shots": _telling(whole["pictures"]),
        "reported": facts.claims[:MOST_CLAIMS],
    }


def _telling(pictures: Sequence[PictureRow]) -> list[PictureRow]:
    """Those that are here and tell most: of what failed first, then the latest."""
    here = [row for row in reversed(pictures) if row.width]
    return sorted(here, key=lambda row: row.result.verdict is Verdict.OK)[:MOST_PICTURES]
