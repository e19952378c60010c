"""The words of quality notifications; ``words`` says how such tables are used."""

from collections.abc import Mapping
from enum import StrEnum

from hub.notify.mailbox import Box
from hub.notify.turn import Duty
from hub.pages.speech import mark
from traceability.record.notification import NotificationState, NotificationType, Severity, Side, StepStatus

STATES: Mapping[StrEnum, str] = {
    NotificationState.CREATED: mark("created"),
    NotificationState.SENT: mark("sent"),
    NotificationState.CANCELED: mark("canceled"),
    NotificationState.RECEIVED: mark("received"),
    NotificationState.ACKNOWLEDGED: mark("acknowledged"),
    NotificationState.ACCEPTED: mark("accepted"),
    NotificationState.DECLINED: mark("declined"),
    NotificationState.CLOSED: mark("closed"),
}
TYPES: Mapping[StrEnum, str] = {
    NotificationType.ALERT: mark("quality alert"),
    NotificationType.INVESTIGATION: mark("quality investigation"),
}
SEVERITIES: Mapping[StrEnum, str] = {
    Severity.MINOR: mark("minor"),
    Severity.MAJOR: mark("major"),
    Severity.CRITICAL: mark("critical"),
    Severity.LIFE_THREATENING: mark("life-threatening"),
}
SIDES: Mapping[StrEnum, str] = {Side.SENDER: mark("sender"), Side.RECEIVER: mark("receiver")}
STEP_STATES: Mapping[StrEnum, str] = {
    StepStatus.OPEN: mark("open"),
    StepStatus.IN_PROGRESS: mark("in progress"),
    StepStatus.DONE: mark("done"),
}
BOXES: Mapping[StrEnum, str] = {
    Box.INBOX: mark("received by us"),
    Box.SENT: mark("sent by us"),
    Box.WAITING: mark("waiting for us"),
    Box.OVERDUE: mark("overdue"),
    Box.CLOSED: mark("closed"),
}
DUTIES: Mapping[StrEnum, str] = {
    Duty.SEND: mark("send the draft, or withdraw it"),
    Duty.ACKNOWLEDGE: mark("confirm that it was read"),
    Duty.DECIDE: mark("accept or decline it"),
    Duty.REPORT: mark("finish the 8D report"),
    Duty.CLOSE: mark("judge the answer and close it"),
}
MOVES: Mapping[NotificationState, str] = {
    NotificationState.SENT: mark("Send it"),
    NotificationState.CANCELED: mark("Withdraw the draft"),
    NotificationState.RECEIVED: mark("Confirm receipt"),
    NotificationState.ACKNOWLEDGED: mark("Confirm that it was read"),
    NotificationState.ACCEPTED: mark("Accept"),
    NotificationState.DECLINED: mark("Decline"),
    NotificationState.CLOSED: mark("Close it"),
}
"""What the buttons say that lead into a state."""
NOTIFICATION_TABLES = (STATES, TYPES, SEVERITIES, SIDES, STEP_STATES, BOXES, DUTIES)

DISCIPLINES: Mapping[int, str] = {
    1: mark("team"),
    2: mark("problem description"),
    3: mark("containment actions"),
    4: mark("root causes"),
    5: mark("chosen corrective actions"),
    6: mark("corrective actions put in place"),
    7: mark("prevention of recurrence"),
    8: mark("closure and recognition of the team"),
}
