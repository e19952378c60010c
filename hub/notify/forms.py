"""What the notification routes take, as JSON."""

from datetime import date, timedelta
from typing import Annotated

from pydantic import Field, model_validator

from hub.entry.forms import Form, Key, Note
from hub.notify.act import Actor
from hub.notify.from_recall import RecallItems
from traceability.record.notification import (
    MAX_ITEMS,
    NotificationState,
    NotificationType,
    Severity,
    Side,
    StepStatus,
)

Title = Annotated[str, Field(min_length=1, max_length=200)]
LongNote = Annotated[str, Field(max_length=20_000)]
Item = Annotated[str, Field(min_length=1, max_length=400)]
Hashes = Annotated[list[Annotated[str, Field(pattern="^sha256:[0-9a-f]{64}$")]], Field(max_length=50)]
Items = Annotated[list[Item], Field(max_length=MAX_ITEMS)]


class NotificationForm(Form):
    """Something to tell; ``items`` are serials, lots or parts as Digital Links, EPC URNs or private identities.

    Or ``from_recall``: what a recall reached. ``recall_items`` says what of it: what concerns the receiver (was last
    sent to it, or made by it), all, or the lots.
    """

    type: NotificationType
    severity: Severity
    sender: Key
    receiver: Key
    title: Title
    description: LongNote = ""
    items: Items = Field(default_factory=list)
    from_recall: Key | None = None
    recall_items: RecallItems = RecallItems.RECEIVERS
    target_date: date | None = None
    by: Key

    @model_validator(mode="after")
    def _one_source(self) -> "NotificationForm":
        if self.from_recall is not None and self.items:
            raise ValueError("name items, or a recall that found them, not both")
        return self


class ForwardForm(Form):
    """To whom it goes on, in which words, and which items may be named."""

    receiver: Key
    title: Title
    description: LongNote = ""
    items: Items = Field(default_factory=list)
    by: Key


class ActForm(Form):
    """Who acts, and for which side."""

    side: Side
    by: Key

    @property
    def actor(self) -> Actor:
        """As the acts take it."""
        return Actor(side=self.side, by=self.by)


class TransitionForm(ActForm):
    """Into another state."""

    to: NotificationState
    reason: Note = ""


class MessageForm(ActForm):
    """Something said."""

    text: Annotated[str, Field(min_length=1, max_length=20_000)]


class StepForm(ActForm):
    """One discipline of the 8D report; ``evidence`` are hashes of attachments."""

    discipline: Annotated[int, Field(ge=1, le=8)]
    status: StepStatus
    text: LongNote = ""
    owner: Annotated[str, Field(max_length=200)] = ""
    due: date | None = None
    done_on: date | None = None
    evidence: Hashes = Field(default_factory=list)


class DeadlineForm(Form):
    """By when an answer is expected; none takes the date away."""

    target_date: date | None
    reason: Note = ""
    by: Key


class GuestForm(Form):
    """How long the link counts."""

    days: Annotated[int, Field(ge=1, le=365)] = 30
    by: Key

    @property
    def lasts(self) -> timedelta:
        """As a duration."""
        return timedelta(days=self.days)


class ContactForm(Form):
    """Where a company is told of notifications; an empty address takes the channel away."""

    mail: Annotated[str, Field(max_length=254, pattern=r"^$|^[^@\s]+@[^@\s]+$")] = ""
    webhook: Annotated[str, Field(max_length=2000, pattern=r"^$|^https?://[^\s]+$")] = ""
