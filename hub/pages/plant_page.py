"""What the plant page's template needs beyond the view: scales, sentences, chart."""

from typing import Any

import msgspec

from hub.named import Named
from hub.pages.fpy_chart import chart_caption, chart_data, chart_rows
from hub.pages.level_scale import STEP, ScaleMark, scale_mark
from hub.pages.level_words import beside_text, binding_text, demands, interval_text, tick_text, value_text
from hub.pages.speech import Speech
from hub.pages.words import subject_word
from hub.scorecard.views import PlantView
from traceability.quality.grade import PlantGrade
from traceability.quality.level import Level
from traceability.quality.metric_grade import MetricGrade
from traceability.quality.questionnaire import Dimension
from traceability.quality.questionnaire_items import ITEMS
from traceability.quality.threshold import THRESHOLDS


class MetricRow(msgspec.Struct, frozen=True, kw_only=True):
    """One metric as a bar on the scale of Levels; ``ticks`` are (percent of the width, text)."""

    grade: MetricGrade
    binding: bool
    value: str
    beside: str
    interval: str
    ticks: tuple[tuple[float, str], ...]
    mark: ScaleMark | None


class Factor(msgspec.Struct, frozen=True):
    """One operation of a rolled yield."""

    operation: str
    first_ok: int
    submitted: int
    value: str


class Family(msgspec.Struct, frozen=True, kw_only=True):
    """One product family: its rolled yield and the factors it is the product of."""

    part: Named
    output: int
    value: str
    factors: tuple[Factor, ...]


def plant_context(view: PlantView, speech: Speech) -> dict[str, Any]:
    """The template's variables."""
    grade = view.grade
    return {
        "view": view,
        "grade": grade,
        "binding": binding_text(speech, grade),
        "next_level": None if grade.level is Level.L4 else Level(grade.level + 1),
        "demands": demands(speech, grade),
        "metrics": metric_rows(grade, speech),
        "families": _families(view, speech),
        "chart": chart_data(view, speech),
        "chart_caption": chart_caption(view, speech),
        "chart_rows": chart_rows(view, speech),
        "questions": ITEMS,
        "d2_claimed": _claimed(view),
        "subjects": lambda binding: [speech.say(subject_word(subject)) for subject in binding],
    }


def _claimed(view: PlantView) -> Level | None:
    """What the answers say of D2, None while nothing was answered."""
    graded = next((one for one in view.grade.dimensions if one.dimension is Dimension.DIGITAL), None)
    return graded.level if graded is not None and graded.rated else None


def metric_rows(grade: PlantGrade, speech: Speech) -> list[MetricRow]:
    """The five metrics as bars."""
    return [_metric_row(each, grade.binding, speech) for each in grade.metrics]


def _metric_row(grade: MetricGrade, binding: tuple[str, ...], speech: Speech) -> MetricRow:
    return MetricRow(
        grade=grade,
        binding=grade.metric.value in binding,
        value=value_text(speech, grade),
        beside=beside_text(speech, grade),
        interval=interval_text(speech, grade),
        ticks=tuple((step.level * STEP, tick_text(speech, grade.metric, step)) for step in THRESHOLDS[grade.metric]),
        mark=scale_mark(grade),
    )


def _families(view: PlantView, speech: Speech) -> tuple[Family, ...]:
    parts = {score.part.id: score.part for score in view.operations}
    names = {(score.part.id, score.operation.id): speech.named(score.operation) for score in view.operations}
    return tuple(
        Family(
            part=parts.get(family.family, Named(family.family, family.family)),
            output=family.output,
            value=speech.percent(family.rolled.value, 2),
            factors=tuple(
                Factor(
                    _titled(step.operation, names.get((family.family, step.operation), "")),
                    step.first_ok,
                    step.submitted,
                    speech.percent(step.fpy, 2),
                )
                for step in family.rolled.operations
            ),
        )
        for family in view.rolled.families
    )


def _titled(operation: str, name: str) -> str:
    return f"{operation} {name}" if name and name != operation else operation
