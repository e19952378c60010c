"""An improvement as it is: what follows from its content and a set of changes."""

from datetime import date, datetime
from enum import StrEnum

import msgspec

from traceability.quality.effect.finding import EffectVerdict
from traceability.record.improvement import (
    Action,
    Cause,
    Checked,
    Close,
    ImprovementContent,
    ImprovementStep,
    PlanCheck,
    Remark,
    SetTarget,
    Standardise,
)


class ImprovementState(StrEnum):
    """Whether work goes on."""

    OPEN = "open"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class ActionState(StrEnum):
    """How far an action is."""

    OPEN = "open"
    DONE = "done"
    DROPPED = "dropped"


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """One change in its place; ``disputed`` says why it does not count."""

    change: str
    by: str
    made_at: datetime
    content: ImprovementStep
    disputed: str | None = None


class ActionNow(msgspec.Struct, frozen=True, kw_only=True):
    """An action with what became of it."""

    action: Action
    round: int
    state: ActionState = ActionState.OPEN
    done_on: date | None = None
    evidence: tuple[str, ...] = ()
    reason: str = ""

    def overdue(self, day: date) -> bool:
        """Whether it should have been done before ``day``."""
        return self.state is ActionState.OPEN and self.action.due < day


class CheckNow(msgspec.Struct, frozen=True, kw_only=True):
    """A planned check; ``look`` is its place among all that were planned, from 1."""

    plan: PlanCheck
    look: int
    round: int
    planned_by: str
    planned_at: datetime
    result: Checked | None = None


class Improvement(msgspec.Struct, frozen=True, kw_only=True):
    """All that follows from the content and a set of changes."""

    id: str
    content: ImprovementContent
    state: ImprovementState = ImprovementState.OPEN
    round: int = 1
    owner: str
    members: tuple[str, ...] = ()
    target: SetTarget | None = None
    causes: tuple[Cause, ...] = ()
    actions: tuple[ActionNow, ...] = ()
    checks: tuple[CheckNow, ...] = ()
    standards: tuple[Standardise, ...] = ()
    remarks: tuple[Remark, ...] = ()
    close: Close | None = None
    reason: str = ""
    """Why it was cancelled, or why the present round began."""
    reminded: tuple[tuple[str, date], ...] = ()
    history: tuple[Taken, ...] = ()
    heads: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()
    """Changes that rest on others which are not here yet."""

    @property
    def round_actions(self) -> tuple[ActionNow, ...]:
        """Of the present round, those that were dropped left out."""
        return tuple(one for one in self.actions if one.round == self.round and one.state is not ActionState.DROPPED)

    @property
    def round_checks(self) -> tuple[CheckNow, ...]:
        """Of the present round."""
        return tuple(one for one in self.checks if one.round == self.round)

    @property
    def latest_check(self) -> CheckNow | None:
        """The last one of the round that was made."""
        return next((one for one in reversed(self.round_checks) if one.result is not None), None)

    @property
    def verdict(self) -> EffectVerdict | None:
        """Of the latest check."""
        latest = self.latest_check
        return None if latest is None or latest.result is None else latest.result.verdict

    @property
    def worked(self) -> bool:
        """Whether the latest check says that it is better, tested or not."""
        return self.verdict in (EffectVerdict.EFFECTIVE, EffectVerdict.BETTER_UNTESTED)

    @property
    def in_doubt(self) -> bool:
        """Whether anything in the history is disputed, or waits."""
        return bool(self.waiting) or any(one.disputed for one in self.history)

    def cause(self, name: str) -> Cause | None:
        """By its name."""
        return next((one for one in self.causes if one.cause == name), None)

    def action(self, name: str) -> ActionNow | None:
        """By its name."""
        return next((one for one in self.actions if one.action.action == name), None)

    def check(self, name: str) -> CheckNow | None:
        """By its name."""
        return next((one for one in self.checks if one.plan.check == name), None)
