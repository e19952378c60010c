"""The page of a plant's alarms, and the form that answers one."""

from datetime import timedelta
from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, Form, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import HTMLResponse, Response

from hub.alarm.acknowledge import acknowledge
from hub.alarm.response import response_times
from hub.alarm.views import AlarmPage, alarm_page, alarm_views
from hub.api.access import AdminOnly, UsesAsker, UsesHub
from hub.page_paths import PLANTS_PATH, plant_path
from hub.pages.eyes import to_show
from hub.pages.plants.alarms_page import (
    MOST_LISTED,
    MOST_WAITING,
    ListedAlarm,
    alarms_context,
    alarms_tables,
    listed,
)
from hub.pages.plants.entering import entered_at, may_enter, plant_trail, refused
from hub.pages.routes import UsesPages
from hub.pages.speech import Speech
from hub.store.core.database import Reading
from hub.store.core.instant import to_micros
from hub.store.mail.alarms import AlarmWanted, find_alarm
from hub.suppliers.asked import plant_entry

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
_PATH = PLANTS_PATH + "/{plant}/alarms"
_TEXT = Annotated[str, Field(max_length=1000)]


class Narrowed(BaseModel):
    """What the list is narrowed to; ``kind`` '' means all, ``agent`` and ``id`` name the alarm to answer."""

    days: Annotated[int, Query(ge=1, le=1100)] = 30
    kind: Annotated[str, Query(max_length=40)] = ""
    which: Annotated[str, Query(pattern="^(all|open|answered)$")] = "all"
    work_cell: Annotated[str, Query(max_length=200)] = ""
    agent: Annotated[str, Query(max_length=200)] = ""
    id: Annotated[str, Query(max_length=200)] = ""

    def wanted(self, plant: str, begin: int) -> AlarmWanted:
        """As the store is asked; a kind that is none fits nothing."""
        return AlarmWanted(
            plant=plant,
            warns_of=self.kind or None,
            open={"open": True, "answered": False}.get(self.which),
            work_cell=self.work_cell or None,
            begin=begin,
        )


class AnswerForm(BaseModel):
    """Cause and action; who answers is whoever signed in."""

    agent: Annotated[str, Field(max_length=200)]
    id: Annotated[str, Field(max_length=200)]
    cause: _TEXT = ""
    action: _TEXT = ""
    amends: bool = False
    csrf: str = ""


@router.get(_PATH)
def get_alarms_page(  # noqa: PLR0917 - what the route needs
    plant: str,
    request: Request,
    hub: UsesHub,
    asker: UsesAsker,
    pages: UsesPages,
    asked: Annotated[Narrowed, Depends()],
) -> Response:
    """What waits for me, and how fast are we?"""
    return _page(plant, request, hub, asker, pages, asked)


@router.post(_PATH, dependencies=[AdminOnly])
def post_alarm_answer(  # noqa: PLR0917 - what the route needs
    plant: str,
    request: Request,
    hub: UsesHub,
    asker: UsesAsker,
    pages: UsesPages,
    form: Annotated[AnswerForm, Form()],
) -> Response:
    """Answer an alarm, or correct the answer."""

    def enter() -> None:
        acknowledge(
            hub,
            form.agent,
            form.id,
            by=asker.signature,
            cause=form.cause,
            action=form.action,
            plant=plant,
            amends=form.amends,
        )

    def again(trouble: str) -> Response:
        asked = Narrowed(agent=form.agent, id=form.id)
        return _page(plant, request, hub, asker, pages, asked, trouble=trouble, given=form)

    return entered_at(f"{plant_path(plant)}/alarms", enter, again, "#said")


def _page(  # noqa: PLR0917 - what the route needs
    plant: str,
    request: Request,
    hub: UsesHub,
    asker: UsesAsker,
    pages: UsesPages,
    asked: Narrowed,
    *,
    trouble: str = "",
    given: AnswerForm | None = None,
) -> Response:
    speech, path = pages.speech(request), f"{plant_path(plant)}/alarms"
    with to_show(request, hub, asker).store.reading() as connection:
        entry = plant_entry(connection, plant)
        wanted = asked.wanted(plant, to_micros(hub.clock() - timedelta(days=asked.days)))
        waiting = alarm_page(connection, AlarmWanted(plant=plant, open=True), offset=0, limit=MOST_WAITING)
        found = alarm_page(connection, wanted, offset=0, limit=MOST_LISTED)
        times = response_times(connection, msgspec.structs.replace(wanted, open=None))
        chosen = _chosen(connection, plant, asked, speech) if asked.id else None
        enters = may_enter(connection, asker, plant)
    zone = pages.zone(request, entry.time_zone)
    context = alarms_context(times, listed(waiting, path, speech), speech) | {
        "plant": entry.named,
        "organisation": entry.organisation,
        "zone": zone,
        "asked": asked,
        "found": found,
        "waiting_total": waiting.total,
        "chosen": chosen,
        "enters": enters,
    }
    context |= {"trouble": trouble, "given": given, "done": bool(request.query_params.get("done"))}
    answer = pages.show(
        request,
        "alarms.html",
        context,
        tables=alarms_tables(listed(found, path, speech), times, zone),
        trail=plant_trail(entry.named, speech.say("Alarms"), speech),
    )
    return refused(answer, trouble)


def _chosen(connection: Reading, plant: str, asked: Narrowed, speech: Speech) -> ListedAlarm | None:
    """The alarm that the address names, if it is one of the plant."""
    found = find_alarm(connection, asked.agent, asked.id)
    if found is None or found.plant != plant:
        return None
    page = AlarmPage(total=1, offset=0, alarms=tuple(alarm_views(connection, [found])))
    return listed(page, "", speech)[0]
