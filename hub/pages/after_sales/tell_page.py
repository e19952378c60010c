"""Telling companies of a recall: drafts for those that are chosen, read once more, then sent or withdrawn together."""

from datetime import date
from typing import Annotated, Any
from urllib.parse import urlencode

import msgspec
from fastapi import APIRouter, Form, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import HTMLResponse, RedirectResponse, Response

from hub.api.access import Acting, UsesHub
from hub.errors import EntryRefused
from hub.named import Named
from hub.notify import act
from hub.notify.from_recall import RecallItems, items_of_recall
from hub.notify.read import find
from hub.notify.side import Acts, hub_of_side
from hub.page_paths import RECALLS_PATH
from hub.pages.frame.navigation import Crumb
from hub.pages.routes import UsesPages
from hub.recall.answer import recall_view
from hub.recall.routes import UsesRecalls
from hub.recall.views import RecallView
from hub.store.core.database import Reading
from hub.store.master.queries import read_master
from traceability.record.notification import (
    NotificationContent,
    NotificationState,
    NotificationType,
    Severity,
    Side,
    Transition,
)

MOST_TOLD = 50
_PATH = RECALLS_PATH + "/{identity}/tell"
_Drafts = Annotated[list[str], Query(max_length=MOST_TOLD)]

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


class Concerned(msgspec.Struct, frozen=True, kw_only=True):
    """A company of the hub with what it holds of the affected items, or made."""

    organisation: Named
    holds: int
    made: int


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A notification as it would be sent."""

    id: str
    receiver: Named
    items: int
    state: NotificationState


class TellForm(BaseModel):
    """Whom to tell what. ``receiver``: ids of organisations."""

    sender: Annotated[str, Field(min_length=1, max_length=200)]
    receiver: Annotated[list[str], Field(max_length=MOST_TOLD)] = []
    type: NotificationType = NotificationType.ALERT
    severity: Severity = Severity.MAJOR
    title: Annotated[str, Field(min_length=1, max_length=200)]
    description: Annotated[str, Field(max_length=20_000)] = ""
    target_date: str = ""
    which: RecallItems = RecallItems.RECEIVERS
    csrf: str = ""


class SendForm(BaseModel):
    """What becomes of drafts."""

    draft: Annotated[list[str], Field(max_length=MOST_TOLD)] = []
    send: bool = False
    csrf: str = ""


@router.get(_PATH)
def get_tell_page(  # noqa: PLR0917 - what the route needs
    identity: str,
    request: Request,
    hub: UsesHub,
    acting: Acts,
    recalls: UsesRecalls,
    pages: UsesPages,
    draft: _Drafts = [],  # noqa: B006 - read only, as FastAPI wants it
) -> Response:
    """Whom does it concern, and what would they be told?"""
    row = recalls.read(identity, asker=acting.asker)
    speech = pages.speech(request)
    with hub.store.reading() as connection:
        view = recall_view(connection, row)
        companies = read_master(connection).organisations
        context: dict[str, Any] = {
            "view": view,
            "concerned": concerned(view, companies),
            "unknown": [one for one in view.destinations if one.shipped and one.party.id not in companies],
            "senders": _senders(acting, companies),
            "types": tuple(NotificationType),
            "severities": tuple(Severity),
            "whiches": tuple(RecallItems),
            "drafts": [_draft(connection, each, companies) for each in draft],
        }
    trail = (
        Crumb(speech.say("Recall scope"), RECALLS_PATH),
        Crumb(speech.say("Answer"), f"{RECALLS_PATH}/{view.id}"),
        Crumb(speech.say("Tell suppliers and customers")),
    )
    return pages.show(request, "tell.html", context, trail=trail)


@router.post(_PATH)
def post_drafts(
    identity: str, hub: UsesHub, acting: Acts, recalls: UsesRecalls, form: Annotated[TellForm, Form()]
) -> Response:
    """Make the drafts: nobody is told yet."""
    acting.side_of(form.sender)
    recalls.read(identity, asker=acting.asker)
    told = [who for who in dict.fromkeys(form.receiver) if who != form.sender]
    if not told:
        raise EntryRefused("nobody is chosen", where="receiver", advice="go back and choose whom to tell")
    named = {who: items_of_recall(hub, recalls, identity, who, form.which) for who in told}
    fields = form.model_dump(exclude={"receiver", "which", "csrf", "target_date"})
    target = _day(form.target_date)
    contents = [
        NotificationContent(**fields, receiver=who, items=act.canonical(items), target_date=target)
        for who, items in named.items()
    ]
    made = [act.make(acting.hub, content, acting.asker.signature).id for content in contents]
    return _back(identity, made)


@router.post(_PATH + "/send")
def post_send(identity: str, hub: UsesHub, acting: Acts, form: Annotated[SendForm, Form()]) -> Response:
    """Send all the drafts, or withdraw them."""
    change = (
        Transition(to=NotificationState.SENT)
        if form.send
        else Transition(to=NotificationState.CANCELED, reason="withdrawn before it was sent")
    )
    who = act.Actor(side=Side.SENDER, by=acting.asker.signature)
    for each in form.draft:
        with hub.store.reading() as connection:
            _, now = find(connection, each)
        if now.state is NotificationState.CREATED:
            act.change(hub_of_side(acting, hub, each, Side.SENDER), each, change, who)
    return _back(identity, form.draft)


def concerned(view: RecallView, companies: dict[str, Named]) -> tuple[Concerned, ...]:
    """The companies of the hub that hold affected items or made them, the most concerned first."""
    holds: dict[str, int] = {}
    for place in view.destinations:
        if place.shipped:
            holds[place.party.id] = holds.get(place.party.id, 0) + place.items
    made = {one.organisation.id: one.items for one in view.makers}
    found = [
        Concerned(organisation=companies[each], holds=holds.get(each, 0), made=made.get(each, 0))
        for each in {*holds, *made}
        if each in companies
    ]
    return tuple(sorted(found, key=lambda one: (-one.holds, -one.made, one.organisation.id)))


def _senders(acting: Acting, companies: dict[str, Named]) -> list[Named]:
    """For whom the asker may speak: the operator for anybody."""
    if acting.asker.is_operator:
        return sorted(companies.values(), key=lambda one: one.id)
    return [companies[each] for each in (acting.asker.organisation,) if each in companies]


def _draft(connection: Reading, identity: str, companies: dict[str, Named]) -> Draft:
    _, now = find(connection, identity)
    receiver = companies.get(now.content.receiver, Named(now.content.receiver, now.content.receiver))
    return Draft(id=identity, receiver=receiver, items=len(now.content.items), state=now.state)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise EntryRefused(f"{text[:40]!r} is no day", where="target_date", advice="like 2026-03-31") from None


def _back(identity: str, drafts: list[str]) -> Response:
    address = f"{RECALLS_PATH}/{identity}/tell?{urlencode([('draft', each) for each in drafts])}#drafts"
    return RedirectResponse(address, status_code=303)
