from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from small_chain import HOUSING, Line, housing_plan, line_of, small_chain
from small_hub import START

from hub.entry.economics import enter_assessment, enter_loss, enter_output_value
from hub.errors import NotFound
from hub.parts import Hub
from hub.scorecard.plant import plant_grades, plant_rows, plant_view
from hub.scorecard.views import ClaimedCounts, OperationScore, PlantView
from traceability.quality.level import Level
from traceability.quality.loss import CostItem
from traceability.quality.questionnaire import Dimension
from traceability.quality.questionnaire_items import ITEMS
from traceability.quality.reason import Reason
from traceability.quality.threshold import Metric
from traceability.record.economics import Answer, ItemState
from traceability.unit import Flag, Purpose, Verdict

NOT_OK, OK = Verdict.NOT_OK, Verdict.OK


def score(hub: Hub, plant: str = "supplier", *, days: int = 0) -> PlantView:
    with hub.store.reading() as connection:
        return plant_view(connection, plant, START + timedelta(days=days))


def operation(view: PlantView, name: str) -> OperationScore:
    return next(score for score in view.operations if score.operation.id == name)


@pytest.fixture
def line(hub: Hub) -> Line:
    return line_of(hub, "supplier.line-1", "supplier", HOUSING, housing_plan())


def test_first_pass_yield_with_its_interval(hub: Hub, line: Line) -> None:
    for number in range(20):
        line.result(f"H{number}", verdict=NOT_OK if number < 2 else OK)
    line.result("H0", purpose=Purpose.RETEST, attempt=2)
    line.result("H20", flags=(Flag.ABORTED,))
    line.result(None, flags=(Flag.NO_READ,))
    line.result(None, flags=(Flag.NO_READ,))
    line.result("H21", verdict=Verdict.NOT_DECIDABLE)
    line.send()
    bored = operation(score(hub), "OP10")
    assert (bored.fpy.first_ok, bored.fpy.submitted, bored.fpy.value) == (18, 20, Fraction(9, 10))
    assert bored.fpy.interval.low == pytest.approx(0.6990, abs=1e-4)  # Wilson, 18 of 20
    assert bored.fpy.interval.high == pytest.approx(0.9721, abs=1e-4)
    assert (bored.counts.attempts, bored.counts.invalid, bored.counts.not_decidable) == (21, 3, 1)
    assert bored.results == 25
    assert bored.operation.name_zh == "镗孔"


def test_an_honest_claim_agrees_and_only_with_what_it_covers(hub: Hub, line: Line) -> None:
    line.result("H1", verdict=NOT_OK)
    line.result("H2")
    line.claim(submitted=2, first_ok=1, attempts=2)
    line.result("H3", verdict=NOT_OK)  # after the claim
    line.send()
    view = score(hub)
    (claim,) = operation(view, "OP10").claims
    assert claim.agrees
    assert claim.recomputed == ClaimedCounts(submitted=2, first_ok=1, attempts=2, invalid=0)
    assert operation(view, "OP10").counts.submitted == 3
    assert operation(view, "OP20").claims == ()


def test_the_latest_claim_of_a_chain_counts_and_a_false_one_shows(hub: Hub, line: Line) -> None:
    line.result("H1", verdict=NOT_OK)
    line.claim(submitted=1, first_ok=0, attempts=1)
    line.result("H1", purpose=Purpose.RETEST, attempt=2)
    line.claim(submitted=1, first_ok=1, attempts=2)  # the retest sold as a first pass
    line.send()
    bored = operation(score(hub), "OP10")
    (claim,) = bored.claims
    assert not claim.agrees
    assert (claim.claimed.first_ok, claim.recomputed.first_ok) == (1, 0)
    assert not bored.claims_agree


def test_two_authors_claims_are_their_own_while_the_hub_pools_by_unit(hub: Hub, line: Line) -> None:
    other = line_of(hub, "supplier.line-2", "supplier", HOUSING, None)
    line.result("H1", verdict=NOT_OK)
    line.claim(submitted=1, first_ok=0, attempts=1)
    line.send()
    later = START + timedelta(minutes=5)
    other.result("H1", event_time=later)  # to this author it is a first submission
    other.claim(submitted=1, first_ok=1, attempts=1)
    other.result("H2", "OP20")
    other.send()
    view = score(hub)
    bored = operation(view, "OP10")
    assert [claim.agrees for claim in bored.claims] == [True, True]
    assert (bored.counts.submitted, bored.counts.first_ok) == (1, 0)
    assert operation(view, "OP20").unclaimed == ("supplier.line-2",)


