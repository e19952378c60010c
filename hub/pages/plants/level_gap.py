"""How far each metric and dimension is from the plant's next Level, in its own unit."""

from collections.abc import Sequence
from fractions import Fraction

import msgspec

from hub.pages.home_page import State
from hub.pages.level_words import Demand, demands, value_text
from hub.pages.speech import NO_FIGURE, Speech, mark
from hub.pages.tables.cells import Cell, state_cell, text_cell
from hub.pages.tables.columns import made, words
from hub.pages.tables.define import Definition, Empty, Filled, Kind
from hub.pages.words import subject_word
from traceability.quality.grade import PlantGrade, Step
from traceability.quality.metric_grade import ConfidenceClass, MetricGrade
from traceability.quality.sigma import sigma_level
from traceability.quality.threshold import Metric


class Gap(msgspec.Struct, frozen=True, kw_only=True):
    """One line of what the next Level still needs; ``missing`` in the metric's unit."""

    subject: str
    binding: bool
    today: str
    missing: str
    demand: Demand
    unrated: bool
    grade: MetricGrade | None


def gap_table(grade: PlantGrade, speech: Speech) -> Filled:
    """What the next Level still needs, the binding ones first."""
    lines = sorted(gaps(grade, speech), key=lambda gap: not gap.binding)
    return Filled(GAPS, lines)


def gaps(grade: PlantGrade, speech: Speech) -> Sequence[Gap]:
    """Every step to the next Level with its distance."""
    by_metric = {each.metric.value: each for each in grade.metrics}
    pairs = zip(grade.to_next, demands(speech, grade), strict=True)
    return [_gap(step, demand, by_metric.get(step.subject), grade, speech) for step, demand in pairs]


def _gap(step: Step, demand: Demand, metric: MetricGrade | None, grade: PlantGrade, speech: Speech) -> Gap:
    return Gap(
        subject=speech.say(subject_word(step.subject)),
        binding=step.subject in grade.binding,
        today=_today(step, metric, grade, speech),
        missing=_missing(step, metric, speech),
        demand=demand,
        unrated=step.reason is not None,
        grade=metric,
    )


def _today(step: Step, metric: MetricGrade | None, grade: PlantGrade, speech: Speech) -> str:
    if metric is not None:
        return value_text(speech, metric)
    dimension = next(each for each in grade.dimensions if each.dimension == step.subject)
    return dimension.level.name if dimension.rated else speech.say("not assessed")


def _missing(step: Step, metric: MetricGrade | None, speech: Speech) -> str:
    if metric is None:
        return speech.say_count("%(num)s item", "%(num)s items", len(step.items))
    if step.threshold is None or step.threshold.value is None or metric.value is None:
        return NO_FIGURE
    away = abs(step.threshold.value - metric.value)
    if metric.metric is Metric.SIGMA:
        text = speech.say("%(count)s fewer nonconforming per million", count=speech.figure(away, 0))
        sigma = sigma_level(metric.value)
        wanted = int(step.threshold.level) + 2
        return text if sigma is None else f"{text} ({speech.figure(max(0.0, wanted - sigma), 2)} σ)"
    if metric.metric is Metric.CPK:
        return speech.say("%(figure)s more", figure=speech.figure(away, 3))
    points = speech.figure(Fraction(away) * 100, 2)
    if metric.metric is Metric.RTY:
        return speech.say("%(points)s percentage points more", points=points)
    return speech.say("%(points)s percentage points less", points=points)


def _subject(gap: Gap, speech: Speech) -> Cell:
    return text_cell(gap.subject, beside=speech.say("binding") if gap.binding else "")


def _needed(gap: Gap, speech: Speech) -> Cell:
    return text_cell(gap.demand.text, beside=speech.list(gap.demand.items[:3]))


def _class(gap: Gap, speech: Speech) -> Cell:
    if gap.unrated:
        return state_cell(speech.say("not rated"), State.NEUTRAL.value, 2)
    if gap.grade is None or gap.grade.confidence_class is None:
        return text_cell("")
    if gap.grade.confidence_class is ConfidenceClass.A:
        return state_cell(speech.say("class A"), State.OK.value, 0)
    return state_cell(speech.say("class B"), State.WARNING.value, 1)


GAPS: Definition[Gap] = Definition(
    id="gap",
    title=mark("What the next Level still needs"),
    columns=(
        made("subject", mark("metric or dimension"), _subject, head=True),
        words("today", mark("today"), lambda gap: gap.today),
        words("missing", mark("missing"), lambda gap: gap.missing),
        made("needed", mark("needed"), _needed),
        made("class", mark("class"), _class, Kind.STATE, topic="interval"),
    ),
    empty=Empty(mark("The highest Level is reached.")),
)
