"""What a notification has become, by the set of its changes.

Changes are taken in the order in which they rest on each other (``after``); those that do not know of each other in the
order of ``made_at``, then of their names. A move that is not allowed from the state it then meets is kept and shown as
*disputed*, with the reason: when the sender closes while the receiver accepts, both happened, and one state results,
the same on both sides. A change that rests on one that has not arrived waits, and is named as waiting.
"""

from collections.abc import Iterable
from datetime import date, datetime

import msgspec

from traceability.notification.content import content_hash
from traceability.notification.order import each_once, heads_of, in_order
from traceability.notification.states import ENDED, objection
from traceability.record.notification import (
    Attachment,
    Change,
    Deadline,
    EightDStep,
    GuestLink,
    GuestLinkRevoked,
    Message,
    NotificationChangeRecord,
    NotificationContent,
    NotificationState,
    Reminder,
    Side,
    Transition,
)


class Happened(msgspec.Struct, frozen=True, kw_only=True):
    """One change in its place; ``disputed`` says why it does not count."""

    change: str
    side: Side
    by: str
    made_at: datetime
    content: Change
    disputed: str | None = None


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """The entry that counts of one discipline of the 8D report; ``side`` made it."""

    entry: EightDStep
    side: Side
    made_at: datetime


class Notification(msgspec.Struct, frozen=True, kw_only=True):
    """All that follows from the content and a set of changes."""

    id: str
    content: NotificationContent
    content_hash: str
    state: NotificationState
    target_date: date | None
    history: tuple[Happened, ...]
    heads: tuple[str, ...]
    waiting: tuple[str, ...]
    steps: tuple[Step, ...]
    attachments: tuple[Attachment, ...]
    guest_links: tuple[GuestLink, ...]

    @property
    def ended(self) -> bool:
        """Whether nothing more is expected of anybody."""
        return self.state in ENDED

    def overdue(self, today: date) -> bool:
        """Whether an answer is missing after its date."""
        answered = self.state in {NotificationState.ACCEPTED, NotificationState.DECLINED}
        return not self.ended and not answered and self.target_date is not None and self.target_date < today


def fold(identity: str, content: NotificationContent, changes: Iterable[NotificationChangeRecord]) -> Notification:
    """The notification after ``changes``, given in any order, each as often as one likes."""
    known = each_once(changes)
    order = in_order(known)
    state, history = _walk(order)
    counting = [item for item in history if item.disputed is None]
    return Notification(
        id=identity,
        content=content,
        content_hash=content_hash(content),
        state=state,
        target_date=_target_date(content, counting),
        history=tuple(history),
        heads=heads_of(order),
        waiting=tuple(sorted(known.keys() - {change.change for change in order})),
        steps=_steps(counting),
        attachments=_attachments(counting),
        guest_links=_guest_links(counting),
    )


def _walk(order: Iterable[NotificationChangeRecord]) -> tuple[NotificationState, list[Happened]]:
    state, history = NotificationState.CREATED, []
    for change in order:
        disputed = objection(state, change.content, change.side)
        if isinstance(change.content, Transition) and disputed is None:
            state = change.content.to
        history.append(
            Happened(
                change=change.change,
                side=change.side,
                by=change.by,
                made_at=change.made_at,
                content=change.content,
                disputed=disputed,
            )
        )
    return state, history


def _target_date(content: NotificationContent, history: Iterable[Happened]) -> date | None:
    found = content.target_date
    for item in history:
        if isinstance(item.content, Deadline):
            found = item.content.target_date
    return found


def _steps(history: Iterable[Happened]) -> tuple[Step, ...]:
    found: dict[int, Step] = {}
    for item in history:
        if isinstance(item.content, EightDStep):
            found[item.content.discipline] = Step(entry=item.content, side=item.side, made_at=item.made_at)
    return tuple(found[discipline] for discipline in sorted(found))


def _attachments(history: Iterable[Happened]) -> tuple[Attachment, ...]:
    return tuple(item.content for item in history if isinstance(item.content, Attachment))


def _guest_links(history: Iterable[Happened]) -> tuple[GuestLink, ...]:
    links: dict[str, GuestLink] = {}
    revoked: set[str] = set()
    for item in history:
        if isinstance(item.content, GuestLink):
            links[item.content.secret] = item.content
        elif isinstance(item.content, GuestLinkRevoked):
            revoked.add(item.content.secret)
    return tuple(link for secret, link in links.items() if secret not in revoked)


def reminded(notification: Notification) -> frozenset[date]:
    """The target dates of which the receiver was reminded already."""
    return frozenset(item.content.target_date for item in notification.history if isinstance(item.content, Reminder))


def messages(notification: Notification) -> tuple[Happened, ...]:
    """What was said, in order."""
    return tuple(item for item in notification.history if isinstance(item.content, Message))
