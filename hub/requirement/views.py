"""Requirements as they are answered."""

from datetime import date, datetime
from enum import StrEnum

import msgspec

from hub.metric.pooled import Method
from traceability.quality.intervals import Interval
from traceability.record.requirement import Indicator, Party, RequirementContent, RequirementStep, Standing, Terms
from traceability.requirement.fold import RequirementState


class RequirementLine(msgspec.Struct, frozen=True, kw_only=True):
    """One requirement in a list."""

    id: str
    customer: str
    supplier: str
    part: str
    title: str
    state: RequirementState
    indicators: int
    valid_from: date
    valid_to: date | None
    made_at: datetime
    changed_at: datetime
    passes_on: str | None


class RequirementList(msgspec.Struct, frozen=True, kw_only=True):
    """A page of a list; ``total`` counts all that fit."""

    total: int
    requirements: tuple[RequirementLine, ...]


class StepView(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened; ``disputed`` says why it does not count."""

    change: str
    party: Party
    by: str
    made_at: datetime
    content: RequirementStep
    disputed: str | None


class StandingView(msgspec.Struct, frozen=True, kw_only=True):
    """An indicator of the agreed terms ``terms`` (their hash) came to stand so; ``at`` this hub saw it."""

    at: datetime
    terms: str
    indicator: str
    standing: Standing
    value: str | None
    n: int
    begin: date
    end: date
    why: str


class PassedOnView(msgspec.Struct, frozen=True, kw_only=True):
    """Where a requirement was passed on to, and how far that is; only its two sides are told."""

    id: str
    supplier: str
    state: RequirementState


class RequirementView(msgspec.Struct, frozen=True, kw_only=True):
    """Everything of one requirement. ``next`` says what each side may do now; ``standing``, the latest first."""

    id: str
    content: RequirementContent
    content_hash: str
    state: RequirementState
    terms: Terms
    terms_hash: str
    terms_of: Party
    superseded_by: str
    made_at: datetime
    by: str
    next: dict[Party, tuple[str, ...]]
    history: tuple[StepView, ...]
    waiting: tuple[str, ...]
    passed_on: tuple[PassedOnView, ...]
    standing: tuple[StandingView, ...] = ()


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """What was entered: the requirement, the change (None for the requirement itself), and where it stands."""

    id: str
    change: str | None
    log_index: int


class TakenIn(msgspec.Struct, frozen=True, kw_only=True):
    """What a partner's file brought."""

    id: str
    new_changes: int


class Met(StrEnum):
    """Whether an indicator is fulfilled."""

    MET = "met"
    MISSED = "missed"
    CANNOT_TELL = "cannot-tell"


class Fulfilled(msgspec.Struct, frozen=True, kw_only=True):
    """One indicator over its period. ``value`` and ``n`` are what is shared; the point value decides.

    ``sure``: the bound of the 95 % interval says the same. ``why`` says what is missing, or what is below. ``method``
    says of a yield whether units or lots were judged; of lots ``n`` is as many single units as carry as much evidence.
    """

    indicator: Indicator
    verdict: Met
    value: float | None
    n: int
    interval: Interval | None
    sure: bool
    why: str
    begin: date
    end: date
    method: Method | None = None


class FulfilmentView(msgspec.Struct, frozen=True, kw_only=True):
    """A requirement against what its supplier shares with its customer; ``verdict`` is the worst of all."""

    id: str
    state: RequirementState
    in_force: bool
    verdict: Met
    as_of: datetime
    log_size: int
    indicators: tuple[Fulfilled, ...]
