"""Addresses of how further lots are inspected, what is agreed to be inspected, and what slipped through."""

from collections.abc import Callable, Sequence
from typing import Any

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, RedirectResponse, Response

from hub.accounts.asker import Asker
from hub.api.access import AdminOnly, UsesAsker, UsesHub
from hub.errors import EntryRefused
from hub.incoming.agreed import enter_plan, plans_known
from hub.incoming.answers import agreed
from hub.incoming.board import SupplyView, supplies
from hub.incoming.decide import enter_escape, enter_switch
from hub.incoming.escapes import escapes
from hub.page_paths import PLANTS_PATH, incoming_path
from hub.pages.eyes import to_show
from hub.pages.frame.navigation import Crumb
from hub.pages.incoming.board_page import names_of
from hub.pages.incoming.sent import (
    CHARACTERISTIC_ROWS,
    Given,
    given_by,
    read_escape,
    read_plan,
    read_switch,
)
from hub.pages.incoming.tables import Names, escapes_table, plans_table, supplies_table
from hub.pages.plants.entering import DONE, may_enter, plant_trail, refused
from hub.pages.routes import UsesPages
from hub.pages.speech import mark
from hub.pages.tables.define import Filled
from hub.pages.templating import Pages
from hub.parts import Hub
from hub.store.core.database import Reading
from hub.suppliers.asked import plant_entry
from traceability.quality.sampling_plan.letters import InspectionLevel
from traceability.record.incoming import Decision, FoundIn

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
_PATH = PLANTS_PATH + "/{plant}/incoming"
SUPPLIES, PLANS, ESCAPES = "supplies", "plans", "escapes"
_TITLES = {SUPPLIES: mark("Suppliers' parts"), PLANS: mark("Inspection plans"), ESCAPES: mark("Escapes")}
Shown = tuple[Sequence[Filled], dict[str, Any]]


@router.get(_PATH + "/supplies")
def get_supplies_page(plant: str, request: Request, hub: UsesHub, asker: UsesAsker, pages: UsesPages) -> Response:
    """How does each supplier's part do, and how is the next lot inspected?"""
    return _page(SUPPLIES, plant, request, hub, asker, pages)


@router.get(_PATH + "/plans")
def get_plans_page(plant: str, request: Request, hub: UsesHub, asker: UsesAsker, pages: UsesPages) -> Response:
    """What is agreed to be inspected?"""
    return _page(PLANS, plant, request, hub, asker, pages)


@router.get(_PATH + "/escapes")
def get_escapes_page(plant: str, request: Request, hub: UsesHub, asker: UsesAsker, pages: UsesPages) -> Response:
    """What slipped through, and which receipt brought it?"""
    return _page(ESCAPES, plant, request, hub, asker, pages)


@router.post(_PATH + "/supplies", dependencies=[AdminOnly])
async def post_switch(plant: str, request: Request, hub: UsesHub, asker: UsesAsker, pages: UsesPages) -> Response:
    """Decide how further lots are inspected."""
    given = {"decided_on": hub.clock().date().isoformat()} | given_by(await request.form())

    def enter() -> object:
        return enter_switch(hub, plant, read_switch(given, asker.signature))

    return await run_in_threadpool(_entered, enter, SUPPLIES, plant, request, hub, asker, pages, given)


@router.post(_PATH + "/plans", dependencies=[AdminOnly])
async def post_plan(plant: str, request: Request, hub: UsesHub, asker: UsesAsker, pages: UsesPages) -> Response:
    """State what is inspected of a part from a day on."""
    given = given_by(await request.form())

    def enter() -> object:
        return enter_plan(hub, plant, read_plan(given, asker.signature))

    return await run_in_threadpool(_entered, enter, PLANS, plant, request, hub, asker, pages, given)


