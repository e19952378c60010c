"""``/api/v1/agents``: who was heard of when. ``/api/v1/fleet``: agents as plant IT looks at them."""

from typing import Annotated

import msgspec
from fastapi import APIRouter, Query, Response
from pydantic import Field

from hub.api.access import AdminOnly, UsesAsker, UsesHub
from hub.api.answer import documented, json_answer
from hub.entry.forms import Entered, Form, entered
from hub.fleet.home import agents
from hub.fleet.lines import LineHistory, LineList, LineView, line_history, line_list, line_view
from hub.fleet.silence import allowed, set_silence_rule
from hub.fleet.views import AgentView
from hub.rollout.who import pseudonym
from hub.store.fleet.silence import silence_rules

router = APIRouter(prefix="/api/v1", tags=["fleet"])


class AgentList(msgspec.Struct, frozen=True, kw_only=True):
    """A page of agents; ``total`` counts all."""

    total: int
    offset: int
    agents: tuple[AgentView, ...]


@router.get("/agents", response_class=Response, responses=documented(AgentList))
def get_agents(
    hub: UsesHub, offset: Annotated[int, Query(ge=0, le=10**9)] = 0, limit: Annotated[int, Query(ge=1, le=1000)] = 200
) -> Response:
    """Registered agents by id, with last contact, what they sent and what they declared lost."""
    with hub.store.reading() as connection:
        found = agents(connection, hub.clock())
    return json_answer(AgentList(total=len(found), offset=offset, agents=found[offset : offset + limit]))


class SilenceRule(msgspec.Struct, frozen=True, kw_only=True):
    """After so many seconds without a word an agent of the plant counts as silent; 0: nobody is told."""

    plant: str
    after_s: int


class SilenceForm(Form):
    """0 for never, or 120 seconds to 30 days."""

    after_s: Annotated[int, Field(ge=0, le=2_592_000)]


@router.get("/fleet", response_class=Response, responses=documented(LineList))
def get_fleet(hub: UsesHub, plant: Annotated[str | None, Query(max_length=200)] = None) -> Response:
    """Agents with version, configuration, what waits there, clock, devices, losses and keys."""
    with hub.store.reading() as connection:
        return json_answer(line_list(connection, hub, plant))


@router.get("/fleet/{agent}", response_class=Response, responses=documented(LineView))
def get_fleet_agent(agent: str, hub: UsesHub) -> Response:
    """One agent in full: devices, files in force against those wanted, losses, silences."""
    with hub.store.reading() as connection:
        return json_answer(line_view(connection, hub, agent))


@router.get("/fleet/{agent}/history", response_class=Response, responses=documented(LineHistory))
def get_fleet_history(agent: str, hub: UsesHub, days: Annotated[int, Query(ge=1, le=30)] = 7) -> Response:
    """How an agent did, about every five minutes."""
    with hub.store.reading() as connection:
        line_view(connection, hub, agent)  # there is one, and it may be seen
        return json_answer(line_history(connection, hub, agent, days))


@router.get("/plants/{plant}/silence-rule", response_class=Response, responses=documented(SilenceRule))
def get_silence_rule(plant: str, hub: UsesHub) -> Response:
    """After how long agents of the plant count as silent."""
    with hub.store.reading() as connection:
        return json_answer(SilenceRule(plant=plant, after_s=allowed(silence_rules(connection), plant)))


@router.post("/plants/{plant}/silence-rule", status_code=201, dependencies=[AdminOnly])
def post_silence_rule(plant: str, form: SilenceForm, hub: UsesHub, asker: UsesAsker) -> Entered:
    """Have agents of the plant count as silent after another time."""
    return entered(set_silence_rule(hub, plant, form.after_s, by=pseudonym(asker)))
