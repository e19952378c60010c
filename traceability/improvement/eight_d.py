"""The same improvement as an 8D report: eight disciplines, each with its texts and how far it is.

D1 team, D2 problem, D3 containment, D4 root causes, D5 corrective actions chosen, D6 carried out and validated, D7
recurrence prevented, D8 closed and the team thanked (VDA, 8D: problem solving in 8 disciplines).
"""

from collections.abc import Iterable

import msgspec

from traceability.improvement.state import ActionNow, ActionState, CheckNow, Improvement, ImprovementState
from traceability.quality.effect.finding import EffectVerdict
from traceability.record.improvement import ActionKind, Cause, CauseState
from traceability.record.notification import StepStatus


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One thing in a discipline; ``what`` is a word of the program, ``text`` the users' own."""

    what: str
    text: str
    state: str = ""
    owner: str = ""
    due: str = ""
    done_on: str = ""
    evidence: tuple[str, ...] = ()


class Discipline(msgspec.Struct, frozen=True, kw_only=True):
    """D1 to D8."""

    number: int
    status: StepStatus
    lines: tuple[Line, ...]


def eight_d(now: Improvement) -> tuple[Discipline, ...]:
    """D1 to D8, in their order."""
    of_kind = {kind: tuple(one for one in now.round_actions if one.action.kind is kind) for kind in ActionKind}
    corrective = of_kind[ActionKind.CORRECTIVE]
    lasting = of_kind[ActionKind.PREVENTIVE]
    confirmed = any(one.state is CauseState.CONFIRMED for one in now.causes)
    validated = now.verdict in (EffectVerdict.EFFECTIVE, EffectVerdict.BETTER_UNTESTED)
    checks = tuple(_check(one) for one in now.round_checks)
    closed = now.state is ImprovementState.CLOSED
    return (
        Discipline(number=1, status=_far(bool(now.members), done=bool(now.members)), lines=_team(now)),
        Discipline(number=2, status=_far(True, done=now.target is not None), lines=_problem(now)),
        _actions(3, of_kind[ActionKind.CONTAINMENT]),
        Discipline(
            number=4, status=_far(bool(now.causes), done=confirmed), lines=tuple(_cause(one) for one in now.causes)
        ),
        Discipline(
            number=5, status=_far(bool(corrective), done=bool(corrective) and confirmed), lines=_lines(corrective)
        ),
        Discipline(
            number=6,
            status=_far(any(one.state is ActionState.DONE for one in corrective) or bool(checks), done=validated),
            lines=(*_lines(one for one in corrective if one.state is ActionState.DONE), *checks),
        ),
        Discipline(
            number=7,
            status=_far(
                bool(lasting or now.standards), done=bool(now.standards) and all(_is_done(one) for one in lasting)
            ),
            lines=(*_lines(lasting), *_standards(now)),
        ),
        Discipline(number=8, status=_far(closed, done=closed), lines=_end(now)),
    )


def _far(begun: bool, *, done: bool) -> StepStatus:
    if done:
        return StepStatus.DONE
    return StepStatus.IN_PROGRESS if begun else StepStatus.OPEN


def _is_done(one: ActionNow) -> bool:
    return one.state is ActionState.DONE


def _actions(number: int, actions: tuple[ActionNow, ...]) -> Discipline:
    done = bool(actions) and all(_is_done(one) for one in actions)
    return Discipline(number=number, status=_far(bool(actions), done=done), lines=_lines(actions))


def _lines(actions: Iterable[ActionNow]) -> tuple[Line, ...]:
    return tuple(
        Line(
            what="action",
            text=one.action.text,
            state=one.state.value,
            owner=one.action.owner,
            due=one.action.due.isoformat(),
            done_on="" if one.done_on is None else one.done_on.isoformat(),
            evidence=one.evidence,
        )
        for one in actions
    )


def _team(now: Improvement) -> tuple[Line, ...]:
    lead = Line(what="lead", text=now.owner)
    return (lead, *(Line(what="member", text=one) for one in now.members))


def _problem(now: Improvement) -> tuple[Line, ...]:
    weak = now.content.weak_point
    lines = [Line(what="weak-point", text=weak.subject)]
    lines += [Line(what="found", text=text) for text in (weak.found, weak.effect, now.content.description) if text]
    if now.target is not None:
        aim = now.target
        sign = "≥" if aim.direction == "up" else "≤"
        lines.append(
            Line(what="target", text=f"{aim.reference.metric} {sign} {aim.value}", due=aim.by_when.isoformat())
        )
    return tuple(lines)


def _cause(one: Cause) -> Line:
    return Line(what="cause", text=one.text, state=one.state.value, evidence=one.evidence)


def _check(one: CheckNow) -> Line:
    result, plan = one.result, one.plan
    period = f"{plan.before_first} – {plan.before_last} | {plan.after_first} – {plan.after_last}"
    if result is None:
        return Line(what="check", text=f"{plan.test}: {period}", state="planned", due=plan.after_last.isoformat())
    figures = f"{result.before.value or '?'} → {result.after.value or '?'}"
    p = "" if result.p_looks is None else f", p = {result.p_looks}"
    return Line(what="check", text=f"{plan.test}: {figures}{p} ({period})", state=result.verdict.value)


def _standards(now: Improvement) -> tuple[Line, ...]:
    return tuple(
        Line(what="standard", text=one.standard, due=one.from_day.isoformat(), evidence=one.evidence)
        for one in now.standards
    )


def _end(now: Improvement) -> tuple[Line, ...]:
    if now.close is None:
        return ()
    said = (("lesson", now.close.lesson), ("recognition", now.close.recognition))
    return tuple(Line(what=what, text=text) for what, text in said if text)
