"""A company's notifications as boxes, and which of them somebody has not read."""

from datetime import date
from enum import StrEnum

import msgspec

from hub.accounts.asker import Asker
from hub.notify.turn import company_of, turn_of
from hub.parts import Hub
from hub.store.mail.mailbox import MailReader, mark_read, unread
from traceability.notification.fold import Notification
from traceability.record.notification import NotificationState


class Box(StrEnum):
    """One view of the mailbox; INBOX, SENT and CLOSED share out everything that is one's own."""

    INBOX = "inbox"
    SENT = "sent"
    WAITING = "waiting"
    OVERDUE = "overdue"
    CLOSED = "closed"


class Sieve(msgspec.Struct, frozen=True, kw_only=True):
    """Which of the folded notifications; ``us`` is the company whose mailbox it is, "" those of all."""

    state: NotificationState | None = None
    box: Box | None = None
    text: str = ""
    us: str = ""

    def lets_through(self, now: Notification, today: date) -> bool:
        """Whether it fits everything that is asked."""
        return (
            (self.state is None or now.state is self.state)
            and (self.box is None or in_box(now, self.box, self.us, today))
            and _holds(now, self.text.strip().casefold())
        )


class UnreadView(msgspec.Struct, frozen=True, kw_only=True):
    """Notifications in which others did something since the asker looked; at most 200, the latest first."""

    unread: int
    notifications: tuple[str, ...]


def in_box(now: Notification, box: Box, us: str, today: date) -> bool:
    """Whether ``now`` lies there in the mailbox of company ``us``."""
    if box is Box.CLOSED:
        return now.ended
    if box is Box.OVERDUE:
        return now.overdue(today)
    if box is Box.WAITING:
        turn = turn_of(now)
        return turn is not None and us in ("", company_of(turn.side, now))
    if now.ended:
        return False
    if box is Box.INBOX:
        return us in ("", now.content.receiver) and now.state is not NotificationState.CREATED
    return us in ("", now.content.sender)


def unread_of(hub: Hub, asker: Asker) -> UnreadView:
    """What the asker has not read; nothing for tokens of organisations, which nobody reads with."""
    reader = _reader(asker)
    if reader is None:
        return UnreadView(unread=0, notifications=())
    with hub.store.reading() as connection:
        found = unread(connection, reader)
    return UnreadView(unread=len(found), notifications=found)


def have_read(hub: Hub, asker: Asker, identities: tuple[str, ...]) -> None:
    """Remember that the asker has read these; ``hub`` is the whole one."""
    reader = _reader(asker)
    if reader is not None and identities:
        with hub.store.writing() as connection:
            mark_read(connection, reader, identities)


def _reader(asker: Asker) -> MailReader | None:
    return None if asker.person is None else MailReader(asker.person.account, asker.organisation)


def _holds(now: Notification, text: str) -> bool:
    content = now.content
    words = (content.title, content.description, now.id, content.sender, content.receiver)
    return not text or any(text in each.casefold() for each in (*words, *content.items))
