"""Notifications and their changes as they stand in the projection."""

from collections.abc import Collection
from typing import Any

import msgspec
from sqlalchemy import Row, Select, or_, select

from hub.store.core.chunks import in_chunks
from hub.store.core.database import Reading
from hub.store.tables.notify import notification, notification_change, notification_item
from traceability.record.notification import NotificationChangeRecord, NotificationContent


class StoredNotification(msgspec.Struct, frozen=True, kw_only=True):
    """A notification as it was made; ``event_time`` in microseconds since 1970 UTC."""

    id: str
    content: NotificationContent
    content_hash: str
    by: str
    event_time: int


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which notifications; None: any. ``party`` sent or received it."""

    sender: str | None = None
    receiver: str | None = None
    party: str | None = None
    type: str | None = None
    severity: str | None = None
    item: str | None = None
    forwards: str | None = None


def stored_notification(connection: Reading, identity: str) -> StoredNotification | None:
    """One by its id: of several contents under one id, which only a broken hub can have made, the first sealed."""
    query = select(notification).where(notification.c.id == identity)
    row = connection.execute(query.order_by(notification.c.event_time, notification.c.batch_id)).first()
    return None if row is None else _stored(row)


def stored_notifications(connection: Reading, wanted: Wanted) -> list[StoredNotification]:
    """All that fit, the latest first."""
    query: Select[Any] = select(notification)
    for name in ("sender", "receiver", "type", "severity", "forwards"):
        value = getattr(wanted, name)
        if value is not None:
            query = query.where(notification.c[name] == value)
    if wanted.party is not None:
        query = query.where(or_(notification.c.sender == wanted.party, notification.c.receiver == wanted.party))
    if wanted.item is not None:
        naming = select(notification_item.c.id).where(notification_item.c.affected == wanted.item)
        query = query.where(notification.c.id.in_(naming))
    query = query.order_by(notification.c.event_time.desc(), notification.c.id)
    return [_stored(row) for row in connection.execute(query)]


def stored_changes(connection: Reading, identities: Collection[str]) -> dict[str, list[NotificationChangeRecord]]:
    """The changes of each of these notifications."""
    found: dict[str, list[NotificationChangeRecord]] = {identity: [] for identity in identities}
    for some in in_chunks(identities):
        query = select(notification_change.c.id, notification_change.c.record)
        for row in connection.execute(query.where(notification_change.c.id.in_(some))):
            found[row.id].append(msgspec.convert(row.record, NotificationChangeRecord))
    return found


def notification_of_secret(connection: Reading, secret: str) -> str | None:
    """The notification that a guest link with the hash ``secret`` was given out for."""
    query = select(notification_change.c.id).where(notification_change.c.secret == secret)
    return connection.execute(query.limit(1)).scalar_one_or_none()


def _stored(row: Row[Any]) -> StoredNotification:
    return StoredNotification(
        id=row.id,
        content=msgspec.convert(row.content, NotificationContent),
        content_hash=row.content_hash,
        by=row.by,
        event_time=row.event_time,
    )
