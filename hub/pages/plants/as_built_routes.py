"""The page of what a plant finished, beside what was planned."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import HTMLResponse, Response

from hub.api.access import UsesAsker, UsesHub
from hub.kept import UsesKept
from hub.page_paths import PLANTS_PATH
from hub.pages.plants.as_built_page import as_built_context, as_built_tables
from hub.pages.plants.entering import plant_trail
from hub.pages.routes import UsesPages
from hub.planned.asked import DaysAsked
from hub.planned.routes import kept_against_plan

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@router.get(PLANTS_PATH + "/{plant}/as-built")
def get_as_built_page(  # noqa: PLR0917 - what the route needs
    plant: str,
    request: Request,
    hub: UsesHub,
    asker: UsesAsker,
    pages: UsesPages,
    kept: UsesKept,
    asked: Annotated[DaysAsked, Query()],
) -> Response:
    """Was it built as planned?"""
    with hub.store.reading() as connection:
        view = kept_against_plan(kept, connection, asker, plant, asked, hub.clock())
    speech, zone = pages.speech(request), pages.zone(request, view.time_zone)
    trail = plant_trail(view.plant, speech.say("As built"), speech)
    context = as_built_context(view, zone)
    return pages.show(request, "as_built.html", context, tables=as_built_tables(view), trail=trail)
