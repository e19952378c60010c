"""What can't all be true, and what is missing, as answers show it."""

from datetime import datetime
from enum import StrEnum

import msgspec

from hub.named import Named


class StatementView(msgspec.Struct, frozen=True, kw_only=True):
    """One record of those that contradict each other: who said what, when, and where it stands as evidence."""

    says: str
    """``ADD`` or ``DELETE`` of a link, ``same`` or ``reidentified`` of two names."""
    one: str
    """The parent, or the first name."""
    other: str
    """The child, or the second name."""
    position: str | None
    author: str
    plant: Named | None
    organisation: Named | None
    record: str
    event_time: datetime
    record_time: datetime
    batch_id: int
    line: int


class DisputeView(msgspec.Struct, frozen=True, kw_only=True):
    """``items`` are in doubt because not all of ``statements`` can be true; none of them wins."""

    kind: str
    """``several-parents``, ``cycle``, ``several-in-position``, ``several-contents``, ``alias``."""
    explanation: str
    items: tuple[str, ...]
    statements: tuple[StatementView, ...]


class CorrectionView(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody declared a record wrong. The record is shown all the same; if this binds, it counts no more."""

    reason: str
    author: str
    on_behalf_of: str | None
    corrective: tuple[str, ...]
    """Ids of the records that say it right."""
    binds: bool
    """False: withdrawn, or its author has no say over the record."""
    event_time: datetime
    record_time: datetime
    batch_id: int
    line: int


class Because(StrEnum):
    """Why somebody is expected to report on an item."""

    CONTROL_PLAN = "control-plan"
    """The plant has a control plan of the part."""
    COMPANY_PREFIX = "company-prefix"
    """The item's GS1 key begins with the company's prefix."""
    SCOPE = "scope"
    """The private identity was given by this organisation."""


class ExpectedView(msgspec.Struct, frozen=True, kw_only=True):
    """Who should have sent records of an item."""

    organisation: Named | None
    plant: Named | None
    because: Because


class MissingView(msgspec.Struct, frozen=True, kw_only=True):
    """A unit that somebody built in, and of which nobody sent a record; ``expected`` is empty when nobody is known."""

    item: str
    part: Named
    named_by: tuple[StatementView, ...]
    expected: tuple[ExpectedView, ...]
