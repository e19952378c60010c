"""Addresses of the pages of a plant's quality. What they show, ``/api/v1/plants`` answers by the same functions."""

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from hub.api.access import UsesAsker, UsesHub
from hub.live.routes import live_of
from hub.live.views import LineNow
from hub.page_paths import PLANTS_PATH, plant_path
from hub.pages.frame.navigation import Crumb
from hub.pages.plants.now_page import now_context, now_tables
from hub.pages.plants.plants_table import plants_table
from hub.pages.routes import UsesPages
from hub.pages.tables.define import Filled
from hub.suppliers.routes import UsesSuppliers

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@router.get(PLANTS_PATH)
def get_plants_page(
    request: Request, hub: UsesHub, asker: UsesAsker, desk: UsesSuppliers, pages: UsesPages
) -> Response:
    """Which plant am I working for?"""
    board = desk.board(hub, asker)
    zone = pages.zone(request)
    return pages.show(
        request,
        "plants.html",
        {"board": board, "zone": zone},
        tables=(Filled(plants_table(zone), board.suppliers),),
        trail=(Crumb(pages.speech(request).say("Plants")),),
    )


@router.get(PLANTS_PATH + "/{plant}/now")
def get_now_page(plant: str, request: Request, hub: UsesHub, asker: UsesAsker, pages: UsesPages) -> Response:
    """Does the line run well at this moment?"""
    line = live_of(request).snapshot(hub, asker, plant).line
    zone, speech = pages.zone(request, line.time_zone), pages.speech(request)
    return pages.show(
        request,
        "now.html",
        now_context(line, zone, speech),
        tables=now_tables(line, zone),
        trail=(
            Crumb(speech.say("Plants"), PLANTS_PATH),
            Crumb(speech.named(line.plant), plant_path(plant)),
            Crumb(speech.say("Live line")),
        ),
    )


@router.get(PLANTS_PATH + "/{plant}/now/part")
def get_now_part(plant: str, request: Request, hub: UsesHub, asker: UsesAsker, pages: UsesPages) -> Response:
    """The part of the page that changes, drawn once for all who read it in one language and by one clock."""
    snapshot = live_of(request).snapshot(hub, asker, plant)
    speech = pages.speech(request)
    zone = pages.zone(request, snapshot.line.time_zone)

    def draw(line: LineNow) -> str:
        context = now_context(line, zone, speech)
        return pages.part(
            request, "parts/now.html", context, tables=now_tables(line, zone), path=f"{plant_path(plant)}/now"
        )

    sorted_ = request.url.query  # how somebody sorted the tables is his own
    text = draw(snapshot.line) if sorted_ else snapshot.drawn(("part", speech.language.value, zone), draw)
    return HTMLResponse(text, headers={"Cache-Control": "private, no-cache", "Vary": "Accept-Language, Cookie"})
