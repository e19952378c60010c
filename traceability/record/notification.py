"""Records of quality notifications between companies: what one company tells another, and everything that follows.

The first record of a notification holds its content, which never changes; its hash is the same on both sides. Each
record after it is a change that names the changes its author had seen (``after``), so that what follows from a set of
changes does not depend on the order in which they arrive.
"""

from datetime import date
from enum import StrEnum
from typing import Annotated

import msgspec

from traceability.record.base import Count, Hash, Id, Instant, ItemId, Record, Text

LongText = Annotated[str, msgspec.Meta(max_length=20_000)]
MAX_ITEMS = 10_000


class NotificationType(StrEnum):
    """An alert tells of a danger; an investigation asks for causes."""

    ALERT = "ALERT"
    INVESTIGATION = "INVESTIGATION"


class Severity(StrEnum):
    """As Catena-X spells it."""

    MINOR = "MINOR"
    MAJOR = "MAJOR"
    CRITICAL = "CRITICAL"
    LIFE_THREATENING = "LIFE-THREATENING"


class NotificationState(StrEnum):
    """The states of Catena-X; ``traceability.notification.states`` says who may go where."""

    CREATED = "CREATED"
    SENT = "SENT"
    CANCELED = "CANCELED"
    RECEIVED = "RECEIVED"
    ACKNOWLEDGED = "ACKNOWLEDGED"
    ACCEPTED = "ACCEPTED"
    DECLINED = "DECLINED"
    CLOSED = "CLOSED"


class Side(StrEnum):
    """The company that tells, or the one that is told."""

    SENDER = "sender"
    RECEIVER = "receiver"


class Origin(msgspec.Struct, frozen=True, kw_only=True):
    """The notification that this one forwards to the next tier: its id and the hash of its content."""

    notification: Id
    content: Hash


class NotificationContent(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What one company tells another; ``items`` are canonical identities, sorted, each once."""

    type: NotificationType
    severity: Severity
    sender: Id
    receiver: Id
    title: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    description: LongText
    items: Annotated[tuple[ItemId, ...], msgspec.Meta(max_length=MAX_ITEMS)] = ()
    target_date: date | None = None
    forwards: Origin | None = None


class Transition(msgspec.Struct, frozen=True, kw_only=True, tag="transition", tag_field="what", omit_defaults=True):
    """Into another state; a DECLINED and a CLOSED say why."""

    to: NotificationState
    reason: Text = ""


class Message(msgspec.Struct, frozen=True, kw_only=True, tag="message", tag_field="what"):
    """Something said, to be read by both sides."""

    text: Annotated[str, msgspec.Meta(min_length=1, max_length=20_000)]


class Attachment(msgspec.Struct, frozen=True, kw_only=True, tag="attachment", tag_field="what"):
    """A file by its hash; the bytes stand beside the ledger."""

    sha256: Hash
    size: Count
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    media_type: Annotated[str, msgspec.Meta(max_length=100)]


class StepStatus(StrEnum):
    """How far a discipline of the 8D report is."""

    OPEN = "open"
    IN_PROGRESS = "in-progress"
    DONE = "done"


class EightDStep(msgspec.Struct, frozen=True, kw_only=True, tag="8d", tag_field="what", omit_defaults=True):
    """One discipline of an 8D report (VDA, 8D): a later entry takes the place of an earlier one of the same."""

    discipline: Annotated[int, msgspec.Meta(ge=1, le=8)]
    status: StepStatus
    text: LongText
    owner: Annotated[str, msgspec.Meta(max_length=200)] = ""
    due: date | None = None
    done_on: date | None = None
    evidence: tuple[Hash, ...] = ()


class Deadline(msgspec.Struct, frozen=True, kw_only=True, tag="deadline", tag_field="what", omit_defaults=True):
    """By when an answer is expected; None takes the deadline away."""

    target_date: date | None
    reason: Text = ""


class Reminder(msgspec.Struct, frozen=True, kw_only=True, tag="reminder", tag_field="what"):
    """The receiver was reminded of a deadline."""

    target_date: date


class GuestLink(msgspec.Struct, frozen=True, kw_only=True, tag="guest-link", tag_field="what"):
    """The receiver may answer without an account by a link until ``expires``; only the hash of its secret is here."""

    secret: Hash
    expires: Instant


class GuestLinkRevoked(msgspec.Struct, frozen=True, kw_only=True, tag="guest-link-revoked", tag_field="what"):
    """A guest link counts no more."""

    secret: Hash


Change = Transition | Message | Attachment | EightDStep | Deadline | Reminder | GuestLink | GuestLinkRevoked


class NotificationRecord(Record, frozen=True, kw_only=True, tag="notification"):
    """A notification comes into being; the record's id is the notification's. ``by`` is a pseudonymous id."""

    content: NotificationContent
    by: Id


class NotificationChangeRecord(Record, frozen=True, kw_only=True, tag="notification-change"):
    """A change of a notification; the record's id is the notification's, ``change`` names the change itself.

    ``after`` are the changes its author had seen and no other change had followed. ``made_at`` is when it was made,
    which for a change that came from another hub is earlier than the record's own time.
    """

    change: Id
    after: Annotated[tuple[Id, ...], msgspec.Meta(max_length=64)]
    side: Side
    by: Id
    made_at: Instant
    content: Change
