"""``/api/v1/alarms``: early warnings of all agents, and their acknowledgement (admin token)."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from hub.alarm.acknowledge import acknowledge
from hub.alarm.views import AlarmPage, alarm_page
from hub.api.access import AdminOnly, UsesHub
from hub.api.answer import documented, json_answer
from hub.entry.forms import Entered, Form, Key, Name
from hub.store.alarm_queries import AlarmWanted
from traceability.quality.alarm.rule import AlarmKind

router = APIRouter(prefix="/api/v1", tags=["alarms"])


class AcknowledgementForm(Form):
    """Which alarm of which agent, who (a pseudonymous id), what the cause was and what was done."""

    agent: Key
    id: Key
    by: Key
    cause: Name
    action: Name


@router.get("/alarms", response_class=Response, responses=documented(AlarmPage))
def get_alarms(  # noqa: PLR0917 - the parameters are those of the address
    hub: UsesHub,
    plant: str | None = None,
    agent: str | None = None,
    unit: str | None = None,
    warns_of: AlarmKind | None = None,
    open: bool | None = None,  # noqa: A002 - the name in the address
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> Response:
    """Alarms that fit, the latest first; ``open=true``: those that nobody answered yet."""
    wanted = AlarmWanted(plant=plant, agent=agent, unit=unit, warns_of=warns_of and str(warns_of), open=open)
    with hub.store.reading() as connection:
        return json_answer(alarm_page(connection, wanted, offset=offset, limit=limit))


@router.post("/alarms/acknowledgements", status_code=201, dependencies=[AdminOnly])
def post_acknowledgement(form: AcknowledgementForm, hub: UsesHub) -> Entered:
    """Acknowledge an alarm with its cause and what was done; the agent hears of it."""
    stored = acknowledge(hub, form.agent, form.id, by=form.by, cause=form.cause, action=form.action)
    return Entered(new=False) if stored is None else Entered(new=True, log_index=stored.id, hash=stored.hash)
