"""``/api/v1/agents``: who was heard of when."""

from typing import Annotated

import msgspec
from fastapi import APIRouter, Query, Response

from hub.api.access import UsesHub
from hub.api.answer import documented, json_answer
from hub.fleet.home import agents
from hub.fleet.views import AgentView

router = APIRouter(prefix="/api/v1", tags=["fleet"])


class AgentList(msgspec.Struct, frozen=True, kw_only=True):
    """A page of agents; ``total`` counts all."""

    total: int
    offset: int
    agents: tuple[AgentView, ...]


@router.get("/agents", response_class=Response, responses=documented(AgentList))
def get_agents(
    hub: UsesHub, offset: Annotated[int, Query(ge=0)] = 0, limit: Annotated[int, Query(ge=1, le=1000)] = 200
) -> Response:
    """Registered agents by id, with last contact, what they sent and what they declared lost."""
    with hub.store.reading() as connection:
        found = agents(connection, hub.clock())
    return json_answer(AgentList(total=len(found), offset=offset, agents=found[offset : offset + limit]))
