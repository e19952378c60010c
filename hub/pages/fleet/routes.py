"""Addresses of the agents' pages and of enrolment. What they show, ``/api/v1/fleet`` answers by the same functions."""

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import HTMLResponse, RedirectResponse, Response

from hub.api.access import AdminOnly, UsesAsker, UsesHub
from hub.enrol.admin import TokenForm, token_order
from hub.enrol.keys import revoke_at
from hub.enrol.token_views import TokenState, token_list, void_token
from hub.enrol.tokens import make_token
from hub.errors import EntryRefused, HubError
from hub.fleet.lines import line_history, line_list, line_view
from hub.fleet.silence import set_silence_rule
from hub.page_paths import FLEET_PATH, fleet_agent_path
from hub.pages.eyes import eyes_of
from hub.pages.fleet.agent_page import agent_context, agent_tables
from hub.pages.fleet.enrolment_page import NewToken, new_token, pending, pending_table, tokens_table
from hub.pages.fleet.list_table import fleet_table
from hub.pages.fleet.who import plants_of, standing_at
from hub.pages.frame.navigation import Crumb
from hub.pages.routes import UsesPages
from hub.pages.tables.define import Filled
from hub.pages.templating import Pages
from hub.rollout.who import pseudonym

ENROLMENT_PATH = "/enrolment"
DAYS = (1, 7, 30)
router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
Short = Annotated[str, Form(max_length=200)]


class TokenFields(BaseModel):
    """The form of a new token."""

    line: Annotated[str, Field(max_length=100)] = ""
    author: Annotated[str, Field(max_length=200)] = ""
    hours: Annotated[float, Field(gt=0, le=720)] = 24
    replaces: bool = False
    hub_url: Annotated[str, Field(max_length=400)] = ""
    csrf: str = ""


@router.get(FLEET_PATH)
def get_fleet_page(request: Request, hub: UsesHub, pages: UsesPages) -> Response:
    """Which of my line PCs needs me?"""
    with hub.store.reading() as connection:
        view = line_list(connection, hub)
    zone, speech = pages.zone(request), pages.speech(request)
    return pages.show(
        request,
        "fleet.html",
        {"view": view, "zone": zone},
        tables=(Filled(fleet_table(zone), view.agents),),
        trail=(Crumb(speech.say("Agents")),),
    )


@router.get(FLEET_PATH + "/{agent}")
def get_agent_page(  # noqa: PLR0917 - what the route needs
    agent: str,
    request: Request,
    hub: UsesHub,
    asker: UsesAsker,
    pages: UsesPages,
    days: Annotated[int, Query(ge=1, le=30)] = 7,
) -> Response:
    """How does this agent do, and does it run by what is wanted?"""
    with hub.store.reading() as connection:
        view = line_view(connection, hub, agent)
        history = line_history(connection, hub, agent, days)
    speech, zone = pages.speech(request), pages.zone(request, view.time_zone)
    plant = view.row.plant
    may = plant is not None and any(one.id == plant.id for one in plants_of(request, asker))
    context = agent_context(view, history, zone, speech) | {"may_act": may, "days": days, "every_days": DAYS}
    return pages.show(
        request,
        "fleet_agent.html",
        context,
        tables=agent_tables(view, history, zone),
        trail=(Crumb(speech.say("Agents"), FLEET_PATH), Crumb(agent)),
    )


@router.get(ENROLMENT_PATH)
def get_enrolment_page(request: Request, asker: UsesAsker, pages: UsesPages) -> Response:
    """How does a new line PC come in?"""
    return _enrolment(request, asker, pages)


@router.post("/plants/{plant}/tokens", dependencies=[AdminOnly])
def post_token_form(  # noqa: PLR0917 - what the route needs
    plant: str,
    request: Request,
    hub: UsesHub,
    asker: UsesAsker,
    pages: UsesPages,
    form: Annotated[TokenFields, Form()],
) -> Response:
    """A new token, shown this once."""
    asked = TokenForm(
        author=form.author.strip() or f"{plant}.{form.line.strip()}",
        plant=plant,
        line=form.line.strip(),
        hours=form.hours,
        replaces=form.replaces,
        hub_url=form.hub_url.strip(),
    )
    try:
        if not form.line.strip():
            raise EntryRefused("a line needs a name", where="line", advice="write it, such as line-2")
        made = make_token(hub, token_order(asked, hub))
    except HubError as error:
        return _enrolment(request, asker, pages, trouble=str(error), status=422)
    return _enrolment(request, asker, pages, shown=new_token(made))


