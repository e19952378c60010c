"""The trail of accounts as it is read."""

from datetime import datetime

import msgspec

from hub.accounts.trail import Happened
from hub.store.account.people import accounts_of
from hub.store.account.trail import StoredEvent, events_about, events_of
from hub.store.core.database import Reading
from hub.store.core.instant import from_micros

LATEST = 100


class EventView(msgspec.Struct, frozen=True, kw_only=True):
    """``login`` '' is a name that nobody has."""

    number: int
    at: datetime
    kind: Happened
    login: str
    organisation: str
    by: str
    """A name to sign in by, or "operator", or '' for whoever tried."""
    address: str
    detail: dict[str, str]


class EventsView(msgspec.Struct, frozen=True, kw_only=True):
    """The latest first; ``next`` is the cursor of earlier ones."""

    events: tuple[EventView, ...]
    next: int | None


def account_events(connection: Reading, organisation: str | None, before: int | None, limit: int) -> EventsView:
    """What happened to accounts of an organisation, of all if None."""
    found = events_of(connection, organisation, before, limit)
    return EventsView(
        events=_views(connection, organisation, found), next=found[-1].number if len(found) == limit else None
    )


def last_change(connection: Reading, account: str) -> EventView | None:
    """The latest change of role or plants of one account, among the latest things that happened to it."""
    found = [one for one in events_about(connection, account, LATEST) if one.account == account]
    return next(iter(_views(connection, None, [one for one in found if one.kind == Happened.ROLE_CHANGED])), None)


def own_events(connection: Reading, account: str, limit: int) -> tuple[EventView, ...]:
    """What happened to one account, or was done by it."""
    return _views(connection, None, events_about(connection, account, limit))


def _views(connection: Reading, organisation: str | None, found: list[StoredEvent]) -> tuple[EventView, ...]:
    names = {one.id: one.login for one in accounts_of(connection, organisation)} if found else {}
    return tuple(
        EventView(
            number=one.number,
            at=from_micros(one.at),
            kind=Happened(one.kind),
            login=names.get(one.account, ""),
            organisation=one.organisation,
            by=names.get(one.by, one.by),
            address=one.address,
            detail=one.detail,
        )
        for one in found
    )
