"""What an improvement has become, by the set of its changes.

::

    OPEN ──▶ CLOSED        a check of the round found it better, and a standard keeps the gain
      ├────▶ CANCELLED
      └────▶ OPEN, the next round

While it is open its stage follows from what is there (``traceability.improvement.stages``): nobody moves a card.
Changes are taken in the order in which they rest on each other, those that don't know of each other by their time and
name (``traceability.notification.order``). A step that is not possible in the state it meets is kept and shown as
*disputed*, so a set of changes leads to one state however they arrived.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from traceability.improvement.allowed import objection
from traceability.improvement.state import (
    ActionNow,
    ActionState,
    CheckNow,
    Improvement,
    ImprovementState,
    Taken,
)
from traceability.notification.order import each_once, heads_of, in_order
from traceability.record.improvement import (
    Action,
    ActionDone,
    ActionDropped,
    Cancel,
    Cause,
    Checked,
    Close,
    ImprovementChangeRecord,
    ImprovementContent,
    NextRound,
    PlanCheck,
    Remark,
    Reminded,
    SetTarget,
    Standardise,
    Team,
)


def begun(identity: str, content: ImprovementContent) -> Improvement:
    """An improvement of which nothing but its beginning is known."""
    return Improvement(id=identity, content=content, owner=content.owner)


def fold(identity: str, content: ImprovementContent, changes: Iterable[ImprovementChangeRecord]) -> Improvement:
    """The improvement after ``changes``, given in any order, each as often as one likes."""
    known = each_once(changes)
    order = in_order(known)
    now, history = begun(identity, content), []
    for change in order:
        disputed = objection(now, change.content, change.made_at)
        history.append(
            Taken(
                change=change.change,
                by=change.by,
                made_at=change.made_at,
                content=change.content,
                disputed=disputed,
            )
        )
        if disputed is None:
            now = _STEPS[type(change.content)](now, change.content, change)
    waiting = tuple(sorted(known.keys() - {change.change for change in order}))
    return replace(now, history=tuple(history), heads=heads_of(order), waiting=waiting)


def after_all(now: Improvement, clock: datetime) -> datetime:
    """``clock``, and never before what a change rests on: a clock that was set back must not turn the history round."""
    return max([clock, *(item.made_at for item in now.history)])


_Record = ImprovementChangeRecord


def _target(now: Improvement, step: SetTarget, _record: _Record) -> Improvement:
    return replace(now, target=step)


def _team(now: Improvement, step: Team, _record: _Record) -> Improvement:
    return replace(now, owner=step.owner, members=step.members)


def _cause(now: Improvement, step: Cause, _record: _Record) -> Improvement:
    if now.cause(step.cause) is None:
        return replace(now, causes=(*now.causes, step))
    return replace(now, causes=tuple(step if one.cause == step.cause else one for one in now.causes))


def _action(now: Improvement, step: Action, _record: _Record) -> Improvement:
    if now.action(step.action) is None:
        return replace(now, actions=(*now.actions, ActionNow(action=step, round=now.round)))
    return _with_action(now, step.action, action=step, round=now.round)


def _done(now: Improvement, step: ActionDone, _record: _Record) -> Improvement:
    return _with_action(now, step.action, state=ActionState.DONE, done_on=step.done_on, evidence=step.evidence)


def _dropped(now: Improvement, step: ActionDropped, _record: _Record) -> Improvement:
    return _with_action(now, step.action, state=ActionState.DROPPED, reason=step.reason)


def _with_action(now: Improvement, name: str, **changes: Any) -> Improvement:
    return replace(
        now, actions=tuple(replace(one, **changes) if one.action.action == name else one for one in now.actions)
    )


def _reminded(now: Improvement, step: Reminded, _record: _Record) -> Improvement:
    return replace(now, reminded=(*now.reminded, (step.action, step.due)))


def _planned(now: Improvement, step: PlanCheck, record: _Record) -> Improvement:
    planned = CheckNow(
        plan=step, look=len(now.checks) + 1, round=now.round, planned_by=record.by, planned_at=record.made_at
    )
    return replace(now, checks=(*now.checks, planned))


def _checked(now: Improvement, step: Checked, _record: _Record) -> Improvement:
    return replace(
        now, checks=tuple(replace(one, result=step) if one.plan.check == step.check else one for one in now.checks)
    )


def _standard(now: Improvement, step: Standardise, _record: _Record) -> Improvement:
    return replace(now, standards=(*now.standards, step))


def _closed(now: Improvement, step: Close, _record: _Record) -> Improvement:
    return replace(now, state=ImprovementState.CLOSED, close=step)


def _next_round(now: Improvement, step: NextRound, _record: _Record) -> Improvement:
    carried = tuple(replace(one, round=now.round + 1) if one.state is ActionState.OPEN else one for one in now.actions)
    return replace(now, round=now.round + 1, reason=step.reason, target=None, actions=carried, standards=())


def _cancelled(now: Improvement, step: Cancel, _record: _Record) -> Improvement:
    return replace(now, state=ImprovementState.CANCELLED, reason=step.reason)


def _remark(now: Improvement, step: Remark, _record: _Record) -> Improvement:
    return replace(now, remarks=(*now.remarks, step))


_STEPS: dict[type, Callable[[Improvement, Any, _Record], Improvement]] = {
    SetTarget: _target,
    Team: _team,
    Cause: _cause,
    Action: _action,
    ActionDone: _done,
    ActionDropped: _dropped,
    Reminded: _reminded,
    PlanCheck: _planned,
    Checked: _checked,
    Standardise: _standard,
    Close: _closed,
    NextRound: _next_round,
    Cancel: _cancelled,
    Remark: _remark,
}