@router.post("/plants/{plant}/tokens/{token}/void", dependencies=[AdminOnly])
def post_void_token(plant: str, token: str, hub: UsesHub) -> Response:
    """Nobody uses it any more."""
    void_token(hub, plant, token)
    return RedirectResponse(ENROLMENT_PATH, status_code=303)


@router.get("/plants/{plant}/agents/{agent}/revocation")
def get_revocation_page(plant: str, agent: str, request: Request, asker: UsesAsker, pages: UsesPages) -> Response:
    """The second look before a key counts no more."""
    return _revocation(plant, agent, request, asker, pages)


@router.post("/plants/{plant}/agents/{agent}/revocation", dependencies=[AdminOnly])
def post_revocation_form(  # noqa: PLR0917 - what the route needs
    plant: str,
    agent: str,
    request: Request,
    hub: UsesHub,
    asker: UsesAsker,
    pages: UsesPages,
    reason: Annotated[str, Form(max_length=1000)] = "",
    again: Short = "",
) -> Response:
    """No key of the agent counts from here on; its name has to be written once more."""
    try:
        if again.strip() != agent:
            raise EntryRefused("the name does not match", where="again", advice=f"write {agent}")
        revoke_at(hub, plant, agent, reason=reason, by=pseudonym(asker))
    except EntryRefused as error:
        return _revocation(plant, agent, request, asker, pages, trouble=str(error), reason=reason)
    return RedirectResponse(fleet_agent_path(agent), status_code=303)


@router.post("/plants/{plant}/silence-rule", dependencies=[AdminOnly])
def post_silence_form(
    plant: str, hub: UsesHub, asker: UsesAsker, minutes: Annotated[int, Form(ge=0, le=43_200)], agent: Short = ""
) -> Response:
    """Have agents of the plant count as silent after another time."""
    set_silence_rule(hub, plant, minutes * 60, by=pseudonym(asker))
    return RedirectResponse(fleet_agent_path(agent) if agent else FLEET_PATH, status_code=303)


def _enrolment(
    request: Request,
    asker: UsesAsker,
    pages: Pages,
    *,
    shown: NewToken | None = None,
    trouble: str = "",
    status: int = 200,
) -> Response:
    hub = eyes_of(request, asker)
    with hub.store.reading() as connection:
        tokens = token_list(connection, None, hub.clock()).tokens
        rows = line_list(connection, hub).agents
    zone, speech = pages.zone(request), pages.speech(request)
    plants = plants_of(request, asker)
    able = {plant.id for plant in plants}
    context = {
        "plants": plants,
        "shown": shown,
        "trouble": trouble,
        "zone": zone,
        "unused": [one for one in tokens if one.state is TokenState.WAITING and one.plant in able],
    }
    response = pages.show(
        standing_at(request, ENROLMENT_PATH) if shown or trouble else request,
        "enrolment.html",
        context,
        tables=(Filled(tokens_table(zone), tokens), Filled(pending_table(zone), pending(rows))),
        trail=(Crumb(speech.say("Enrolment")),),
    )
    response.status_code = status
    if shown is not None:
        response.headers["Cache-Control"] = "no-store"
    return response


def _revocation(
    plant: str, agent: str, request: Request, asker: UsesAsker, pages: Pages, *, trouble: str = "", reason: str = ""
) -> Response:
    hub = eyes_of(request, asker)
    with hub.store.reading() as connection:
        view = line_view(connection, hub, agent)
    speech = pages.speech(request)
    response = pages.show(
        standing_at(request, fleet_agent_path(agent)),
        "revocation.html",
        {"row": view.row, "plant": plant, "batches": view.batches, "trouble": trouble, "reason": reason},
        trail=(
            Crumb(speech.say("Agents"), FLEET_PATH),
            Crumb(agent, fleet_agent_path(agent)),
            Crumb(speech.say("Revoke its key")),
        ),
    )
    response.status_code = 422 if trouble else 200
    return response
