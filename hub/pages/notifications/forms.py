"""What the forms of the mailbox send; an empty date is none."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, Field

from traceability.record.notification import NotificationState, NotificationType, Severity, Side, StepStatus

MOST_TYPED = 400_000
Day = Annotated[date | None, BeforeValidator(lambda text: text or None)]
Key = Annotated[str, Field(min_length=1, max_length=200)]
Title = Annotated[str, Field(min_length=1, max_length=200)]
Words = Annotated[str, Field(max_length=20_000)]
Note = Annotated[str, Field(max_length=2_000)]
TypedItems = Annotated[str, Field(max_length=MOST_TYPED)]
"""Items one a line."""


class NewForm(BaseModel):
    """A notification; a draft unless ``send``."""

    type: NotificationType = NotificationType.INVESTIGATION
    severity: Severity = Severity.MAJOR
    sender: Key
    receiver: Key
    title: Title
    description: Words = ""
    items: TypedItems = ""
    target_date: Day = None
    send: bool = False
    csrf: str = ""


class SideForm(BaseModel):
    """For which side somebody acts."""

    side: Side
    csrf: str = ""


class MoveForm(SideForm):
    """Into another state."""

    to: NotificationState
    reason: Note = ""


class SayForm(SideForm):
    """Something said."""

    text: Words = ""


class DisciplineForm(SideForm):
    """One discipline of the 8D report."""

    discipline: Annotated[int, Field(ge=1, le=8)]
    status: StepStatus
    text: Words = ""
    owner: Annotated[str, Field(max_length=200)] = ""
    due: Day = None
    done_on: Day = None
    evidence: Annotated[list[Annotated[str, Field(max_length=71)]], Field(max_length=50)] = []


class DueForm(BaseModel):
    """Another date for the answer."""

    target_date: Day = None
    reason: Annotated[str, Field(max_length=2_000)] = ""
    csrf: str = ""


class OnwardForm(BaseModel):
    """To the next tier."""

    receiver: Key
    title: Title
    description: Words = ""
    items: TypedItems = ""
    csrf: str = ""


class LinkForm(BaseModel):
    """How long a guest link counts."""

    days: Annotated[int, Field(ge=1, le=365)] = 30
    csrf: str = ""


def lines(text: str) -> list[str]:
    """What was typed, one a line."""
    return [line.strip() for line in text.splitlines() if line.strip()]
