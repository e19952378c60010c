"""Pages of alarm messages and saved views: lists, a form each, and what became of every message."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from pydantic import BaseModel, Field
from starlette.responses import HTMLResponse, RedirectResponse, Response

from hub.accounts.asker import Scope
from hub.accounts.permission import Permission
from hub.api.access import Acting, UsesAsker, UsesHub, may, whole_hub
from hub.errors import NotFound
from hub.pages.frame.navigation import Crumb
from hub.pages.home_page import State
from hub.pages.routes import UsesPages
from hub.pages.speech import Speech, mark
from hub.pages.tables.cells import Cell, state_cell, text_cell
from hub.pages.tables.columns import made, moment, number
from hub.pages.tables.define import Definition, Empty, Filled, Kind
from hub.pages.words import word_for
from hub.store.master.queries import read_master
from hub.subscription.saved import ViewForm, forget_view, keep_view, own_views
from hub.subscription.subscribe import (
    Channel,
    FleetKind,
    SubscriptionForm,
    listed,
    send_anew,
    send_trial,
    subscribe,
    unsubscribe,
)
from hub.subscription.views import MessageView
from traceability.quality.alarm.rule import AlarmKind

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
Actor = Annotated[Acting, Depends(may(Scope.READ))]
_STATES = {
    "sent": (State.OK, mark("sent")),
    "waiting": (State.WARNING, mark("waiting")),
    "failed": (State.BAD, mark("given up")),
}


class AskForm(BaseModel):
    """The form of the page; ``plant`` and ``kind`` '' mean all."""

    channel: Channel
    address: Annotated[str, Field(max_length=2000)]
    plant: Annotated[list[str], Field(max_length=200)] = []
    kind: Annotated[list[AlarmKind | FleetKind], Field(max_length=20)] = []
    csrf: str = ""

    def asked(self) -> SubscriptionForm:
        """As the API takes it."""
        return SubscriptionForm(
            channel=self.channel, address=self.address, plants=[each for each in self.plant if each], kinds=self.kind
        )


class KeepForm(BaseModel):
    """A view to keep."""

    name: Annotated[str, Field(max_length=200)]
    address: Annotated[str, Field(max_length=2000)]
    csrf: str = ""


@router.get("/subscriptions")
def get_subscriptions_page(
    request: Request, hub: UsesHub, asker: UsesAsker, pages: UsesPages, plant: str = ""
) -> Response:
    """Who is told of which alarms, and did it arrive?"""
    with whole_hub(request).store.reading() as connection:  # nothing but the asker's own is read
        found = listed(connection, asker)
    with hub.store.reading() as connection:
        plants = read_master(connection).plants
    zone, speech = pages.zone(request), pages.speech(request)
    context: dict[str, Any] = {
        "found": found,
        "plants": plants,
        "chosen_plant": plant,
        "kinds": (*AlarmKind, *FleetKind),
        "channels": tuple(Channel),
        "may_ask": asker.may_act and Permission.SUBSCRIBE in asker.permissions,
        "kind_words": {kind.value: word_for(kind) for kind in (*AlarmKind, *FleetKind)},
    }
    tables = (Filled(messages_table(zone), found.messages),)
    trail = (Crumb(speech.say("Alarm messages")),)
    return pages.show(request, "subscriptions.html", context, tables=tables, trail=trail)


@router.post("/subscriptions")
def post_subscription_page(acting: Actor, form: Annotated[AskForm, Form()]) -> Response:
    """Be told of alarms from now on."""
    subscribe(acting.hub, acting.asker, form.asked())
    return _to("/subscriptions")


@router.post("/subscriptions/{identity}/{what}")
def post_subscription_act(identity: str, what: str, acting: Actor) -> Response:
    """Remove a subscription, send a trial, or try again what was not delivered."""
    acts = {"remove": unsubscribe, "trial": send_trial, "retry": send_anew}
    act = acts.get(what)
    if act is None:
        raise NotFound(f"nothing is called {what[:40]!r} here")
    act(acting.hub, acting.asker, identity)
    return _to("/subscriptions")


@router.get("/views")
def get_views_page(request: Request, asker: UsesAsker, pages: UsesPages, address: str = "") -> Response:
    """What did I keep?"""
    with whole_hub(request).store.reading() as connection:  # nothing but the asker's own is read
        found = own_views(connection, asker)
    context = {
        "found": found,
        "proposed": address[:2000],
        "may_keep": asker.may_act and Permission.SUBSCRIBE in asker.permissions,
        "zone": pages.zone(request),
    }
    return pages.show(request, "views.html", context, trail=(Crumb(pages.speech(request).say("Saved views")),))


@router.post("/views")
def post_view_page(acting: Actor, form: Annotated[KeepForm, Form()]) -> Response:
    """Keep a page under a name."""
    keep_view(acting.hub, acting.asker, ViewForm(name=form.name, address=form.address))
    return _to("/views")


@router.post("/views/{identity}/remove")
def post_view_remove(identity: str, acting: Actor) -> Response:
    """Forget a view."""
    forget_view(acting.hub, acting.asker, identity)
    return _to("/views")


def messages_table(zone: str) -> Definition[MessageView]:
    """The latest messages."""
    return Definition(
        id="messages",
        title=mark("Messages, the latest first"),
        columns=(
            moment("written", mark("written"), lambda message: message.written_at, zone, head=True),
            made("subject", mark("message"), _subject),
            number("alarms", mark("alarms"), lambda message: message.alarms),
            made("state", mark("state"), _state, Kind.STATE, falling=True),
            number("tries", mark("tries"), lambda message: message.tries, falling=True),
            moment("next", mark("next try"), lambda message: message.next_at, zone),
        ),
        empty=Empty(mark("No message was written yet."), mark("The next alarm makes one.")),
    )


def _subject(message: MessageView, _speech: Speech) -> Cell:
    return text_cell(message.subject, beside=message.problem)


def _state(message: MessageView, speech: Speech) -> Cell:
    state, word = _STATES[message.state]
    return state_cell(speech.say(word), state.value, {"sent": 0, "waiting": 1, "failed": 2}[message.state])


def _to(path: str) -> Response:
    return RedirectResponse(path, status_code=303)
