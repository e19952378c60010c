"""The page of the comparison. What it shows, ``/api/v1/comparison`` answers by the same functions."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request
from pydantic import BaseModel
from starlette.responses import HTMLResponse, RedirectResponse, Response

from hub.accounts.asker import Asker, Scope
from hub.accounts.permission import Permission
from hub.api.access import Acting, UsesAsker, UsesHub, may
from hub.comparison.answers import plant_comparison, release_view, years
from hub.comparison.consent import state_consent
from hub.comparison.measures import Measure
from hub.comparison.sheets import MEASURES
from hub.pages.comparison.tables import OwnRow, comparison_tables, said, target_rows
from hub.pages.frame.navigation import Crumb
from hub.pages.routes import UsesPages
from hub.store.core.database import Reading
from hub.store.master.queries import Master, read_master
from hub.store.quality.comparison import stored_consents

COMPARISON_PATH = "/comparison"
router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
_MOST_OWN = 50
"""Plants of one's own that are shown; the interface answers for each."""


class ConsentForm(BaseModel):
    """To take part, or no longer."""

    given: bool
    csrf: str = ""


@router.get(COMPARISON_PATH)
def get_comparison_page(  # noqa: PLR0917 - what the route needs
    request: Request,
    hub: UsesHub,
    asker: UsesAsker,
    pages: UsesPages,
    year: Annotated[int | None, Query(ge=2000, le=9000)] = None,
    measure: Measure = Measure.RTY,
) -> Response:
    """Where do my plants stand among others, and how far is the country?"""
    speech = pages.speech(request)
    with hub.store.reading() as connection:
        released = years(connection)
        chosen = year or next(iter(released), None)
        view = None if chosen is None else release_view(connection, chosen)
        master = read_master(connection)
        own = [] if chosen is None else _own(connection, master, asker, chosen)
        consents = {one.organisation: one for one in stored_consents(connection)}
    context = {
        "view": view,
        "years": released,
        "year": chosen,
        "measure": measure,
        "measures": [(each, said(MEASURES[each], speech)) for each in Measure],
        "targets": [] if view is None else target_rows(view, speech),
        "consent": consents.get(asker.organisation),
        "organisation": asker.organisation,
        "taking_part": sum(one.given for one in consents.values()),
        "may_say": bool(asker.organisation) and asker.may_act and Permission.SHARE in asker.permissions,
        "zone": pages.zone(request),
    }
    tables = () if view is None else comparison_tables(view, measure, own)
    return pages.show(request, "comparison.html", context, tables=tables, trail=(Crumb(speech.say("Comparison")),))


@router.post(COMPARISON_PATH)
def post_consent_page(
    form: Annotated[ConsentForm, Form()], acting: Annotated[Acting, Depends(may(Scope.ADMIN))]
) -> Response:
    """Take part from the next release on, or no longer."""
    asker = acting.asker
    acting.side_of(asker.organisation)
    state_consent(acting.hub, asker.organisation, given=form.given, by=asker.noted_as)
    return RedirectResponse(COMPARISON_PATH, status_code=303)


def _own(connection: Reading, master: Master, asker: Asker, year: int) -> list[OwnRow]:
    plants = [plant for plant, entry in sorted(master.plants.items()) if entry.organisation.id == asker.organisation]
    return [
        OwnRow(master.plants[plant].named, one)
        for plant in plants[:_MOST_OWN]
        for one in plant_comparison(connection, plant, year).measures
    ]
