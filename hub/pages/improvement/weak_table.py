"""Weak points as a table, and what an improvement that begins with one of them says."""

from collections.abc import Callable, Mapping
from fractions import Fraction
from urllib.parse import urlencode

from hub.improvement.views import ImprovementLine
from hub.improvement.weak import EffectUnit, Scale, WeakSpot
from hub.page_paths import improvement_path, plant_path
from hub.pages.defect_words import defect_beside, defect_text
from hub.pages.level_words import level_name
from hub.pages.speech import NO_FIGURE, Speech, mark
from hub.pages.tables.cells import EMPTY, Cell, basis, text_cell
from hub.pages.tables.columns import made
from hub.pages.tables.define import Definition, Empty, Kind
from hub.pages.words import subject_word, word_for
from traceability.quality.reason import Reason
from traceability.quality.threshold import Metric
from traceability.record.improvement import WeakPoint, WeakPointKind

_DIGITS = {Scale.SHARE: 2, Scale.INDEX: 2, Scale.PPM: 0, Scale.COUNT: 0, Scale.OTHER: 4}


def weak_table(plant: str, names: Mapping[str, str], by: EffectUnit) -> Definition[WeakSpot]:
    """Every weak point in a line; ``names`` of parts by id."""

    def subject(one: WeakSpot, speech: Speech) -> Cell:
        return text_cell(
            subject_of(one, speech),
            beside=" · ".join(
                part
                for part in (speech.say(word_for(one.kind)), defect_beside(one.defect, speech), place_of(one, names))
                if part
            ),
        )

    def doing(one: WeakSpot, speech: Speech) -> Cell:
        if one.improvement:
            return text_cell(speech.say("being worked on"), url=improvement_path(plant, one.improvement))
        return text_cell(speech.say("start an improvement"), url=begin_path(plant, one))

    return Definition(
        id="weak",
        title=mark("Weak points"),
        columns=(
            made("subject", mark("weak point"), subject, head=True),
            made("figure", mark("figure"), figure_cell, Kind.NUMBER),
            *(
                made(unit.value, word_for(unit), _effect(unit), Kind.NUMBER, falling=True, topic="weak-effect")
                for unit in sorted(EffectUnit, key=lambda each: each is not by)
            ),
            made("need", mark("for the next Level"), need_cell, Kind.NUMBER),
            made("doing", mark("improvement"), doing),
        ),
        empty=Empty(
            mark("No weak point is known."),
            mark("They are found from results, values, losses, claims and targets of the last twelve months."),
        ),
    )


def figure_text(one: WeakSpot, value: Fraction | None, speech: Speech) -> str:
    """A value of the weak point's scale."""
    if value is None:
        return NO_FIGURE
    if one.scale is Scale.SHARE:
        return speech.percent(value, _DIGITS[one.scale])
    return speech.figure(value, _DIGITS[one.scale])


def figure_cell(one: WeakSpot, speech: Speech) -> Cell:
    """The figure with n and interval, or why it is not rated."""
    scale = 100.0 if one.scale is Scale.SHARE else 1.0
    reason = _reason(one, speech)
    rests = basis(speech, one.n or None, one.interval, _DIGITS[one.scale], scale)
    return Cell(
        text=figure_text(one, one.value, speech),
        sort=None if one.value is None else float(one.value),
        raw=figure_text(one, one.value, speech),
        beside=" · ".join(part for part in (rests, reason) if part),
    )


def need_cell(one: WeakSpot, speech: Speech) -> Cell:
    """What the figure would have to be."""
    need = one.need
    if need is None:
        return EMPTY
    level = "" if need.level is None else level_name(speech, need.level)
    if not need.enough:
        return Cell(text=speech.say("not by this alone"), beside=level)
    value = figure_text(one, need.value, speech)
    return Cell(text=value, sort=None if need.value is None else float(need.value), raw=value, beside=level)


def effect_text(one: WeakSpot, unit: EffectUnit, speech: Speech) -> str:
    """The effect in one unit; '' where it is not stated in it."""
    stated = next((effect for effect in one.effects if effect.unit is unit), None)
    if stated is None:
        return ""
    if unit is EffectUnit.UNITS:
        return speech.figure(stated.value, 0)
    return f"{speech.figure(stated.value, 2)} {stated.currency}".strip()


def subject_of(one: WeakSpot | WeakPoint | ImprovementLine, speech: Speech) -> str:
    """A metric of the grade by its word, everything else by its name."""
    if isinstance(one, WeakSpot) and one.defect is not None:
        return defect_text(one.defect, speech)
    graded = one.kind is WeakPointKind.BINDING_METRIC and one.subject in set(Metric)
    return speech.say(subject_word(one.subject)) if graded else one.subject


def place_of(one: WeakSpot, names: Mapping[str, str]) -> str:
    """Part and operation."""
    operation = "" if one.operation == one.subject else one.operation
    return " ".join(part for part in (names.get(one.part, one.part), operation) if part)


def begin_path(plant: str, one: WeakSpot) -> str:
    """Where an improvement of it begins."""
    named = {"kind": one.kind.value, "subject": one.subject, "part": one.part, "operation": one.operation}
    return f"{plant_path(plant)}/improvements/new?{urlencode({name: text for name, text in named.items() if text})}"


def _effect(unit: EffectUnit) -> Callable[[WeakSpot, Speech], Cell]:
    def cell(one: WeakSpot, speech: Speech) -> Cell:
        value = one.effect(unit)
        if value is None:
            return EMPTY
        return Cell(text=effect_text(one, unit, speech), sort=float(value), raw=effect_text(one, unit, speech))

    return cell


def _reason(one: WeakSpot, speech: Speech) -> str:
    if not one.reason:
        return "" if one.rated else speech.say("not rated")
    return speech.say(word_for(Reason(one.reason)))
