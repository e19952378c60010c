"""What is shown of subscriptions, their messages, and saved views."""

from datetime import datetime

import msgspec

from hub.store.core.instant import from_micros
from hub.store.mail.subscriptions import StoredMessage, StoredSubscription, StoredView


class MessageView(msgspec.Struct, frozen=True, kw_only=True):
    """One message; ``problem`` says why the last try failed, ``next_at`` when the next one is."""

    id: int
    subscription: str
    alarms: int
    subject: str
    state: str
    tries: int
    written_at: datetime
    next_at: datetime | None
    problem: str


class SubscriptionView(msgspec.Struct, frozen=True, kw_only=True):
    """Who is told of what; empty ``plants`` or ``kinds``: all that may be seen."""

    id: str
    owner: str
    plants: tuple[str, ...]
    kinds: tuple[str, ...]
    channel: str
    address: str
    made_at: datetime


class SubscriptionList(msgspec.Struct, frozen=True, kw_only=True):
    """Every subscription of the asker, and the latest messages of all of them."""

    subscriptions: tuple[SubscriptionView, ...]
    messages: tuple[MessageView, ...]


class SavedView(msgspec.Struct, frozen=True, kw_only=True):
    """A page with its question, under a name."""

    id: str
    name: str
    address: str
    made_at: datetime


class SavedViews(msgspec.Struct, frozen=True, kw_only=True):
    """The views of the asker, by name."""

    views: tuple[SavedView, ...]


def subscription_view(stored: StoredSubscription) -> SubscriptionView:
    """As it is shown."""
    return SubscriptionView(
        id=stored.id,
        owner=stored.owner,
        plants=tuple(stored.plants),
        kinds=tuple(stored.kinds),
        channel=stored.channel,
        address=stored.address,
        made_at=from_micros(stored.made_at),
    )


def message_view(stored: StoredMessage) -> MessageView:
    """As it is shown."""
    return MessageView(
        id=stored.id,
        subscription=stored.subscription,
        alarms=stored.alarms,
        subject=stored.subject,
        state=stored.state,
        tries=stored.tries,
        written_at=from_micros(stored.written_at),
        next_at=from_micros(stored.next_at) if stored.state == "waiting" else None,
        problem=stored.problem,
    )


def saved(stored: StoredView) -> SavedView:
    """As it is shown."""
    return SavedView(id=stored.id, name=stored.name, address=stored.address, made_at=from_micros(stored.made_at))
