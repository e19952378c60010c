"""Reminders: once for each date, from two days before it on, as long as no answer has come."""

from datetime import timedelta

from hub.errors import EntryRefused
from hub.notify.act import Actor, change_by
from hub.notify.read import folded
from hub.parts import Hub
from hub.store.mail.notifications import Wanted, stored_notifications
from traceability.notification.fold import Notification, reminded
from traceability.record.notification import Change, NotificationState, Reminder, Side

AHEAD = timedelta(days=2)
REMINDER = Actor(side=Side.SENDER, by="hub")
_OPEN = frozenset({NotificationState.SENT, NotificationState.RECEIVED, NotificationState.ACKNOWLEDGED})


def remind(hub: Hub) -> int:
    """Enter every reminder that is due; how many there were."""
    with hub.store.reading() as connection:
        due = [now for _, now in folded(connection, stored_notifications(connection, Wanted())) if _due(hub, now)]
    for now in due:
        try:
            change_by(hub, now.id, lambda latest: _reminder(hub, latest), REMINDER)
        except EntryRefused:
            continue  # another process, or an answer, came first
    return len(due)


def _reminder(hub: Hub, now: Notification) -> Change:
    if now.target_date is None or not _due(hub, now):
        raise EntryRefused("nothing is due any more", where=now.id)
    return Reminder(target_date=now.target_date)


def _due(hub: Hub, now: Notification) -> bool:
    if now.state not in _OPEN or now.target_date is None:
        return False
    return hub.clock().date() >= now.target_date - AHEAD and now.target_date not in reminded(now)
