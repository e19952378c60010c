"""The self-assessment as a form: every item of the questionnaire with its answer and what it rests on."""

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any

import msgspec

from hub.pages.language import Language
from hub.pages.speech import Speech, mark
from hub.scorecard.economics import answers_of
from traceability.quality.dimension_grade import DimensionGrade, grade_dimensions
from traceability.quality.questionnaire import Area, Dimension, Item, counts
from traceability.quality.questionnaire_items import ITEMS
from traceability.record.economics import Answer, ItemState

AREAS: Mapping[Area, str] = {
    Area.SYSTEM: mark("quality management system"),
    Area.DESIGN: mark("design"),
    Area.PRODUCTION: mark("production"),
    Area.ASSURANCE: mark("quality assurance"),
    Area.SUPPLY_CHAIN: mark("supply chain"),
    Area.STRATEGY: mark("strategy"),
    Area.CULTURE: mark("culture"),
    Area.INNOVATION: mark("innovation"),
}
STATES: Mapping[ItemState, str] = {
    ItemState.SATISFIED: mark("satisfied"),
    ItemState.NOT_SATISFIED: mark("not satisfied"),
    ItemState.WAIVED: mark("does not apply"),
}


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """One item as the form shows it; ``counts``: what is answered satisfies it."""

    item: Item
    text: str
    state: str
    evidence: str
    counts: bool


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """One dimension: its items by area, and what the answers give."""

    dimension: Dimension
    grade: DimensionGrade
    answered: int
    items: int
    areas: tuple[tuple[str, tuple[Question, ...]], ...]


def assessment_context(answers: Iterable[Answer], given: Mapping[str, str], speech: Speech) -> dict[str, Any]:
    """The template's variables; what was ``given`` in a form that was refused stands as it was typed."""
    known = {answer.item: answer for answer in answers}
    grades = {one.dimension: one for one in grade_dimensions(answers_of(known.values()))}
    return {
        "dimensions": tuple(_asked(one, grades[one], known, given, speech) for one in Dimension),
        "states": [(state.value, speech.say(text)) for state, text in STATES.items()],
    }


def answers_of_form(dimension: Dimension, given: Mapping[str, str]) -> list[Answer]:
    """The answers of one dimension; an item left at "not answered" has none."""
    states = {state.value: state for state in ItemState}
    return [
        Answer(item=item.id, state=states[given[item.id]], evidence=given.get(f"{item.id}.evidence", "").strip()[:2000])
        for item in ITEMS.values()
        if item.dimension is dimension and given.get(item.id) in states
    ]


def _asked(
    dimension: Dimension,
    grade: DimensionGrade,
    known: Mapping[str, Answer],
    given: Mapping[str, str],
    speech: Speech,
) -> Asked:
    items = [item for item in ITEMS.values() if item.dimension is dimension]
    return Asked(
        dimension=dimension,
        grade=grade,
        answered=sum(item.id in known for item in items),
        items=len(items),
        areas=tuple(
            (speech.say(AREAS[area]), tuple(_question(item, known.get(item.id), given, speech) for item in some))
            for area, some in groupby(items, key=lambda item: item.area)
        ),
    )


def _question(item: Item, known: Answer | None, given: Mapping[str, str], speech: Speech) -> Question:
    text = item.zh if speech.language is Language.ZH else item.en
    return Question(
        item=item,
        text=text,
        state=given.get(item.id, known.state.value if known else ""),
        evidence=given.get(f"{item.id}.evidence", known.evidence if known else ""),
        counts=known is not None and all(map(counts, answers_of([known]))),
    )