def test_a_unit_stays_in_the_window_of_its_first_submission(hub: Hub, line: Line) -> None:
    line.result("H1", verdict=NOT_OK)
    line.result("H1", purpose=Purpose.RETEST, attempt=2, event_time=START + timedelta(days=300))
    line.result("H2", event_time=START + timedelta(days=300))
    line.send()
    now, later = operation(score(hub, days=310), "OP10"), operation(score(hub, days=500), "OP10")
    assert (now.fpy.first_ok, now.fpy.submitted) == (1, 2)
    assert (later.fpy.first_ok, later.fpy.submitted) == (1, 1)


def test_yield_over_time_counts_each_unit_where_it_was_first_submitted(hub: Hub, line: Line) -> None:
    for minute, verdict in ((0, OK), (0, NOT_OK), (30, OK)):
        number = len(line.waiting)
        line.result(f"H{number}", verdict=verdict, event_time=START + timedelta(minutes=minute))
    line.send()
    view = score(hub)
    buckets = operation(view, "OP10").over_time
    assert [(bucket.fpy.first_ok, bucket.fpy.submitted) for bucket in buckets] == [(1, 2), (1, 1)]
    assert buckets[0].start == START
    assert buckets[0].end == START + timedelta(minutes=1)
    assert view.bucket == "minute"


def test_days_are_those_of_the_plant(hub: Hub, line: Line) -> None:
    for hours in (0, 15, 17, 24 * 30):  # the plant's midnight is 16:00 UTC
        line.result(f"H{hours}", event_time=START.replace(hour=0) + timedelta(hours=hours))
    line.send()
    view = score(hub, days=31)
    buckets = operation(view, "OP10").over_time
    assert view.bucket == "day"
    assert [bucket.fpy.submitted for bucket in buckets] == [2, 1, 1]
    assert buckets[1].start.isoformat() == "2026-03-02T00:00:00+08:00"


def test_rolled_throughput_yield_is_the_product_over_the_route(hub: Hub, line: Line) -> None:
    for number in range(10):
        line.result(f"H{number}", verdict=NOT_OK if number == 0 else OK)
        line.result(f"H{number}", "OP20", NOT_OK if number in (1, 2) else OK)
    line.send()
    view = score(hub)
    assert view.rolled.value == Fraction(9, 10) * Fraction(8, 10)
    (family,) = view.rolled.families
    assert (family.output, [factor.operation for factor in family.rolled.operations]) == (8, ["OP10", "OP20"])


def test_an_operation_without_submissions_leaves_the_product_unrated(hub: Hub, line: Line) -> None:
    line.result("H1")
    line.send()
    (family,) = score(hub).rolled.families
    assert family.rolled.reason is Reason.OPERATION_WITHOUT_SUBMISSION


def test_a_part_without_a_control_plan_does_not_vanish(hub: Hub, line: Line) -> None:
    line.result("H1")
    line.result("H1", "OP20")
    line.part, line.plan = "09506000134369", None
    line.result("M1")
    line.send()
    view = score(hub)
    assert [(each.operation.id, each.planned) for each in view.operations] == [
        ("OP10", True),
        ("OP20", True),
        ("OP10", False),
    ]
    assert (view.rolled.value, view.rolled.reason) == (None, Reason.FAMILY_NOT_RATED)
    unplanned = next(family for family in view.rolled.families if family.family.endswith("09506000134369"))
    assert unplanned.rolled.reason is Reason.EMPTY_ROUTE


def test_capability_takes_first_submissions_only_and_counts_what_it_left_out(hub: Hub, line: Line) -> None:
    for number in range(100):
        result = line.result(f"H{number}", verdict=NOT_OK if number == 0 else OK)
        line.measure(result, f"H{number}", 24_995 + number % 11)
    again = line.result("H0", purpose=Purpose.RETEST, attempt=2)
    line.measure(again, "H0", 25_000)
    strange = line.result("X1")
    line.measure(strange, "X1", 1, uom="kg")
    line.send()
    (bore,) = score(hub).capability
    assert bore.result.n == 100
    assert bore.left_out == 1
    expected = sum(24_995 + number % 11 for number in range(100))
    assert bore.result.mean == Fraction(expected, 100_000)
    assert bore.characteristic.id == "bore"
    assert bore.result.value == pytest.approx(2.1, abs=0.1)  # sigma 3.14 µm, nearest limit 20 µm away


def test_mixed_resolutions_are_brought_together_exactly(hub: Hub, line: Line) -> None:
    for number, (value, decimals) in enumerate([(25_001, 3), (2500, 2), (250_005, 4)]):
        result = line.result(f"H{number}")
        line.measure(result, f"H{number}", value, decimals=decimals)
    line.send()
    (bore,) = score(hub).capability
    assert bore.result.mean == Fraction(250_010 + 250_000 + 250_005, 3 * 10_000)


