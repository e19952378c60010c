"""An improvement as a turn of PDCA 策划 实施 检查 处置: in which of the four it is, and what stands in each."""

from datetime import date
from enum import StrEnum

import msgspec

from traceability.improvement.state import ActionNow, ActionState, CheckNow, Improvement, ImprovementState
from traceability.record.improvement import Cause, Close, SetTarget, Standardise, WeakPoint


class Stage(StrEnum):
    """Plan, do, check, act."""

    PLAN = "plan"
    DO = "do"
    CHECK = "check"
    ACT = "act"


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """策划: what is weak, what is aimed at, why it is so, what will be done and how it will be checked."""

    weak_point: WeakPoint
    target: SetTarget | None
    causes: tuple[Cause, ...]
    actions: tuple[ActionNow, ...]
    checks: tuple[CheckNow, ...]


class Do(msgspec.Struct, frozen=True, kw_only=True):
    """实施: what was carried out."""

    done: tuple[ActionNow, ...]
    open: tuple[ActionNow, ...]
    overdue: tuple[str, ...]


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """检查: what was found; ``looks`` counts all that were planned, over every round."""

    made: tuple[CheckNow, ...]
    looks: int


class Act(msgspec.Struct, frozen=True, kw_only=True):
    """处置: what was made a standard, and how it ended."""

    standards: tuple[Standardise, ...]
    close: Close | None
    reason: str


class Pdca(msgspec.Struct, frozen=True, kw_only=True):
    """The present round."""

    stage: Stage
    round: int
    plan: Plan
    do: Do
    check: Check
    act: Act


def stage_of(now: Improvement) -> Stage:
    """What is to be done next tells the stage.

    Act: a check of the round was made, or it ended. Check: every action of the round is done. Do: there is a target,
    and an action that is open. Plan: otherwise.
    """
    if now.state is not ImprovementState.OPEN or now.latest_check is not None:
        return Stage.ACT
    actions = now.round_actions
    if now.target is None or not actions:
        return Stage.PLAN
    return Stage.DO if any(one.state is ActionState.OPEN for one in actions) else Stage.CHECK


def pdca(now: Improvement, today: date) -> Pdca:
    """The improvement as a turn of PDCA."""
    actions = now.round_actions
    return Pdca(
        stage=stage_of(now),
        round=now.round,
        plan=Plan(
            weak_point=now.content.weak_point,
            target=now.target,
            causes=now.causes,
            actions=actions,
            checks=now.round_checks,
        ),
        do=Do(
            done=tuple(one for one in actions if one.state is ActionState.DONE),
            open=tuple(one for one in actions if one.state is ActionState.OPEN),
            overdue=tuple(one.action.action for one in actions if one.overdue(today)),
        ),
        check=Check(made=tuple(one for one in now.round_checks if one.result is not None), looks=len(now.checks)),
        act=Act(standards=now.standards, close=now.close, reason=now.reason),
    )
