"""The board of a plant's improvements: four columns, a card each, and all of them as a table."""

from collections.abc import Sequence
from typing import Any

import msgspec

from hub.improvement.views import ImprovementLine
from hub.page_paths import improvement_path
from hub.pages.home_page import State
from hub.pages.improvement.turn_words import VERDICT_STATES
from hub.pages.improvement.weak_table import subject_of
from hub.pages.speech import NO_FIGURE, Speech, mark
from hub.pages.tables.cells import EMPTY, Cell, state_cell, text_cell
from hub.pages.tables.columns import made, moment, number, words
from hub.pages.tables.define import Definition, Empty, Kind
from hub.pages.words import word_for
from traceability.improvement.stages import Stage
from traceability.improvement.state import ImprovementState
from traceability.record.improvement import SetTarget
from traceability.record.metric import MetricName

_PERCENT = frozenset({
    MetricName.FIRST_PASS_YIELD, MetricName.ROLLED_YIELD, MetricName.DEFECT_SHARE, MetricName.INTERNAL_LOSS_RATE,
    MetricName.EXTERNAL_LOSS_RATE, MetricName.LOSS_RATE, MetricName.FIELD_FAILURE_SHARE, MetricName.INVALID_SHARE,
    MetricName.REWORK_SHARE, MetricName.INSPECTION_COVERAGE,
})  # fmt: skip


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """What a card of the board shows."""

    title: str
    url: str
    subject: str
    owner: str
    target: str
    due: str
    overdue: int
    verdict: str
    state: str
    in_doubt: bool


class Lane(msgspec.Struct, frozen=True, kw_only=True):
    """One column."""

    stage: Stage
    cards: tuple[Card, ...]


def board_context(plant: str, lines: Sequence[ImprovementLine], speech: Speech) -> dict[str, Any]:
    """Open improvements by stage, those that are due first."""
    open_ = sorted(
        (line for line in lines if line.state is ImprovementState.OPEN),
        key=lambda line: (line.next_due is None, line.next_due or line.begun_at.date(), line.id),
    )
    return {
        "lanes": tuple(
            Lane(stage=stage, cards=tuple(_card(plant, line, speech) for line in open_ if line.stage is stage))
            for stage in Stage
        ),
        "overdue": sum(line.overdue for line in open_),
        "open_count": len(open_),
        "closed_count": sum(line.state is ImprovementState.CLOSED for line in lines),
    }


def improvements_table(plant: str, zone: str) -> Definition[ImprovementLine]:
    """Every improvement in a line, the latest first."""
    return Definition(
        id="improvements",
        title=mark("Improvements, the latest first"),
        columns=(
            made("title", mark("improvement"), lambda one, s: _title(plant, one, s), head=True),
            made("stage", mark("stage"), _stage),
            words("owner", mark("owner"), lambda one: one.owner),
            made(
                "target",
                mark("target"),
                lambda one, s: text_cell("" if one.target is None else target_text(one.target, s)),
            ),
            number("open", mark("open actions"), lambda one: one.actions_open, falling=True),
            number("overdue", mark("overdue"), lambda one: one.overdue, falling=True),
            made("verdict", mark("effect"), _verdict, Kind.STATE, falling=True),
            number("round", mark("round"), lambda one: one.round),
            moment("changed", mark("last change"), lambda one: one.changed_at, zone),
        ),
        empty=Empty(
            mark("No improvement was begun yet."), mark("Weak points say where one is worth most; start it from there.")
        ),
    )


def target_text(target: SetTarget, speech: Speech) -> str:
    """The metric at its place with the value that it is to reach."""
    reference = target.reference
    place = " ".join(
        part
        for part in (
            reference.line,
            reference.operation,
            reference.characteristic,
            reference.defect,
            reference.indicator,
        )
        if part
    )
    name = speech.say(word_for(reference.metric))
    sign = "≥" if target.direction.value == "up" else "≤"
    return f"{name} {place} {sign} {metric_text(reference.metric, target.value, speech)}".replace("  ", " ")


def metric_text(metric: MetricName, value: str | None, speech: Speech) -> str:
    """A value of a metric as its readers know it: shares as percent."""
    if value is None:
        return NO_FIGURE
    if metric in _PERCENT:
        return speech.percent(float(value), 2)
    return speech.figure(float(value), 3)


def _card(plant: str, line: ImprovementLine, speech: Speech) -> Card:
    verdict = line.verdict
    return Card(
        title=line.title,
        url=improvement_path(plant, line.id),
        subject=f"{speech.say(word_for(line.kind))}: {subject_of(line, speech)}",
        owner=line.owner,
        target="" if line.target is None else target_text(line.target, speech),
        due="" if line.next_due is None else speech.day(line.next_due),
        overdue=line.overdue,
        verdict="" if verdict is None else speech.say(word_for(verdict)),
        state=State.NEUTRAL.value if verdict is None else VERDICT_STATES[verdict].value,
        in_doubt=line.in_doubt,
    )


def _title(plant: str, one: ImprovementLine, speech: Speech) -> Cell:
    return text_cell(one.title, url=improvement_path(plant, one.id), beside=subject_of(one, speech))


def _stage(one: ImprovementLine, speech: Speech) -> Cell:
    ended = one.state is not ImprovementState.OPEN
    text = speech.say(word_for(one.state if ended else one.stage))
    return Cell(text=text, sort=float(list(Stage).index(one.stage) + 4 * ended), raw=text)


def _verdict(one: ImprovementLine, speech: Speech) -> Cell:
    if one.verdict is None:
        return EMPTY
    state = VERDICT_STATES[one.verdict]
    looks = speech.say_count("%(num)s look", "%(num)s looks", one.looks)
    return state_cell(speech.say(word_for(one.verdict)), state.value, list(State).index(state), beside=looks)
