"""Notifications as they are answered."""

from datetime import date, datetime

import msgspec

from hub.notify.mailbox import Box
from hub.notify.turn import Turn
from traceability.record.notification import (
    Attachment,
    Change,
    EightDStep,
    NotificationContent,
    NotificationState,
    Side,
)


class NotificationLine(msgspec.Struct, frozen=True, kw_only=True):
    """One notification in a list; ``turn`` says who must do what, ``steps_done`` how far the 8D report is, of eight."""

    id: str
    type: str
    severity: str
    state: NotificationState
    sender: str
    receiver: str
    title: str
    items: int
    target_date: date | None
    overdue: bool
    made_at: datetime
    changed_at: datetime
    disputed: bool
    forwards: str | None
    turn: Turn | None
    steps_done: int


class NotificationList(msgspec.Struct, frozen=True, kw_only=True):
    """A page of a list; ``total`` counts all that fit, ``boxes`` what lies in each box."""

    total: int
    boxes: dict[Box, int]
    notifications: tuple[NotificationLine, ...]


class ChangeView(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened; ``disputed`` says why it does not count."""

    change: str
    side: Side
    by: str
    made_at: datetime
    content: Change
    disputed: str | None


class StepView(msgspec.Struct, frozen=True, kw_only=True):
    """What counts of one discipline of the 8D report."""

    side: Side
    made_at: datetime
    entry: EightDStep


class ForwardView(msgspec.Struct, frozen=True, kw_only=True):
    """Where a notification was forwarded to, and how far that is."""

    id: str
    receiver: str
    state: NotificationState


class NotificationView(msgspec.Struct, frozen=True, kw_only=True):
    """Everything of one notification; ``next`` says who may move it where."""

    id: str
    content: NotificationContent
    content_hash: str
    state: NotificationState
    target_date: date | None
    overdue: bool
    made_at: datetime
    by: str
    next: dict[Side, tuple[NotificationState, ...]]
    history: tuple[ChangeView, ...]
    waiting: tuple[str, ...]
    steps: tuple[StepView, ...]
    attachments: tuple[Attachment, ...]
    guest_links: int
    forwarded_to: tuple[ForwardView, ...]
    turn: Turn | None


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """What was entered: the notification, the change (None for the notification itself), and where it stands."""

    id: str
    change: str | None
    log_index: int


class GuestLinkView(msgspec.Struct, frozen=True, kw_only=True):
    """A guest link; shown once, because the hub keeps only the hash of its secret."""

    path: str
    expires: datetime


class LetterView(msgspec.Struct, frozen=True, kw_only=True):
    """A letter and what became of it: waiting, sent or failed; ``problem`` of the last attempt."""

    channel: str
    address: str
    subject: str
    state: str
    tries: int
    problem: str
    written_at: datetime


class TakenIn(msgspec.Struct, frozen=True, kw_only=True):
    """What a partner's file brought."""

    id: str
    new_changes: int
