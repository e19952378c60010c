"""Whose turn it is in a notification: who must do what, until when."""

from datetime import date
from enum import StrEnum

import msgspec

from traceability.notification.fold import Notification
from traceability.record.notification import NotificationState, NotificationType, Side, StepStatus

DISCIPLINE_COUNT = 8


class Duty(StrEnum):
    """What is to be done next."""

    SEND = "send"
    """Send the draft, or withdraw it."""
    ACKNOWLEDGE = "acknowledge"
    """Say that it was read."""
    DECIDE = "decide"
    """Accept or decline it."""
    REPORT = "report"
    """Finish the 8D report."""
    CLOSE = "close"
    """Judge the answer, and close."""


class Turn(msgspec.Struct, frozen=True, kw_only=True):
    """What one side has to do; ``until`` is the date that was set for the answer, where the answer is missing."""

    side: Side
    duty: Duty
    until: date | None


_DUTIES = {
    NotificationState.CREATED: (Side.SENDER, Duty.SEND),
    NotificationState.SENT: (Side.RECEIVER, Duty.ACKNOWLEDGE),
    NotificationState.RECEIVED: (Side.RECEIVER, Duty.ACKNOWLEDGE),
    NotificationState.ACKNOWLEDGED: (Side.RECEIVER, Duty.DECIDE),
    NotificationState.DECLINED: (Side.SENDER, Duty.CLOSE),
}


def turn_of(now: Notification) -> Turn | None:
    """Who must act; None when it has ended. A report that was begun, or that an investigation asks for, comes first."""
    if now.ended:
        return None
    if now.state is NotificationState.ACCEPTED:
        reports = now.content.type is NotificationType.INVESTIGATION or bool(now.steps)
        unfinished = reports and steps_done(now) < DISCIPLINE_COUNT
        side, duty = (Side.RECEIVER, Duty.REPORT) if unfinished else (Side.SENDER, Duty.CLOSE)
    else:
        side, duty = _DUTIES[now.state]
    return Turn(side=side, duty=duty, until=now.target_date if side is Side.RECEIVER else None)


def steps_done(now: Notification) -> int:
    """Disciplines of the 8D report that are done, of eight."""
    return sum(step.entry.status is StepStatus.DONE for step in now.steps)


def company_of(side: Side, now: Notification) -> str:
    """The id of the company on that side."""
    return now.content.sender if side is Side.SENDER else now.content.receiver
