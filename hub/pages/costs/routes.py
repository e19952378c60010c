"""Addresses of the pages of quality costs. What they show, ``/api/v1/plants/{plant}/costs`` answers, too."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import HTMLResponse, Response

from hub.api.access import UsesAsker, UsesHub
from hub.cost.asked import AskedCosts
from hub.cost.routes import report_in, window_of
from hub.cost.saved import saved_by
from hub.errors import EntryRefused
from hub.kept import UsesKept
from hub.named import Named
from hub.page_paths import PLANTS_PATH
from hub.pages.costs.benefit_page import BenefitTyped, benefit_context
from hub.pages.costs.cost_page import costs_context, costs_path, costs_tables
from hub.pages.costs.tables import benefit_table
from hub.pages.frame.address import address_of
from hub.pages.frame.navigation import Crumb
from hub.pages.plants.entering import may_enter, plant_trail
from hub.pages.routes import UsesPages
from hub.pages.speech import Speech
from hub.pages.tables.define import Filled
from hub.suppliers.asked import plant_entry
from traceability.quality.cost.allocate import Dimension

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
_PATH = PLANTS_PATH + "/{plant}/costs"


@router.get(_PATH)
def get_costs_page(  # noqa: PLR0917 - what the route needs
    plant: str,
    request: Request,
    hub: UsesHub,
    asker: UsesAsker,
    kept: UsesKept,
    pages: UsesPages,
    asked: Annotated[AskedCosts, Depends()],
    by: Dimension = Dimension.CAUSE,
) -> Response:
    """What does quality cost, and what does its absence?"""
    speech, address = pages.speech(request), address_of(request)
    with hub.store.reading() as connection:
        now, window = hub.clock(), window_of(connection, hub, plant, asked)
        question = ("costs", window.first, window.last, asked.place, asked.net)
        report = kept.answer(
            connection, asker, plant, question, now, lambda: report_in(connection, plant, window, asked, now)
        )
        enters = may_enter(connection, asker, plant)
    context = costs_context(report, by, address, speech) | {"enters": enters, "path": costs_path(plant)}
    return pages.show(
        request,
        "costs.html",
        context,
        tables=costs_tables(report, by, address),
        trail=plant_trail(report.plant, speech.say("Quality costs"), speech),
    )


@router.get(_PATH + "/benefit")
def get_benefit_page(
    plant: str, request: Request, hub: UsesHub, pages: UsesPages, typed: Annotated[BenefitTyped, Depends()]
) -> Response:
    """Did the action pay?"""
    speech, answer, trouble = pages.speech(request), None, ""
    with hub.store.reading() as connection:
        entry = plant_entry(connection, plant)
        if typed.since.strip():
            try:
                answer = saved_by(connection, plant, typed.asked(), hub.clock())
            except EntryRefused as error:
                trouble = str(error)
    months = (*answer.before, *answer.after) if answer else ()
    shown = pages.show(
        request,
        "cost_benefit.html",
        benefit_context(answer, typed, speech) | {"plant": entry.named, "trouble": trouble, "path": costs_path(plant)},
        tables=(Filled(benefit_table(answer.currency if answer else ""), months),),
        trail=below_costs(entry.named, speech.say("What an action saved"), speech),
    )
    shown.status_code = 422 if trouble else shown.status_code
    return shown


def below_costs(plant: Named, title: str, speech: Speech) -> tuple[Crumb, ...]:
    """The trail of a page below the report."""
    *above, _ = plant_trail(plant, "", speech)
    return (*above, Crumb(speech.say("Quality costs"), costs_path(plant.id)), Crumb(title))
