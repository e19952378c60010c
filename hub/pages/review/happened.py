"""Sections of what happened: Levels that were sealed, improvements, alarms."""

from collections.abc import Mapping

from hub.pages.alarm_rows import ALARM_KINDS
from hub.pages.level_words import level_name
from hub.pages.review.section import Cell, Heading, Section, figure, words
from hub.pages.speech import NO_FIGURE, Speech, mark
from hub.pages.words import subject_word
from hub.review.views import ActionLine, LevelStep, Review
from traceability.improvement.state import ImprovementState
from traceability.quality.effect.finding import EffectVerdict

_VERDICTS: Mapping[EffectVerdict, tuple[str, str]] = {
    EffectVerdict.EFFECTIVE: (mark("effective"), "ok"),
    EffectVerdict.BETTER_UNTESTED: (mark("better, not tested"), "ok"),
    EffectVerdict.NOT_SHOWN: (mark("no effect shown"), "warning"),
    EffectVerdict.WORSE: (mark("became worse"), "bad"),
    EffectVerdict.CANNOT_TELL: (mark("can't be told"), "neutral"),
}
_STATES: Mapping[ImprovementState, str] = {
    ImprovementState.OPEN: mark("under way"),
    ImprovementState.CLOSED: mark("completed"),
    ImprovementState.CANCELLED: mark("given up"),
}
_MINUTE = 60
_SMALL = 0.001


def levels_section(review: Review, speech: Speech) -> Section:
    """How the Level moved."""
    steps = (*([review.level_before] if review.level_before else []), *review.levels)
    return Section(
        id="levels",
        title=speech.say("How the Level moved"),
        lead=(speech.say("As it was assessed and sealed; each stands in the log for ever."),) if steps else (),
        heads=(
            Heading(speech.say("Assessed on")),
            Heading(speech.say("Level")),
            Heading(speech.say("Held at this Level by")),
            Heading(speech.say("Batch of the log"), number=True),
        ),
        rows=tuple(_step(step, review, speech) for step in steps),
        empty=speech.say("No Level was sealed: the serving hub does it every month, or 'zhuoyue-hub assess'."),
    )


def _step(step: LevelStep, review: Review, speech: Speech) -> tuple[Cell, ...]:
    notes = [speech.say("not rated")] if not step.rated else []
    notes += [speech.say("provisional")] if step.provisional else []
    return (
        words(speech.day(step.assessed_on, review.time_zone)),
        words(f"{step.level.name} {level_name(speech, step.level)}", speech.list(notes)),
        words(speech.list(speech.say(subject_word(subject)) for subject in step.binding)),
        figure(speech.count(step.log_index)),
    )


def actions_section(review: Review, speech: Speech) -> Section:
    """Improvements with their effect."""
    return Section(
        id="actions",
        title=speech.say("Improvements and their effect"),
        lead=(speech.say("An effect is judged by the test that was stated before its days began."),)
        if review.actions
        else (),
        heads=(
            Heading(speech.say("Improvement")),
            Heading(speech.say("State")),
            Heading(speech.say("Actions done"), number=True),
            Heading(speech.say("Before and after"), number=True),
            Heading(speech.say("Effect")),
        ),
        rows=tuple(_action(one, speech) for one in review.actions),
        empty=speech.say("There were none."),
    )


def _action(one: ActionLine, speech: Speech) -> tuple[Cell, ...]:
    figures = f"{_short(one.value_before)} → {_short(one.value_after)}" if one.value_after else NO_FIGURE
    if one.verdict is None:
        effect = Cell(text=speech.say("not checked"), state="warning" if one.actions_done else "neutral")
    else:
        verdict, state = _VERDICTS[one.verdict]
        effect = Cell(text=speech.say(verdict), state=state, beside=_chance(one.p))
    every = one.actions_done + one.actions_open
    return (
        words(one.title, speech.say("owner: %(owner)s", owner=one.owner)),
        words(speech.say(_STATES[one.state]), speech.say("disputed") if one.in_doubt else ""),
        figure(speech.say("%(some)s of %(all)s", some=speech.count(one.actions_done), all=speech.count(every))),
        figure(figures, one.metric),
        effect,
    )


def _short(number: str | None) -> str:
    return NO_FIGURE if number is None else f"{float(number):.4g}"


def _chance(p: str | None) -> str:
    """How likely chance alone would have done it."""
    if p is None:
        return ""
    return "p < 0.001" if float(p) < _SMALL else f"p = {float(p):.3f}"


def alarms_section(review: Review, speech: Speech) -> Section:
    """Alarms and how long they waited."""
    found = review.alarms
    return Section(
        id="alarms",
        title=speech.say("Alarms and answers"),
        heads=(
            Heading(speech.say("Alarm")),
            Heading(speech.say("Raised"), number=True),
            Heading(speech.say("Unanswered"), number=True),
            Heading(speech.say("Median response"), number=True, help="response-time"),
            Heading(speech.say("Nine of ten within"), number=True),
        ),
        rows=tuple(
            (
                words(speech.say("All") if one.warns_of is None else speech.say(ALARM_KINDS[one.warns_of])),
                figure(speech.count(one.raised)),
                figure(speech.count(one.waiting)),
                figure(_span(one.median_s, speech)),
                figure(_span(one.p90_s, speech)),
            )
            for one in ((found.every, *found.by_kind) if found.every.raised else ())
        ),
        empty=speech.say("No alarm was raised."),
    )


def _span(seconds: float | None, speech: Speech) -> str:
    if seconds is None:
        return NO_FIGURE
    minutes = seconds / _MINUTE
    if minutes < 2 * _MINUTE:
        return f"{speech.figure(minutes, 1)} min"
    return f"{speech.figure(minutes / _MINUTE, 1)} h"
