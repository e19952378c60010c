"""The content of a notification: one spelling, so that both sides find the same hash."""

from collections.abc import Collection, Iterable

import msgspec

from traceability.encoding import sha256, tagged
from traceability.errors import ZhuoyueError
from traceability.record.notification import NotificationContent, Origin

_encoder = msgspec.json.Encoder(order="sorted")


class NotificationRefused(ZhuoyueError):
    """What was to be told, or done with it, breaks a rule of notifications."""


def sorted_items(items: Iterable[str]) -> tuple[str, ...]:
    """Each item once, in the one order that is hashed."""
    return tuple(sorted(set(items)))


def content_hash(content: NotificationContent) -> str:
    """SHA-256 over the content as JSON with sorted keys; the same at every hub that holds the same content."""
    return tagged(sha256(_encoder.encode(msgspec.to_builtins(content))))


def check_content(content: NotificationContent) -> None:
    """``NotificationRefused`` unless items are in their order and sender and receiver differ."""
    if content.items != sorted_items(content.items):
        raise NotificationRefused("items are not sorted, or one stands twice", where="content")
    if content.sender == content.receiver:
        raise NotificationRefused(
            "sender and receiver are the same company", where="content", advice="name the company to be told"
        )


def forwarded(
    origin_id: str,
    origin: NotificationContent,
    *,
    receiver: str,
    title: str,
    description: str,
    items: Collection[str],
    known_items: Collection[str],
) -> NotificationContent:
    """What the receiver of ``origin`` tells the next tier: its own words, and only items that may be named.

    ``known_items`` are what the original names and their components. Type, severity and target date go on; who told
    first, and what in, does not: the original is cited by the hash of its content alone.
    """
    strangers = sorted(set(items) - set(origin.items) - set(known_items))
    if strangers:
        raise NotificationRefused(
            f"{strangers[0]} is neither affected by the original nor a component of what is",
            where=f"forwarding of {origin_id}",
            advice="make a notification of its own for it",
        )
    content = NotificationContent(
        type=origin.type,
        severity=origin.severity,
        sender=origin.receiver,
        receiver=receiver,
        title=title,
        description=description,
        items=sorted_items(items),
        target_date=origin.target_date,
        forwards=Origin(notification=origin_id, content=content_hash(origin)),
    )
    check_content(content)
    return content
