"""The pages' addresses. Each reads one snapshot of the store and hands views to a template."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from hub.alarm.views import alarm_page
from hub.api.access import UsesAsker, UsesHub, whole_hub
from hub.declaration.declare import declarations_of
from hub.fleet.activity import ActivityDesk
from hub.fleet.home import home
from hub.fleet.line_plans import plans_that_differ
from hub.ledger.log import verifier_key
from hub.notify.mailbox import unread_of
from hub.page_paths import HOME_PATH, ITEMS_PATH, has_page, item_path
from hub.pages.after_sales.lot_page import lot_page
from hub.pages.after_sales.narrowed import LEVELS_PARAMETER, WAY_PARAMETER, folded
from hub.pages.after_sales.unit_facts import unit_facts
from hub.pages.alarm_rows import alarm_rows
from hub.pages.frame.navigation import Crumb
from hub.pages.home_page import home_context
from hub.pages.page_code import page_code_context
from hub.pages.plant_page import plant_context
from hub.pages.plants.as_built_page import unit_tables
from hub.pages.templating import Pages
from hub.pages.unit_page import unit_context
from hub.parts import Hub
from hub.scorecard.assess import level_history
from hub.scorecard.routes import UsesCards
from hub.search.find import LONGEST, search
from hub.store.mail.alarms import AlarmWanted
from hub.store.master.queries import read_master
from hub.suppliers.desk import SupplierDesk
from hub.suppliers.routes import UsesSuppliers
from hub.trace.line import plant_holds
from traceability.identifier.item import ItemKind, item_uri, lot_uri, read_identity, unit_uri

MOST_ALARMS = 20

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


def pages_of(request: Request) -> Pages:
    """The pages that this application was made with."""
    pages = request.app.state.pages
    assert isinstance(pages, Pages)
    return pages


def framed_pages(request: Request, asker: UsesAsker) -> Pages:
    """The pages; for their frame it is counted what a reader with an account has not read."""
    if asker.person is not None:
        request.state.unread = unread_of(whole_hub(request), asker).unread
    return pages_of(request)


def activity_of(request: Request) -> ActivityDesk:
    """Who keeps the counts of this application."""
    desk = request.app.state.activity
    assert isinstance(desk, ActivityDesk)
    return desk


UsesPages = Annotated[Pages, Depends(framed_pages)]


@router.get(HOME_PATH)
def get_home(request: Request, hub: UsesHub, asker: UsesAsker, desk: UsesSuppliers, pages: UsesPages) -> Response:
    """What is the state of my chain now?"""
    now, grades = hub.clock(), desk.grades(hub, asker)
    with hub.store.reading() as connection:
        view = home(connection, now, grades, activity=activity_of(request).activity(connection, hub, asker))
    return pages.answer(request, "home.html", home_context(view, grades, pages.speech(request)))


@router.get("/01/{gtin}/21/{serial:path}")
def get_unit(  # noqa: PLR0917 - what the route needs
    gtin: str, serial: str, request: Request, hub: UsesHub, desk: UsesSuppliers, pages: UsesPages
) -> Response:
    """What is this unit made of, what happened to it, and can I believe it?"""
    return _unit_page(unit_uri(gtin, serial), request, hub, desk, pages)


def _unit_page(name: str, request: Request, hub: Hub, desk: SupplierDesk, pages: Pages) -> Response:
    speech, asked = pages.speech(request), request.query_params
    with hub.store.reading() as connection:
        facts = unit_facts(connection, hub, name)
    view = facts.view
    grade = desk.grades(hub, request.state.asker).get(view.plant.id) if view.plant else None
    shown = folded(view.graph, asked.get(WAY_PARAMETER), asked.get(LEVELS_PARAMETER))
    context = unit_context(facts, shown, grade, str(verifier_key(hub)), speech)
    trail = (Crumb(speech.say("Find a unit"), "/search"), Crumb(view.serial))
    tables = unit_tables(view.against_plan)
    return pages.show(request, "unit.html", context | page_code_context(request), tables=tables, trail=trail)


@router.get("/01/{gtin}/10/{lot:path}")
def get_lot(
    gtin: str,
    lot: str,
    request: Request,
    hub: UsesHub,
    pages: UsesPages,
    *,
    offset: Annotated[int, Query(ge=0, le=1_000_000_000)] = 0,
) -> Response:
    """Where did this lot go?"""
    return lot_page(lot_uri(gtin, lot), offset, request, hub, pages)


@router.get(f"{ITEMS_PATH}/{{item:path}}")
def get_item(
    item: str,
    request: Request,
    hub: UsesHub,
    desk: UsesSuppliers,
    pages: UsesPages,
    *,
    offset: Annotated[int, Query(ge=0, le=1_000_000_000)] = 0,
) -> Response:
    """A unit or lot by an identity without a GTIN; one that has one stands under its Digital Link."""
    named = read_identity(item)
    name = item_uri(named)
    if named.gtin and has_page(name):
        return RedirectResponse(item_path(name), status_code=303)
    if named.kind is ItemKind.LOT:
        return lot_page(name, offset, request, hub, pages)
    return _unit_page(name, request, hub, desk, pages)


@router.get("/plants/{plant}")
def get_plant(
    plant: str, request: Request, hub: UsesHub, asker: UsesAsker, *, cards: UsesCards, pages: UsesPages
) -> Response:
    """Which Level, and what holds it there?"""
    view = cards.view(hub, asker, plant)
    with hub.store.reading() as connection:
        holds = plant_holds(connection, plant)
        differ = plans_that_differ(connection, read_master(connection), hub.clock(), plant)
        alarms = alarm_page(connection, AlarmWanted(plant=plant, open=True), offset=0, limit=MOST_ALARMS)
        history = {
            "level_history": level_history(connection, plant),
            "declarations": declarations_of(connection, plant),
            "plans_differ": tuple(differ.values()),
        }
    speech = pages.speech(request)
    context = plant_context(view, speech) | {"open_holds": holds, "open_alarms": alarm_rows(alarms, speech)} | history
    return pages.answer(request, "plant.html", context)


@router.get("/search")
def get_search(
    request: Request,
    hub: UsesHub,
    pages: UsesPages,
    q: str = "",
    *,
    before: Annotated[int | None, Query(ge=0, le=2**62)] = None,
) -> Response:
    """What is it that I typed or scanned? A single answer is opened at once."""
    with hub.store.reading() as connection:
        found = search(connection, q[:LONGEST], before=before)
    if before is None and len(found.hits) == 1 and found.hits[0].known:
        return RedirectResponse(found.hits[0].url, status_code=303)
    return pages.answer(request, "search.html", {"view": found, "query": q[:LONGEST], "further": before is not None})
