"""Notifications read from the projection and folded."""

from collections import Counter
from collections.abc import Iterable
from datetime import date

from hub.errors import NotFound
from hub.notify.mailbox import Box, Sieve, in_box
from hub.notify.turn import steps_done, turn_of
from hub.notify.views import (
    ChangeView,
    ForwardView,
    NotificationLine,
    NotificationList,
    NotificationView,
    StepView,
)
from hub.store.core.database import Reading
from hub.store.core.instant import from_micros
from hub.store.mail.notifications import (
    StoredNotification,
    Wanted,
    stored_changes,
    stored_notification,
    stored_notifications,
)
from traceability.notification.fold import Notification, fold
from traceability.notification.states import next_states
from traceability.record.notification import NotificationState, Side


def find(connection: Reading, identity: str) -> tuple[StoredNotification, Notification]:
    """A notification and what it has become; ``NotFound``."""
    stored = stored_notification(connection, identity)
    if stored is None:
        raise NotFound(f"there is no notification {identity[:100]!r}", advice="check the id")
    return stored, fold(identity, stored.content, stored_changes(connection, [identity])[identity])


def folded(connection: Reading, stored: Iterable[StoredNotification]) -> list[tuple[StoredNotification, Notification]]:
    """Each of these with what it has become."""
    several = list(stored)
    changes = stored_changes(connection, [each.id for each in several])
    return [(each, fold(each.id, each.content, changes[each.id])) for each in several]


def open_by_company(connection: Reading) -> Counter[str]:
    """How many notifications that were sent and have not ended each company has to do with, as sender or receiver."""
    found = (now for _, now in folded(connection, stored_notifications(connection, Wanted())))
    going_on = (now.content for now in found if not now.ended and now.state is not NotificationState.CREATED)
    return Counter(company for content in going_on for company in {content.sender, content.receiver})


def list_view(  # noqa: PLR0917 - what to list, then which part of it
    connection: Reading, wanted: Wanted, sieve: Sieve, today: date, offset: int, limit: int
) -> NotificationList:
    """Those that fit, the latest first; the state is that which the changes have led to."""
    found = folded(connection, stored_notifications(connection, wanted))
    fitting = [pair for pair in found if sieve.lets_through(pair[1], today)]
    return NotificationList(
        total=len(fitting),
        boxes={box: sum(in_box(now, box, sieve.us, today) for _, now in found) for box in Box},
        notifications=tuple(_line(stored, now, today) for stored, now in fitting[offset : offset + limit]),
    )


def view(connection: Reading, identity: str, today: date) -> NotificationView:
    """Everything of one notification."""
    stored, now = find(connection, identity)
    forwarded = folded(connection, stored_notifications(connection, Wanted(forwards=identity)))
    return NotificationView(
        id=identity,
        content=stored.content,
        content_hash=now.content_hash,
        state=now.state,
        target_date=now.target_date,
        overdue=now.overdue(today),
        made_at=from_micros(stored.event_time),
        by=stored.by,
        next={side: next_states(now.state, side) for side in Side},
        history=tuple(
            ChangeView(
                change=item.change,
                side=item.side,
                by=item.by,
                made_at=item.made_at,
                content=item.content,
                disputed=item.disputed,
            )
            for item in now.history
        ),
        waiting=now.waiting,
        steps=tuple(StepView(side=step.side, made_at=step.made_at, entry=step.entry) for step in now.steps),
        attachments=now.attachments,
        guest_links=len(now.guest_links),
        forwarded_to=tuple(
            ForwardView(id=each.id, receiver=each.content.receiver, state=state.state) for each, state in forwarded
        ),
        turn=turn_of(now),
    )


def _line(stored: StoredNotification, now: Notification, today: date) -> NotificationLine:
    content, made_at = stored.content, from_micros(stored.event_time)
    return NotificationLine(
        id=stored.id,
        type=content.type,
        severity=content.severity,
        state=now.state,
        sender=content.sender,
        receiver=content.receiver,
        title=content.title,
        items=len(content.items),
        target_date=now.target_date,
        overdue=now.overdue(today),
        made_at=made_at,
        changed_at=max((item.made_at for item in now.history), default=made_at),
        disputed=any(item.disputed for item in now.history),
        forwards=None if content.forwards is None else content.forwards.notification,
        turn=turn_of(now),
        steps_done=steps_done(now),
    )
