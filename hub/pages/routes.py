"""The pages' addresses. Each reads one snapshot of the store and hands views to a template."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from hub.alarm.views import alarm_page
from hub.api.access import UsesAsker, UsesHub
from hub.declaration.declare import declarations_of
from hub.fleet.home import home
from hub.ledger.log import verifier_key
from hub.page_paths import HOME_PATH, ITEMS_PATH, has_page, item_path
from hub.pages.alarm_rows import alarm_rows
from hub.pages.home_page import home_context
from hub.pages.page_code import page_code_context
from hub.pages.plant_page import plant_context
from hub.pages.templating import Pages
from hub.pages.unit_page import genealogy_context, unit_context
from hub.scorecard.assess import level_history
from hub.scorecard.plant import plant_view
from hub.search.find import LONGEST, search
from hub.store.alarm_queries import AlarmWanted
from hub.suppliers.routes import UsesSuppliers
from hub.trace.badge import evidence_summary
from hub.trace.item_routes import item_evidence_path
from hub.trace.line import plant_holds
from hub.trace.pages import lot_view, unit_view, view_of_lot, view_of_unit
from hub.trace.routes import evidence_path
from hub.trace.views import LotView
from traceability.identifier.item import ItemKind, item_uri, read_identity, unit_uri

LOT_PAGE = 100
MOST_ALARMS = 20

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


def pages_of(request: Request) -> Pages:
    """The pages that this application was made with."""
    pages = request.app.state.pages
    assert isinstance(pages, Pages)
    return pages


UsesPages = Annotated[Pages, Depends(pages_of)]


@router.get(HOME_PATH)
def get_home(request: Request, hub: UsesHub, asker: UsesAsker, desk: UsesSuppliers, pages: UsesPages) -> Response:
    """What is the state of my chain now?"""
    now, grades = hub.clock(), desk.grades(hub, asker)
    with hub.store.reading() as connection:
        view = home(connection, now, grades)
    return pages.answer(request, "home.html", home_context(view, grades, pages.speech(request)))


@router.get("/01/{gtin}/21/{serial:path}")
def get_unit(  # noqa: PLR0917 - what the route needs
    gtin: str, serial: str, request: Request, hub: UsesHub, asker: UsesAsker, desk: UsesSuppliers, pages: UsesPages
) -> Response:
    """What is this unit made of, what happened to it, and can I believe it?"""
    with hub.store.reading() as connection:
        summary = evidence_summary(connection, hub, unit_uri(gtin, serial), evidence_path(gtin, serial))
        view = unit_view(connection, gtin, serial, summary)
    grade = desk.grades(hub, asker).get(view.plant.id) if view.plant else None
    context = unit_context(view, grade, str(verifier_key(hub)), pages.speech(request)) | page_code_context(request)
    return pages.answer(request, "unit.html", context)


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
    with hub.store.reading() as connection:
        view = lot_view(connection, gtin, lot, offset=offset, limit=LOT_PAGE)
    return _lot_page(view, offset, request, pages)


def _lot_page(view: LotView, offset: int, request: Request, pages: Pages) -> Response:
    context = {"view": view, "offset": offset, "page": LOT_PAGE}
    return pages.answer(request, "lot.html", context | genealogy_context(view.graph, pages.speech(request)))


@router.get(f"{ITEMS_PATH}/{{item:path}}")
def get_item(  # noqa: PLR0917 - what the route needs
    item: str,
    request: Request,
    hub: UsesHub,
    asker: UsesAsker,
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
        with hub.store.reading() as connection:
            lot = view_of_lot(connection, name, offset=offset, limit=LOT_PAGE)
        return _lot_page(lot, offset, request, pages)
    with hub.store.reading() as connection:
        summary = evidence_summary(connection, hub, name, item_evidence_path(name))
        view = view_of_unit(connection, name, summary)
    grade = desk.grades(hub, asker).get(view.plant.id) if view.plant else None
    context = unit_context(view, grade, str(verifier_key(hub)), pages.speech(request)) | page_code_context(request)
    return pages.answer(request, "unit.html", context)


@router.get("/plants/{plant}")
def get_plant(plant: str, request: Request, hub: UsesHub, pages: UsesPages) -> Response:
    """Which Level, and what holds it there?"""
    with hub.store.reading() as connection:
        view = plant_view(connection, plant, hub.clock())
        holds = plant_holds(connection, plant)
        alarms = alarm_page(connection, AlarmWanted(plant=plant, open=True), offset=0, limit=MOST_ALARMS)
        history = {
            "level_history": level_history(connection, plant),
            "declarations": declarations_of(connection, plant),
        }
    speech = pages.speech(request)
    context = plant_context(view, speech) | {"open_holds": holds, "open_alarms": alarm_rows(alarms, speech)} | history
    return pages.answer(request, "plant.html", context)


@router.get("/search")
def get_search(request: Request, hub: UsesHub, pages: UsesPages, q: str = "") -> Response:
    """What is it that I typed or scanned? A single answer is opened at once."""
    with hub.store.reading() as connection:
        found = search(connection, q[:LONGEST])
    if len(found.hits) == 1 and found.hits[0].known:
        return RedirectResponse(found.hits[0].url, status_code=303)
    return pages.answer(request, "search.html", {"view": found, "query": q[:LONGEST]})
