"""``/api/v1/alarms``: early warnings of all agents, and their acknowledgement (admin token)."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Response

from hub.alarm.acknowledge import acknowledge
from hub.alarm.response import ResponseTimes, response_times
from hub.alarm.views import AlarmPage, alarm_page
from hub.api.access import AdminOnly, UsesAsker, UsesHub
from hub.api.answer import documented, json_answer
from hub.entry.forms import Entered, Form, Key, Name, entered
from hub.store.core.instant import to_micros
from hub.store.mail.alarms import AlarmWanted
from traceability.quality.alarm.rule import AlarmKind

USUAL_DAYS = 90
LONGEST_DAYS = 1100
router = APIRouter(prefix="/api/v1", tags=["alarms"])


class AcknowledgementForm(Form):
    """Which alarm of which agent, who (a pseudonymous id), what the cause was and what was done."""

    agent: Key
    id: Key
    by: Key
    cause: Name
    action: Name


class AnswerForm(Form):
    """An answer to an alarm of the plant in the address, by whoever sends it; ``amends`` an earlier answer."""

    agent: Key
    id: Key
    cause: Name
    action: Name
    amends: bool = False


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


@router.post("/plants/{plant}/alarms/answers", status_code=201, dependencies=[AdminOnly])
def post_answer(plant: str, form: AnswerForm, hub: UsesHub, asker: UsesAsker) -> Entered:
    """Answer an alarm of a plant of your own, or correct the answer; every answer stays on record."""
    return entered(acknowledge(hub, by=asker.signature, plant=plant, name=form.id, **form.model_dump(exclude={"id"})))


@router.get("/plants/{plant}/alarms/response-times", response_class=Response, responses=documented(ResponseTimes))
def get_response_times(
    plant: str,
    hub: UsesHub,
    warns_of: AlarmKind | None = None,
    days: Annotated[int, Query(ge=1, le=LONGEST_DAYS)] = USUAL_DAYS,
) -> Response:
    """How long the plant's alarms of the last days waited for their first answer."""
    begin = to_micros(hub.clock() - timedelta(days=days))
    wanted = AlarmWanted(plant=plant, warns_of=warns_of and str(warns_of), begin=begin)
    with hub.store.reading() as connection:
        return json_answer(response_times(connection, wanted))
