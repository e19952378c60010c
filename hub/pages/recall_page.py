"""The recall as a page to read and to print: where the goods are, what is affected, who did not share."""

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from hub.accounts.permission import Permission
from hub.api.access import UsesAsker, UsesHub
from hub.page_paths import RECALLS_PATH
from hub.pages.after_sales.question_address import AS_BEFORE, LONGEST_ADDRESS, recall_url
from hub.pages.after_sales.recall_chips import chips
from hub.pages.after_sales.recall_tables import destinations_table, makers_table, parts_table, place_of
from hub.pages.doubt_words import RECALL_STATES
from hub.pages.frame.navigation import Crumb
from hub.pages.routes import UsesPages
from hub.pages.speech import Speech
from hub.pages.tables.define import Filled
from hub.recall.answer import affected_page, items_at, recall_view
from hub.recall.question import Question
from hub.recall.routes import Managing, UsesRecalls
from hub.recall.views import Affected, RecallView
from hub.recall.whereabouts import Whereabouts
from hub.store.trace.recalls import RecallRow

SHOWN_ITEMS = 1_000

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
_ID = Annotated[str, Query(max_length=400)]


@router.get(RECALLS_PATH + "/{identity}")
def get_recall(  # noqa: PLR0917 - what the route needs
    identity: str,
    request: Request,
    hub: UsesHub,
    asker: UsesAsker,
    recalls: UsesRecalls,
    pages: UsesPages,
    *,
    party: _ID = "",
    site: _ID = "",
    shipped: bool = True,
) -> Response:
    """Which finished units, customers and sites does this reach? With ``party``: which are there?"""
    row = recalls.read(identity, asker=asker)
    at = Whereabouts(party, site, shipped) if party else None
    with hub.store.reading() as connection:
        view = recall_view(connection, row)
        items = (
            affected_page(connection, row, 0, SHOWN_ITEMS).items
            if at is None
            else items_at(connection, row, at, SHOWN_ITEMS)
        )
    speech = pages.speech(request)
    context = _context(row, view, items, at, speech) | {
        "own": recalls.is_own(identity, asker),
        "may_tell": asker.may_act and Permission.ACT in asker.permissions,
    }
    tables = (
        Filled(destinations_table(row.id), view.destinations),
        Filled(makers_table(), view.makers),
        Filled(parts_table(), view.parts),
    )
    trail = (Crumb(speech.say("Recall scope"), context["change_url"]), Crumb(speech.say("Answer")))
    return pages.show(request, "recall.html", context, tables=tables, trail=trail)


@router.post(RECALLS_PATH + "/{identity}/give-up")
def post_give_up(identity: str, acting: Managing, recalls: UsesRecalls) -> Response:
    """Let it be; what was reached stays to be read."""
    recalls.give_up(identity, acting.asker)
    return RedirectResponse(f"{RECALLS_PATH}/{identity}", status_code=303)


@router.post(RECALLS_PATH + "/{identity}/remove")
def post_remove(identity: str, acting: Managing, recalls: UsesRecalls) -> Response:
    """Take it from the list."""
    recalls.remove(identity, acting.asker)
    return RedirectResponse(RECALLS_PATH, status_code=303)


def _context(
    row: RecallRow, view: RecallView, items: tuple[Affected, ...], at: Whereabouts | None, speech: Speech
) -> dict[str, Any]:
    question = Question.model_validate(row.question)
    shown, more = chips(question, speech)
    chosen = next((one for one in view.destinations if at is not None and place_of(one) == at), None)
    whole = chosen.items if chosen else view.reached
    change = recall_url(question)
    place = {} if at is None else {"party": at.party, "site": at.site, "shipped": str(at.shipped).lower()}
    return {
        "view": view,
        "chips": shown,
        "more_chips": more,
        "change_url": change if len(change) <= LONGEST_ADDRESS else f"{RECALLS_PATH}?{urlencode({AS_BEFORE: row.id})}",
        "items": items,
        "chosen": chosen,
        "download": f"&{urlencode(place)}" if place else "",
        "left_out": max(0, whole - len(items)),
        "state": RECALL_STATES[view.state],
    }
