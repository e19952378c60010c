"""The words of quality notifications; ``words`` says how such tables are used."""

from collections.abc import Mapping
from enum import StrEnum

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
NOTIFICATION_TABLES = (STATES, TYPES, SEVERITIES, SIDES, STEP_STATES)

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
