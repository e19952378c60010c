"""Sentences and scales of the plant page, from grades that the grading itself made."""

import re
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.pages.language import Language
from hub.pages.level_scale import STEP, scale_mark
from hub.pages.level_words import binding_short, binding_text, demands, value_text
from hub.pages.speech import Speech
from traceability.quality.first_pass import FirstPass
from traceability.quality.grade import PlantGrade, grade_plant
from traceability.quality.level import Level
from traceability.quality.loss import CostItem, LossEntry, loss_rates
from traceability.quality.metric_grade import MetricGrade
from traceability.quality.questionnaire import Answer, Stance
from traceability.quality.questionnaire_items import ITEMS
from traceability.quality.rolled import FamilyYield, plant_rolled_yield, rolled_yield
from traceability.quality.sigma import assess_sigma
from traceability.quality.threshold import THRESHOLDS, Metric, level_of
from traceability.quality.window import year_to

EN, ZH = Speech(Language.EN), Speech(Language.ZH)
WINDOW = year_to(date(2026, 3, 1))


def plant(
    *, first_ok: int = 921, internal: str | None = "100", external: str | None = "10", answered: int = 4
) -> PlantGrade:
    """A plant of one operation with 1 000 units and an output of 10 000; Cpk is never measured."""
    rolled = rolled_yield(["OP10"], {"OP10": FirstPass(submitted=1000, first_ok=first_ok)})
    entries = [
        LossEntry(item=item, amount=Decimal(amount), currency="CNY", accrued=WINDOW.last)
        for item, amount in ((CostItem.SCRAP, internal), (CostItem.CLAIM, external))
        if amount is not None
    ]
    return grade_plant(
        sigma=assess_sigma(1000, 1),
        capability=None,
        rolled=plant_rolled_yield([FamilyYield("x", rolled, 1000)]),
        losses=loss_rates(entries, Decimal(10_000), "CNY", WINDOW),
        answers=[
            Answer(item=item.id, stance=Stance.SATISFIED, evidence=("DOC",))
            for item in ITEMS.values()
            if item.level <= answered
        ],
        covered=None,
    )


def test_what_was_not_measured_is_named_and_not_a_zero() -> None:
    text = binding_text(EN, plant())
    assert text == "held at experience by process capability index (Cpk), not rated: nothing was recorded for it"
    assert binding_text(ZH, plant()) == "处于经验级，受限于过程能力指数 (Cpk)未评：未做统计"
    assert [demand.text for demand in demands(EN, plant())] == [
        "at least 1.00; today not rated: nothing was recorded for it"
    ]


def test_a_figure_that_binds_says_what_is_needed() -> None:
    text = binding_text(EN, plant(first_ok=880))
    assert "rolled throughput yield 88.00 % (at least 90 % needed for inspection)" in text
    assert "全过程一次交验合格率 88.00 %（检验级要求不低于 90 %）" in binding_text(ZH, plant(first_ok=880))


def test_a_dimension_that_binds_lists_its_open_items_in_the_readers_language() -> None:
    grade = plant(answered=0)
    found = {demand.subject: demand for demand in demands(ZH, grade)}
    assert len(found["D2 质量管理数字化"].items) == 4
    assert all(re.search("[\u4e00-\u9fff]", item) for item in found["D2 质量管理数字化"].items)
    assert "D1 effectiveness of the quality management system (not assessed)" in binding_text(EN, grade)


def test_the_short_form_counts_the_others() -> None:
    assert binding_short(EN, plant(first_ok=880)).endswith("and 1 more")


@pytest.mark.parametrize(
    ("share", "said"), [("0.94996", "94.996 %"), ("0.95", "95.00 %"), ("0.921", "92.10 %"), ("0.0299999", "2.99999 %")]
)
def test_a_figure_never_reads_like_a_threshold_it_misses(share: str, said: str) -> None:
    metric = Metric.RTY if Fraction(share) > Fraction(1, 2) else Metric.INTERNAL_LOSS
    value = Fraction(share)
    grade = MetricGrade(metric=metric, value=value, level=level_of(metric, value), rated=True)
    assert value_text(EN, grade) == said


@given(st.sampled_from(list(Metric)), st.fractions(0, 1, max_denominator=10**6))
def test_a_rated_value_stands_inside_the_step_of_its_level(metric: Metric, share: Fraction) -> None:
    value = {Metric.SIGMA: share * 1_000_000, Metric.CPK: share * 3}.get(metric, share)
    level = level_of(metric, value)
    mark = scale_mark(MetricGrade(metric=metric, value=value, level=level, rated=True))
    assert mark is not None
    assert level * STEP < mark.at < (level + 1) * STEP


@pytest.mark.parametrize("metric", list(Metric))
def test_better_is_never_further_left(metric: Metric) -> None:
    worst_first = sorted((Fraction(n, 997) for n in range(1, 997)), reverse=metric is not Metric.RTY)
    if metric is Metric.CPK:
        worst_first = sorted(share * 3 for share in worst_first)
    if metric is Metric.SIGMA:
        worst_first = [share * 1_000_000 for share in worst_first]
    marks = [
        scale_mark(MetricGrade(metric=metric, value=value, level=level_of(metric, value), rated=True))
        for value in worst_first
    ]
    places = [mark.at for mark in marks if mark]
    assert places == sorted(places)


def test_what_has_no_value_has_no_mark() -> None:
    assert scale_mark(MetricGrade(metric=Metric.CPK, value=None, level=Level.L0, rated=False)) is None


def test_the_thresholds_on_the_scale_are_those_of_the_grading() -> None:
    for metric, steps in THRESHOLDS.items():
        for step in steps:
            if step.value is None:
                continue
            on_it = MetricGrade(metric=metric, value=step.value, level=Level.L0, rated=False)
            mark = scale_mark(on_it)
            assert mark is not None
            assert abs(mark.at - step.level * STEP) < 2, (metric, step)
