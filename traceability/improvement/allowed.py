"""Which step an improvement takes as it is; each rule says why not."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from traceability.improvement.content import plan_objection, target_objection
from traceability.improvement.state import ActionState, Improvement, ImprovementState
from traceability.record.improvement import (
    Action,
    ActionDone,
    ActionDropped,
    Cancel,
    Cause,
    Checked,
    Close,
    ImprovementStep,
    NextRound,
    PlanCheck,
    Remark,
    Reminded,
    SetTarget,
    Standardise,
    Team,
)


def objection(now: Improvement, step: ImprovementStep, made_at: datetime) -> str | None:
    """Why this may not be done to the improvement as it is; None when it may."""
    if isinstance(step, Remark):
        return None
    if now.state is not ImprovementState.OPEN:
        return f"an improvement that is {now.state} is not worked on any more"
    return _RULES[type(step)](now, step, made_at)


def _free(_now: Improvement, _step: Any, _at: datetime) -> None:
    return None


def _target(now: Improvement, step: SetTarget, _at: datetime) -> str | None:
    if now.round_checks:
        return "a check is planned on the target of this round: another target belongs to the next round"
    return target_objection(step, now.content.plant)


def _cause(now: Improvement, step: Cause, _at: datetime) -> str | None:
    name, seen = step.why_of, {step.cause}
    while name:
        if name in seen:
            return f"cause {step.cause} would explain itself"
        above = now.cause(name)
        if above is None:
            return f"there is no cause {name}"
        seen.add(name)
        name = above.why_of
    return None


def _action(now: Improvement, step: Action, _at: datetime) -> str | None:
    known = now.action(step.action)
    if known is not None and known.state is not ActionState.OPEN:
        return f"action {step.action} is {known.state}"
    missing = [name for name in step.causes if now.cause(name) is None]
    return f"there is no cause {missing[0]}" if missing else None


def _open_action(now: Improvement, step: ActionDone | ActionDropped, at: datetime) -> str | None:
    known = now.action(step.action)
    if known is None:
        return f"there is no action {step.action}"
    if known.state is not ActionState.OPEN:
        return f"action {step.action} is {known.state} already"
    if isinstance(step, ActionDone) and (step.done_on - at.astimezone(UTC).date()).days > 1:
        return f"action {step.action} can't have been done on {step.done_on}, which is to come"
    return None


def _reminded(now: Improvement, step: Reminded, _at: datetime) -> str | None:
    known = now.action(step.action)
    if known is None or known.state is not ActionState.OPEN or known.action.due != step.due:
        return f"action {step.action} is not due on {step.due}"
    return "it was told already" if (step.action, step.due) in now.reminded else None


def _plan(now: Improvement, step: PlanCheck, at: datetime) -> str | None:
    target = now.target
    if target is None:
        return "a check needs a target: set it first"
    if now.check(step.check) is not None:
        return f"there is a check {step.check} already, and a check is never changed: plan a further one"
    if (step.reference, step.direction, step.target) != (target.reference, target.direction, target.value):
        return "the check is not about the target of the improvement"
    if step.after_first < at.astimezone(UTC).date():
        return f"the days after begin on {step.after_first}: a test is chosen before its data are there"
    return plan_objection(step)


def _checked(now: Improvement, step: Checked, at: datetime) -> str | None:
    known = now.check(step.check)
    if known is None:
        return f"no check {step.check} was planned"
    if known.round != now.round:
        return f"check {step.check} belongs to an earlier round"
    if known.result is not None:
        return f"check {step.check} is made: what it found is never changed"
    if at.astimezone(UTC).date() < known.plan.after_last:
        return f"the days of check {step.check} end on {known.plan.after_last}: looking earlier is another test"
    return None if step.look == known.look else f"check {step.check} is look {known.look}, not {step.look}"


def _standard(now: Improvement, _step: Standardise, _at: datetime) -> str | None:
    return None if now.worked else "what no check has found better is not made a standard"


def _close(now: Improvement, _step: Close, _at: datetime) -> str | None:
    if not now.worked:
        return "the latest check of the round did not find it better: begin the next round, or cancel it"
    open_ = [one.action.action for one in now.round_actions if one.state is ActionState.OPEN]
    if open_:
        return f"action {open_[0]} is open: say that it is done, or drop it"
    return None if now.standards else "say first what was made a standard"


_RULES: dict[type, Callable[[Improvement, Any, datetime], str | None]] = {
    SetTarget: _target,
    Team: _free,
    Cause: _cause,
    Action: _action,
    ActionDone: _open_action,
    ActionDropped: _open_action,
    Reminded: _reminded,
    PlanCheck: _plan,
    Checked: _checked,
    Standardise: _standard,
    Close: _close,
    NextRound: _free,
    Cancel: _free,
}