def satisfied(dimension: Dimension, level: Level) -> list[Answer]:
    items = [item.id for item in ITEMS.values() if item.dimension is dimension and item.level <= level]
    return [Answer(item=item, state=ItemState.SATISFIED, evidence="document 1") for item in items]


def test_the_level_is_the_minimum_and_names_what_binds_it(hub: Hub, line: Line) -> None:
    for number in range(100):
        result = line.result(f"H{number}")
        line.measure(result, f"H{number}", 24_996 + number * 37 % 9)
        line.result(f"H{number}", "OP20", NOT_OK if number == 0 else OK)
    line.send()
    money = {"currency": "CNY", "evidence": "ledger", "entered_by": "q1"}
    enter_output_value(hub, "supplier", year=2025, amount=Decimal(1_000_000), **money)
    for item, amount in ((CostItem.SCRAP, "10000.10"), (CostItem.CLAIM, "999.95")):
        enter_loss(hub, "supplier", item=item, amount=Decimal(amount), accrued_on=date(2026, 2, 1), **money)
    enter_loss(
        hub, "supplier", item=CostItem.REWORK, amount=Decimal(10**6), accrued_on=date(2025, 2, 1), **money
    )  # before the window
    for dimension in Dimension:
        enter_assessment(hub, "supplier", dimension=dimension, answers=satisfied(dimension, Level.L2), entered_by="q1")
    view = score(hub)
    levels = {grade.metric: (grade.value, grade.level) for grade in view.grade.metrics}
    assert levels[Metric.RTY] == (Fraction(99, 100), Level.L4)
    assert levels[Metric.SIGMA] == (Fraction(10_000), Level.L1)
    assert levels[Metric.INTERNAL_LOSS] == (Fraction("0.0100001"), Level.L3)
    assert levels[Metric.EXTERNAL_LOSS] == (Fraction("0.00099995"), Level.L4)
    assert view.grade.level is Level.L1
    assert view.grade.binding == ("sigma",)
    assert view.grade.provisional
    assert [dimension.level for dimension in view.grade.dimensions] == [Level.L2] * 3


def test_later_answers_replace_earlier_ones_and_evidence_is_needed(hub: Hub, line: Line) -> None:
    line.send()
    enter_assessment(
        hub, "supplier", dimension=Dimension.SYSTEM, answers=satisfied(Dimension.SYSTEM, Level.L4), entered_by="q"
    )
    bare = [Answer(item=answer.item, state=answer.state) for answer in satisfied(Dimension.SYSTEM, Level.L1)]
    enter_assessment(hub, "supplier", dimension=Dimension.SYSTEM, answers=bare, entered_by="q")
    assert score(hub).grade.dimensions[0].level is Level.L0


def test_the_output_value_of_the_year_that_holds_most_of_the_window_counts(hub: Hub, line: Line) -> None:
    line.send()
    money = {"currency": "CNY", "evidence": "ledger", "entered_by": "q1"}
    for year, amount in ((2025, 100), (2026, 1000)):
        enter_output_value(hub, "supplier", year=year, amount=Decimal(amount), **money)
    enter_loss(hub, "supplier", item=CostItem.SCRAP, amount=Decimal(1), accrued_on=date(2026, 2, 1), **money)
    internal = next(grade for grade in score(hub).grade.metrics if grade.metric is Metric.INTERNAL_LOSS)
    assert internal.value == Fraction(1, 100)
    later = next(grade for grade in score(hub, days=200).grade.metrics if grade.metric is Metric.INTERNAL_LOSS)
    assert later.value == Fraction(1, 1000)


def test_a_plant_without_data_is_not_rated(hub: Hub, line: Line) -> None:
    view = score(hub)
    assert not view.grade.rated
    assert view.grade.at_most is None
    assert view.bucket is None
    assert all(each.fpy.value is None and each.fpy.interval is None for each in view.operations)


def test_all_plants_at_once_say_the_same_as_each_alone(hub: Hub) -> None:
    chain = small_chain(hub)
    for number in range(4):
        chain.make_housing(f"H{number}", 25_000 if number else 25_100)
    chain.build_machine("M1", "H1")
    chain.send()
    with hub.store.reading() as connection:
        rows = {row.plant.id: row for row in plant_rows(connection, START)}
        grades = plant_grades(connection, START)
    for plant in ("supplier", "oem"):
        alone = score(hub, plant)
        assert (rows[plant].grade, grades[plant]) == (alone.grade, alone.grade)
        assert rows[plant].rolled == alone.rolled
        assert (rows[plant].units, rows[plant].results) == (alone.units, alone.results)


def test_an_unknown_plant_is_not_found(hub: Hub) -> None:
    with pytest.raises(NotFound, match="nowhere"):
        score(hub, "nowhere")
