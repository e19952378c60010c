"""One improvement on its page: what it shows as PDCA and as 8D, and what may be done next."""

from datetime import date, timedelta
from typing import Any

import msgspec

from hub.improvement.views import ImprovementView
from hub.pages.home_page import State
from hub.pages.improvement.board import metric_text, target_text
from hub.pages.improvement.turn_words import ACTION_MARKS, CAUSE_MARKS, HAPPENED, VERDICT_STATES
from hub.pages.improvement.weak_table import subject_of
from hub.pages.notification_words import DISCIPLINES
from hub.pages.speech import Speech
from hub.pages.words import word_for
from traceability.improvement.eight_d import Line
from traceability.improvement.stages import Stage
from traceability.improvement.state import ActionState, CheckNow, ImprovementState, Taken
from traceability.quality.effect.finding import EffectTest, EffectVerdict
from traceability.record.improvement import (
    ActionKind,
    Cause,
    CauseArea,
    CauseMethod,
    CauseState,
    CheckedFigure,
    Direction,
    PlanCheck,
)
from traceability.record.metric import MetricName
from traceability.record.notification import StepStatus

BEFORE_DAYS = 90
AFTER_DAYS = 30
_STATUS = {StepStatus.OPEN: State.NEUTRAL, StepStatus.IN_PROGRESS: State.WARNING, StepStatus.DONE: State.OK}
_WORDS = (CauseState, ActionState, EffectVerdict)


class ShownCause(msgspec.Struct, frozen=True, kw_only=True):
    """A cause with how deep it stands below the first why."""

    cause: Cause
    depth: int
    state: str


class Happened(msgspec.Struct, frozen=True, kw_only=True):
    """One change in words."""

    taken: Taken
    text: str


class ShownCheck(msgspec.Struct, frozen=True, kw_only=True):
    """A check with its figures as text; ``due``: its days are over and it waits to be made."""

    check: CheckNow
    due: bool
    before: str = ""
    after: str = ""
    effect: str = ""
    p: str = ""
    verdict: str = ""
    state: str = ""


def one_context(view: ImprovementView, tab: str, speech: Speech) -> dict[str, Any]:
    """The template's variables, without what depends on who reads."""
    now = view.now
    return {
        "view": view,
        "now": now,
        "tab": tab,
        "subject": subject_of(now.content.weak_point, speech),
        "stages": tuple(Stage),
        "target": "" if now.target is None else target_text(now.target, speech),
        "causes": shown_causes(now.causes),
        "checks": tuple(shown_check(one, view.today, speech) for one in now.checks),
        "action_marks": {one.value: ACTION_MARKS[one].value for one in ActionState},
        "disciplines": tuple(
            (one, speech.say(DISCIPLINES[one.number]), _STATUS[one.status].value, tuple(one.lines))
            for one in view.eight_d
        ),
        "happened": tuple(_happened(one, speech) for one in now.history),
        "line_state": lambda line: line_state(line, speech),
        "open": now.state is ImprovementState.OPEN,
        "waits_for_end": now.latest_check is not None,
    }


def _happened(taken: Taken, speech: Speech) -> Happened:
    content = taken.content
    word = speech.say(HAPPENED[type(content)])
    texts = [getattr(content, name, "") for name in ("text", "standard", "reason")]
    return Happened(taken=taken, text=" – ".join([word, *(text for text in texts if text)]))


def form_context(view: ImprovementView) -> dict[str, Any]:
    """What the forms offer."""
    today = view.today
    return {
        "metrics": tuple(MetricName),
        "directions": tuple(Direction),
        "tests": view.fitting_tests,
        "cause_states": tuple(CauseState),
        "cause_methods": tuple(CauseMethod),
        "cause_areas": tuple(CauseArea),
        "action_kinds": tuple(ActionKind),
        "proposed": {
            "by_when": today + timedelta(days=BEFORE_DAYS),
            "due": today + timedelta(days=14),
            "before_first": today - timedelta(days=BEFORE_DAYS),
            "before_last": today - timedelta(days=1),
            "after_first": today,
            "after_last": today + timedelta(days=AFTER_DAYS),
            "today": today,
        },
    }


def shown_causes(causes: tuple[Cause, ...]) -> tuple[ShownCause, ...]:
    """Each below the one that it explains."""
    names = {one.cause for one in causes}
    found: list[ShownCause] = []

    def below(above: str, depth: int) -> None:
        for one in causes:
            if (one.why_of if one.why_of in names else "") == above:
                found.append(ShownCause(cause=one, depth=min(depth, 5), state=CAUSE_MARKS[one.state].value))
                below(one.cause, depth + 1)

    below("", 0)
    return tuple(found)


def shown_check(one: CheckNow, today: date, speech: Speech) -> ShownCheck:
    """With what was found, as far as it was made."""
    plan, result = one.plan, one.result
    if result is None:
        return ShownCheck(check=one, due=today > plan.after_last)
    return ShownCheck(
        check=one,
        due=False,
        before=_figure(plan, result.before, speech),
        after=_figure(plan, result.after, speech),
        effect=_effect(plan, (result.effect, result.effect_low, result.effect_high), speech),
        p=_p(result.p, result.p_looks, one.look, speech),
        verdict=speech.say(word_for(result.verdict)),
        state=VERDICT_STATES[result.verdict].value,
    )


def line_state(line: Line, speech: Speech) -> str:
    """The state of an entry of the 8D report in the reader's language."""
    for kind in _WORDS:
        if line.state in {one.value for one in kind}:
            return speech.say(word_for(kind(line.state)))
    return speech.say("planned") if line.state == "planned" else line.state


def _figure(plan: PlanCheck, one: CheckedFigure, speech: Speech) -> str:
    n = f" (n = {speech.count(one.n)})" if one.n else ""
    return f"{metric_text(plan.reference.metric, one.value, speech)}{n}"


def _effect(plan: PlanCheck, found: tuple[str | None, str | None, str | None], speech: Speech) -> str:
    size, low, high = found
    if size is None:
        return ""

    def told(value: str) -> str:
        if plan.test in (EffectTest.VARIANCE_RATIO, EffectTest.MANN_WHITNEY):
            return speech.figure(float(value), 3)
        return metric_text(plan.reference.metric, value, speech)

    return told(size) if low is None or high is None else f"{told(size)} ({told(low)} … {told(high)})"


def _p(plain: str | None, corrected: str | None, look: int, speech: Speech) -> str:
    if plain is None or corrected is None:
        return ""
    text = f"p = {_chance(corrected)}"
    if look == 1:
        return text
    return text + " " + speech.say("(%(p)s × %(look)s looks)", p=_chance(plain), look=look)


def _chance(text: str) -> str:
    value = float(text)
    return "< 0.0001" if value < 0.0001 else f"{value:.4f}"
