"""Rows of quality notifications, and what can't be taken as one."""

from collections.abc import Callable
from typing import Any

import msgspec

from hub.projection.sender import Place, Sender, evidence
from hub.store.core.instant import is_storable
from hub.store.writing.rows import Row
from traceability.notification.content import NotificationRefused, check_content, content_hash
from traceability.record.base import Record
from traceability.record.notification import (
    GuestLink,
    GuestLinkRevoked,
    NotificationChangeRecord,
    NotificationRecord,
)

NOTIFICATION_HUB_ONLY: tuple[type[Record], ...] = (NotificationRecord, NotificationChangeRecord)


def notification_rows(record: NotificationRecord, place: Place) -> list[Row]:
    """One row, and one for each item it names."""
    content, common = record.content, evidence(record, place)
    row = common | {
        "id": record.id,
        "type": content.type,
        "severity": content.severity,
        "sender": content.sender,
        "receiver": content.receiver,
        "forwards": None if content.forwards is None else content.forwards.notification,
        "content_hash": content_hash(content),
        "content": msgspec.to_builtins(content),
        "by": record.by,
    }
    named = [
        ("notification_item", common | {"item": number, "id": record.id, "affected": affected})
        for number, affected in enumerate(content.items)
    ]
    return [("notification", row), *named]


def notification_change_rows(record: NotificationChangeRecord, place: Place) -> list[Row]:
    """One row."""
    content = record.content
    row = evidence(record, place) | {
        "id": record.id,
        "change": record.change,
        "secret": content.secret if isinstance(content, GuestLink | GuestLinkRevoked) else None,
        "record": msgspec.to_builtins(record),
    }
    return [("notification_change", row)]


def _check_notification(record: NotificationRecord, _sender: Sender) -> str:
    try:
        check_content(record.content)
    except NotificationRefused as error:
        return error.what
    return ""


def _check_change(record: NotificationChangeRecord, _sender: Sender) -> str:
    return "" if is_storable(record.made_at) else "'made_at' is outside the years 2 to 9998"


NOTIFICATION_CHECKS: dict[type[Record], Callable[[Any, Sender], str]] = {
    NotificationRecord: _check_notification,
    NotificationChangeRecord: _check_change,
}