@router.post(_PATH + "/escapes", dependencies=[AdminOnly])
async def post_escape(plant: str, request: Request, hub: UsesHub, asker: UsesAsker, pages: UsesPages) -> Response:
    """Enter that something received turned out defective."""
    given = given_by(await request.form())

    def enter() -> object:
        return enter_escape(hub, plant, read_escape(given, asker.signature))

    return await run_in_threadpool(_entered, enter, ESCAPES, plant, request, hub, asker, pages, given)


def _entered(  # noqa: PLR0917 - what the answer needs
    enter: Callable[[], object],
    which: str,
    plant: str,
    request: Request,
    hub: Hub,
    asker: Asker,
    pages: Pages,
    given: Given,
) -> Response:
    try:
        enter()
    except EntryRefused as error:
        return _page(which, plant, request, hub, asker, pages, trouble=str(error), given=given)
    return RedirectResponse(f"{incoming_path(plant)}/{which}?{DONE}=1#said", status_code=303)


def _page(  # noqa: PLR0917 - what the page needs
    which: str,
    plant: str,
    request: Request,
    hub: Hub,
    asker: Asker,
    pages: Pages,
    *,
    trouble: str = "",
    given: Given | None = None,
) -> Response:
    speech = pages.speech(request)
    seen = to_show(request, hub, asker)
    with seen.store.reading() as connection:
        entry = plant_entry(connection, plant)
        enters = may_enter(connection, asker, plant)
        tables, more = _SHOWN[which](seen, connection, plant, request)
    context = more | {
        "which": which,
        "title": speech.say(_TITLES[which]),
        "plant": entry.named,
        "path": incoming_path(plant),
        "enters": enters,
        "trouble": trouble,
        "done": bool(request.query_params.get(DONE)),
        "given": given or {},
        "today": hub.clock().date().isoformat(),
        "rows": range(CHARACTERISTIC_ROWS),
        "levels": tuple(level.value for level in InspectionLevel),
        "found_in": tuple(FoundIn),
    }
    *above, _ = plant_trail(entry.named, "", speech)
    trail = (*above, Crumb(speech.say("Incoming"), incoming_path(plant)), Crumb(context["title"]))
    return refused(pages.show(request, "incoming_more.html", context, tables=tables, trail=trail), trouble)


def _supplies(hub: Hub, connection: Reading, plant: str, request: Request) -> Shown:
    found = supplies(hub, connection, plant, hub.clock().date())
    names = names_of(connection, {one.part for one in found})
    asked = request.query_params
    chosen = next(
        (one for one in found if (one.supplier, one.part) == (asked.get("supplier"), asked.get("part"))), None
    )
    more = {"chosen": chosen, "decisions": _decisions(chosen), "names": names}
    return (Filled(supplies_table(names, f"{incoming_path(plant)}/{SUPPLIES}"), found),), more


def _decisions(chosen: SupplyView | None) -> tuple[Decision, ...]:
    """What would change something."""
    states = () if chosen is None else chosen.switching
    possible = {
        Decision.REDUCE: any(one.may_reduce for one in states),
        Decision.RESUME: any(one.discontinued for one in states),
        Decision.IRREGULAR: any(one.severity == "reduced" for one in states),
    }
    return tuple(decision for decision, possible_now in possible.items() if possible_now)


def _plans(_hub: Hub, connection: Reading, plant: str, _request: Request) -> Shown:
    found = [agreed(one) for one in plans_known(connection, plant)][::-1]
    names = names_of(connection, {one.part for one in found})
    return (Filled(plans_table(names), found),), {"companies": _companies(names)}


def _escapes(_hub: Hub, connection: Reading, plant: str, _request: Request) -> Shown:
    found = escapes(connection, plant)[::-1]
    names = names_of(connection, {each.part for one in found for each in one.receipts})
    return (Filled(escapes_table(names, plant), found),), {}


def _companies(names: Names) -> list[Any]:
    return sorted(names.companies.values(), key=lambda one: one.name)


_SHOWN: dict[str, Callable[[Hub, Reading, str, Request], Shown]] = {
    SUPPLIES: _supplies,
    PLANS: _plans,
    ESCAPES: _escapes,
}
