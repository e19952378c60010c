"""Addresses of what comes in at a plant. What the pages show, ``/api/v1/plants/{plant}/incoming`` answers, too."""

from collections.abc import Callable

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, RedirectResponse, Response

from hub.accounts.asker import Asker
from hub.api.access import AdminOnly, UsesAsker, UsesHub
from hub.errors import EntryRefused
from hub.incoming.decide import enter_lot_decision
from hub.incoming.inspect import enter_inspection
from hub.incoming.receive import enter_receipt
from hub.page_paths import PLANTS_PATH, incoming_path, receipt_path
from hub.pages.eyes import to_show
from hub.pages.frame.navigation import Crumb
from hub.pages.incoming.board_page import arrived, board_tables, context_of, filled_in
from hub.pages.incoming.receipt_page import receipt_context
from hub.pages.incoming.sent import Given, given_by, read_decision, read_inspection, read_receipt
from hub.pages.plants.entering import DONE, may_enter, plant_trail, refused
from hub.pages.routes import UsesPages
from hub.pages.templating import Pages
from hub.parts import Hub
from hub.suppliers.asked import plant_entry

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
_PATH = PLANTS_PATH + "/{plant}/incoming"
_RECEIPT = _PATH + "/receipts/{receipt}"


@router.get(_PATH)
def get_incoming_page(  # noqa: PLR0917 - what the route needs
    plant: str,
    request: Request,
    hub: UsesHub,
    asker: UsesAsker,
    pages: UsesPages,
    shipment: str = "",
    supplier: str = "",
) -> Response:
    """What is expected, what waits, what is in quarantine?"""
    return _board(plant, request, hub, asker, pages, shipment=shipment[:200], supplier=supplier[:200])


@router.post(_PATH, dependencies=[AdminOnly])
async def post_receipt(plant: str, request: Request, hub: UsesHub, asker: UsesAsker, pages: UsesPages) -> Response:
    """Receive what was scanned."""
    given = given_by(await request.form())

    def enter() -> Response:
        try:
            identity = enter_receipt(hub, plant, read_receipt(given, asker.signature))
        except EntryRefused as error:
            return _board(plant, request, hub, asker, pages, trouble=str(error), given=given)
        return RedirectResponse(f"{receipt_path(plant, identity)}?{DONE}=1", status_code=303)

    return await run_in_threadpool(enter)


@router.get(_RECEIPT)
def get_receipt_page(  # noqa: PLR0917 - what the route needs
    plant: str, receipt: str, request: Request, hub: UsesHub, asker: UsesAsker, pages: UsesPages
) -> Response:
    """What came, by which plan is it judged, and what became of it?"""
    return _receipt(plant, receipt, request, hub, asker, pages)


@router.post(_RECEIPT + "/inspections", dependencies=[AdminOnly])
async def post_inspection(  # noqa: PLR0917 - what the route needs
    plant: str, receipt: str, request: Request, hub: UsesHub, asker: UsesAsker, pages: UsesPages
) -> Response:
    """Judge a lot by what was found."""
    given = given_by(await request.form())
    given = {"inspected_on": hub.clock().date().isoformat()} | given

    def enter() -> object:
        return enter_inspection(hub, plant, receipt, read_inspection(given, asker.signature))

    return await run_in_threadpool(_entered, enter, plant, receipt, request, hub, asker, pages, given)


@router.post(_RECEIPT + "/decisions", dependencies=[AdminOnly])
async def post_decision(  # noqa: PLR0917 - what the route needs
    plant: str, receipt: str, request: Request, hub: UsesHub, asker: UsesAsker, pages: UsesPages
) -> Response:
    """Release, hold again, send back or scrap a lot."""
    given = given_by(await request.form())
    given = {"decided_on": hub.clock().date().isoformat()} | given

    def enter() -> object:
        return enter_lot_decision(hub, plant, receipt, read_decision(given, asker.signature))

    return await run_in_threadpool(_entered, enter, plant, receipt, request, hub, asker, pages, given)


def _entered(  # noqa: PLR0917 - what the answer needs
    enter: Callable[[], object],
    plant: str,
    receipt: str,
    request: Request,
    hub: Hub,
    asker: Asker,
    pages: Pages,
    given: Given,
) -> Response:
    try:
        enter()
    except EntryRefused as error:
        return _receipt(plant, receipt, request, hub, asker, pages, trouble=str(error), given=given)
    return RedirectResponse(f"{receipt_path(plant, receipt)}?{DONE}=1#said", status_code=303)


def _board(
    plant: str,
    request: Request,
    hub: Hub,
    asker: Asker,
    pages: Pages,
    *,
    trouble: str = "",
    given: Given | None = None,
    shipment: str = "",
    supplier: str = "",
) -> Response:
    speech = pages.speech(request)
    with to_show(request, hub, asker).store.reading() as connection:
        entry = plant_entry(connection, plant)
        enters = may_enter(connection, asker, plant)
        found = arrived(connection, plant)
    typed = filled_in(found, shipment, supplier, hub.clock().date().isoformat()) | (given or {})
    context = context_of(found, typed, entry.organisation.id) | {
        "plant": entry.named,
        "path": incoming_path(plant),
        "enters": enters,
        "trouble": trouble,
    }
    answer = pages.show(
        request,
        "incoming.html",
        context,
        tables=board_tables(found, plant, pages.zone(request, entry.time_zone), enters=enters),
        trail=plant_trail(entry.named, speech.say("Incoming"), speech),
    )
    return refused(answer, trouble)


def _receipt(  # noqa: PLR0917 - what the page needs
    plant: str,
    receipt: str,
    request: Request,
    hub: Hub,
    asker: Asker,
    pages: Pages,
    *,
    trouble: str = "",
    given: Given | None = None,
) -> Response:
    speech = pages.speech(request)
    with to_show(request, hub, asker).store.reading() as connection:
        entry = plant_entry(connection, plant)
        context = receipt_context(connection, plant, receipt, speech) | {"enters": may_enter(connection, asker, plant)}
    context |= {
        "plant": entry.named,
        "path": receipt_path(plant, receipt),
        "trouble": trouble,
        "given": given or {},
        "done": bool(request.query_params.get(DONE)),
        "today": hub.clock().date().isoformat(),
    }
    *above, _ = plant_trail(entry.named, "", speech)
    trail = (*above, Crumb(speech.say("Incoming"), incoming_path(plant)), Crumb(speech.say("Receipt")))
    return refused(pages.show(request, "receipt.html", context, trail=trail), trouble)
