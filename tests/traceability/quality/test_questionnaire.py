"""The questionnaire: complete, bilingual, and only evidence counts."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traceability.quality.dimension_grade import grade_dimensions, unknown_items
from traceability.quality.level import Level
from traceability.quality.questionnaire import Answer, Area, Dimension, Stance
from traceability.quality.questionnaire_items import ITEMS

D1 = [item.id for item in ITEMS.values() if item.dimension is Dimension.SYSTEM]


def satisfied(item: str) -> Answer:
    return Answer(item=item, stance=Stance.SATISFIED, evidence=("record:7",))


def level_of_d1(answers: list[Answer]) -> Level:
    return grade_dimensions(answers)[0].level


def test_every_area_has_every_level_in_both_languages():
    digital = {Area.DESIGN, Area.PRODUCTION, Area.ASSURANCE, Area.SUPPLY_CHAIN}
    assert {item.area for item in ITEMS.values() if item.dimension is Dimension.DIGITAL} == digital
    assert {(item.area, item.level) for item in ITEMS.values()} == set(itertools.product(Area, list(Level)[1:]))
    for item in ITEMS.values():
        assert any("\u4e00" <= letter <= "\u9fff" for letter in item.zh)
        assert item.en.isascii()
    assert len({item.zh for item in ITEMS.values()}) == len({item.en for item in ITEMS.values()}) == len(ITEMS)


def test_a_level_holds_only_with_every_level_below():
    assert level_of_d1([satisfied(item) for item in D1[:2]]) is Level.L2
    assert level_of_d1([satisfied(item) for item in D1[1:]]) is Level.L0
    assert level_of_d1([satisfied(item) for item in D1]) is Level.L4


@pytest.mark.parametrize(
    ("answer", "level"),
    [
        (Answer(item=D1[0], stance=Stance.SATISFIED), Level.L0),
        (Answer(item=D1[0], stance=Stance.SATISFIED, evidence=(" ",)), Level.L0),
        (Answer(item=D1[0], stance=Stance.NOT_SATISFIED, evidence=("record:1",)), Level.L0),
        (Answer(item=D1[0], stance=Stance.WAIVED, evidence=("record:1",)), Level.L0),
        (Answer(item=D1[0], stance=Stance.WAIVED, reason="no design of our own"), Level.L1),
        (satisfied(D1[0]), Level.L1),
    ],
)
def test_statements_alone_do_not_count(answer, level):
    grade = grade_dimensions([answer])[0]
    assert (grade.level, grade.rated) == (level, True)
    assert grade.to_next == (D1[level],)
    assert bool(grade.waived) == (answer.stance is Stance.WAIVED and level is Level.L1)


def test_contradicting_answers_do_not_satisfy():
    assert level_of_d1([satisfied(D1[0]), Answer(item=D1[0], stance=Stance.NOT_SATISFIED)]) is Level.L0


def test_an_unanswered_dimension_is_not_rated():
    system, digital, _ = grade_dimensions([satisfied(D1[0])])
    assert (system.rated, digital.rated, digital.level) == (True, False, Level.L0)


def test_answers_to_items_that_do_not_exist_are_named():
    answers = [satisfied(D1[0]), satisfied("D9-moon-L1")]
    assert unknown_items(answers) == ("D9-moon-L1",)
    assert level_of_d1(answers) is Level.L1


@given(st.sets(st.sampled_from(sorted(ITEMS))), st.sampled_from(sorted(ITEMS)))
def test_one_more_satisfied_item_never_lowers_a_level(held, more):
    before = grade_dimensions(map(satisfied, held))
    after = grade_dimensions(map(satisfied, held | {more}))
    assert all(later.level >= earlier.level for earlier, later in zip(before, after, strict=True))
