"""Asking to be told of alarms. A webhook is taken only where the operator allowed its origin."""

import re
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from hub.accounts.asker import Asker
from hub.epcis.problems import EpcisRefused
from hub.epcis.webhook import check_target
from hub.errors import EntryRefused, NotFound
from hub.parts import Hub
from hub.store.core.database import Reading
from hub.store.core.instant import to_micros
from hub.store.ledger.batches import log_size
from hub.store.mail.subscriptions import (
    StoredSubscription,
    add_subscription,
    messages_of,
    remove_subscription,
    subscription_by_id,
    subscriptions,
    try_again,
    write_message,
)
from hub.subscription.views import SubscriptionList, message_view, subscription_view
from traceability.quality.alarm.rule import AlarmKind

MOST = 100
"""Subscriptions of one owner."""
SHOWN_MESSAGES = 50
ID_BYTES = 9
_MAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})+")
_LONGEST_MAIL = 254


class Channel(StrEnum):
    """How somebody is told."""

    MAIL = "mail"
    WEBHOOK = "webhook"


class FleetKind(StrEnum):
    """What one is told of that is no alarm of a line."""

    AGENT_SILENT = "agent-silent"


class SubscriptionForm(BaseModel):
    """What to be told of, and where. No plant or kind: all that may be seen."""

    model_config = ConfigDict(extra="forbid")
    channel: Channel
    address: Annotated[str, Field(min_length=3, max_length=2000)]
    plants: Annotated[list[Annotated[str, Field(max_length=200)]], Field(max_length=200)] = []
    kinds: list[AlarmKind | FleetKind] = []


def subscribe(hub: Hub, asker: Asker, form: SubscriptionForm) -> StoredSubscription:
    """A new subscription of the asker's side, to alarms from now on; ``EntryRefused`` says what does not fit."""
    address = _address(hub, form)
    stored_at = to_micros(hub.clock())
    with hub.store.writing() as connection:
        if len(subscriptions(connection, asker.organisation)) >= MOST:
            raise EntryRefused(f"there are {MOST} subscriptions already", where="subscriptions", advice="remove one")
        stored = StoredSubscription(
            id=hub.random_bytes(ID_BYTES).hex(),
            owner=asker.organisation,
            person=asker.person.account if asker.person else "",
            plants=_plants(asker, form),
            kinds=sorted({kind.value for kind in form.kinds}),
            channel=form.channel.value,
            address=address,
            made_at=stored_at,
            cursor=log_size(connection),
        )
        add_subscription(connection, stored)
    return stored


def unsubscribe(hub: Hub, asker: Asker, identity: str) -> None:
    """``NotFound`` unless the asker's side has it."""
    with hub.store.writing() as connection:
        remove_subscription(connection, _own(connection, asker, identity).id)


def send_anew(hub: Hub, asker: Asker, identity: str) -> int:
    """Try what was not delivered again at once; how many messages that are."""
    with hub.store.writing() as connection:
        own = _own(connection, asker, identity)
        return try_again(connection, own.id, to_micros(hub.clock()))


def send_trial(hub: Hub, asker: Asker, identity: str) -> None:
    """Let a message go out by which one sees that the way is right."""
    now = to_micros(hub.clock())
    with hub.store.writing() as connection:
        own = _own(connection, asker, identity)
        write_message(
            connection,
            subscription=own.id,
            occasion=f"trial:{own.id}:{now}",
            alarms=0,
            subject="试发消息 / trial message",
            body='{"alarms": [], "trial": true}' if own.channel == Channel.WEBHOOK else "试发消息 / trial message\n",
            next_at=now,
            written_at=now,
        )


def listed(connection: Reading, asker: Asker) -> SubscriptionList:
    """The subscriptions of the asker's side with their latest messages."""
    own = subscriptions(connection, asker.organisation)
    messages = messages_of(connection, [one.id for one in own], SHOWN_MESSAGES) if own else []
    return SubscriptionList(
        subscriptions=tuple(subscription_view(one) for one in own),
        messages=tuple(message_view(one) for one in messages),
    )


def _own(connection: Reading, asker: Asker, identity: str) -> StoredSubscription:
    found = subscription_by_id(connection, identity)
    if found is None or found.owner != asker.organisation:
        raise NotFound(f"there is no subscription {identity[:60]!r}", advice="/api/v1/subscriptions lists them")
    return found


def _plants(asker: Asker, form: SubscriptionForm) -> list[str]:
    """Those asked for; somebody who works for some plants is told of no others."""
    own = asker.person.plants if asker.person else frozenset[str]()
    if not own:
        return sorted(set(form.plants))
    foreign = sorted(set(form.plants) - own)
    if foreign:
        raise EntryRefused(f"{foreign[0][:100]!r} is no plant of yours", where="plants", advice="leave it out")
    return sorted(set(form.plants) or own)


def _address(hub: Hub, form: SubscriptionForm) -> str:
    address = form.address.strip()
    if form.channel is Channel.MAIL:
        if len(address) > _LONGEST_MAIL or not _MAIL.fullmatch(address):
            raise EntryRefused(f"{address[:100]!r} is no mail address", where="address", advice="write name@host")
        return address
    try:
        check_target(address, hub.settings.data)
    except EpcisRefused as error:
        raise EntryRefused(error.what, where="address", advice=error.advice) from None
    return address
