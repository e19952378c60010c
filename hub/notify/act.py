"""Telling, answering and forwarding. Each act is a record of the hub; what breaks a rule is refused before.

A change rests on all the changes that stand at this moment, because the transaction that seals it sees them all.
"""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime

import msgspec

from hub.entry.seal import Stamps, enter
from hub.errors import EntryRefused
from hub.notify.components import components_of
from hub.notify.read import find
from hub.notify.views import Made
from hub.parts import Hub
from hub.store.core.database import Reading
from hub.store.ledger.authors import latest_organisation
from hub.store.ledger.batches import StoredBatch
from traceability.errors import IdentifierRefused
from traceability.identifier.item import item_uri, read_identity
from traceability.notification.content import NotificationRefused, check_content, forwarded, sorted_items
from traceability.notification.fold import Notification
from traceability.notification.states import objection
from traceability.record.base import Record
from traceability.record.notification import (
    MAX_ITEMS,
    Change,
    NotificationChangeRecord,
    NotificationContent,
    NotificationRecord,
    Side,
)

ID_BYTES = 16


class Actor(msgspec.Struct, frozen=True):
    """Who acts, by a pseudonymous id, and for which side."""

    side: Side
    by: str


def make(hub: Hub, content: NotificationContent, by: str) -> Made:
    """A new notification; both companies must be known."""

    def draft(connection: Reading, _identity: str) -> NotificationContent:
        for organisation in (content.sender, content.receiver):
            require_organisation(connection, organisation)
        return content

    return _make(hub, draft, by)


def forward(
    hub: Hub, identity: str, *, receiver: str, title: str, description: str, items: Collection[str], by: str
) -> Made:
    """The receiver of a notification tells its own supplier, in its own words and only of the items it names."""
    named = canonical(items)

    def draft(connection: Reading, _identity: str) -> NotificationContent:
        require_organisation(connection, receiver)
        _, origin = find(connection, identity)
        try:
            return forwarded(
                identity,
                origin.content,
                receiver=receiver,
                title=title,
                description=description,
                items=named,
                known_items=components_of(connection, origin.content.items),
            )
        except NotificationRefused as error:
            raise EntryRefused(error.what, where=error.where, advice=error.advice) from None

    return _make(hub, draft, by)


def change(hub: Hub, identity: str, content: Change, actor: Actor) -> Made:
    """Something happens to a notification; ``EntryRefused`` says why this side may not do it now."""
    return change_by(hub, identity, lambda _now: content, actor)


def change_by(hub: Hub, identity: str, decide: Callable[[Notification], Change], actor: Actor) -> Made:
    """As ``change``; what happens is decided on what the notification is when it is sealed."""
    name = hub.random_bytes(ID_BYTES).hex()

    def draft(connection: Reading, stamp: Stamps) -> Sequence[Record]:
        _, now = find(connection, identity)
        content = decide(now)
        reason = objection(now.state, content, actor.side)
        if reason:
            raise EntryRefused(
                reason, where=f"notification {identity}", advice="'next' of the notification says what is possible"
            )
        given = stamp()
        return [
            NotificationChangeRecord(
                id=identity,
                change=name,
                after=now.heads,
                side=actor.side,
                by=actor.by,
                made_at=_after(now, given["event_time"]),
                content=content,
                **given,
            )
        ]

    return Made(id=identity, change=name, log_index=_index(enter(hub, draft)))


def canonical(items: Collection[str]) -> tuple[str, ...]:
    """Canonical identities, each once, sorted; ``EntryRefused`` names the first that can't be read."""
    if len(items) > MAX_ITEMS:
        raise EntryRefused(
            f"{len(items)} items, at most {MAX_ITEMS} fit one notification",
            where="items",
            advice="name the lots instead of their units, or make several notifications",
        )
    try:
        return sorted_items(item_uri(read_identity(item)) for item in items)
    except IdentifierRefused as error:
        raise EntryRefused(error.what, where="items", advice=error.advice) from None


def _make(hub: Hub, content_of: Callable[[Reading, str], NotificationContent], by: str) -> Made:
    identity = f"notification-{hub.random_bytes(ID_BYTES).hex()}"

    def draft(connection: Reading, stamp: Stamps) -> Sequence[Record]:
        content = content_of(connection, identity)
        try:
            check_content(content)
        except NotificationRefused as error:
            raise EntryRefused(error.what, where=error.where, advice=error.advice) from None
        return [NotificationRecord(id=identity, content=content, by=by, **stamp())]

    return Made(id=identity, change=None, log_index=_index(enter(hub, draft)))


def _after(now: Notification, clock: datetime) -> datetime:
    """Never before what the change rests on: a clock that was set back must not turn the history round."""
    return max([clock, *(item.made_at for item in now.history)])


def require_organisation(connection: Reading, organisation: str) -> None:
    """``EntryRefused`` unless the company was entered."""
    if latest_organisation(connection, organisation) is None:
        raise EntryRefused(f"there is no organisation {organisation!r}", where="notification", advice="add it first")


def _index(stored: StoredBatch | None) -> int:
    assert stored is not None  # the drafts here always have a record
    return stored.id
