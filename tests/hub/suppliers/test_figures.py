"""Figures of suppliers come from roll-ups and are those that the records themselves give."""

from collections import Counter
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from counted import statements
from hypothesis import given
from hypothesis import strategies as st
from small_hub import START
from supply_chain_plans import PLANS

from hub.accounts.asker import OPERATOR
from hub.errors import EntryRefused, NotFound
from hub.parts import Hub
from hub.rollup.hours import hour_of
from hub.rollup.many import Wanted, periods, values_in
from hub.rollup.spread import Spread, spread_of, spreads
from hub.rollup.window import Narrowing, period
from hub.scorecard.plant import plant_grades
from hub.scorecard.standing import standings
from hub.store.production.values import ValueWanted, taken_values
from hub.suppliers.asked import Asked, Chart, Rules, Subject, subject_of
from hub.suppliers.board import graded_board
from hub.suppliers.control_chart import MOST_VALUES, control_chart
from hub.suppliers.desk import SupplierDesk
from hub.suppliers.lots import lot_comparison, mean_interval
from hub.suppliers.pareto import pareto
from hub.suppliers.spread import capability, characteristics, histogram, trend
from hub.suppliers.views import Trust
from traceability.measurement import Characteristic, exact
from traceability.quality.capability import assess_capability, plain_index
from traceability.quality.charts.variables import xbar_s
from traceability.quality.reason import Reason
from traceability.quality.rollup import rollup_of

PLANT = "supplier-a.machining"


def bore(connection: Any, **asked: Any) -> Subject:
    return subject_of(connection, PLANT, "bore", Asked(**asked), START)


def test_the_level_from_rollups_is_the_level_from_the_records(chain: Hub) -> None:
    with chain.store.reading() as connection:
        found, grades = standings(connection, START), plant_grades(connection, START)
    assert {plant: one.grade for plant, one in found.items()} == grades
    assert len(found) == 3


def test_many_periods_are_the_same_as_one_by_one(chain: Hub) -> None:
    now = hour_of(START) + 1
    wanted = [
        Wanted(
            plant=plan.plant,
            characteristic=one,
            hours=hours,
            narrowing=Narrowing(part=plan.part, operation=one.operation, lot=lot),
        )
        for plan in PLANS.values()
        for one in plan.characteristics
        for hours in ((now - 366 * 24, now), (now - 3, now), (now, now))
        for lot in (None, "https://id.gs1.org/01/09506000134390/10/L4701")
    ]
    with chain.store.reading() as connection:
        many = periods(connection, wanted)
        alone = [period(connection, one.plant, one.characteristic, one.hours, one.narrowing) for one in wanted]
        lying = spreads(connection, wanted)
        numbers = values_in(connection, wanted)
    assert many == alone
    assert {one.rollup.sums.n for one in many} > {0, 120}
    assert numbers == [one.rollup.sums.n for one in many]
    for one, whole, told in zip(wanted, many, lying, strict=True):
        assert (told.decimals, told.sums) == (whole.rollup.decimals, whole.rollup.sums)
        assert (told.least, told.greatest) == (whole.rollup.least, whole.rollup.greatest)
        assert counted(told) == dict(whole.rollup.histogram)
        assert told.outside(one.characteristic) == spread_of(whole.rollup).outside(one.characteristic)


@given(
    st.lists(st.integers(-50, 50), max_size=40),
    st.integers(0, 3),
    st.decimals(-60, 60, places=3) | st.none(),
    st.decimals(-60, 60, places=3) | st.none(),
)
def test_an_index_from_histograms_is_that_of_the_values(
    values: list[int], decimals: int, lsl: Decimal | None, usl: Decimal | None
) -> None:
    one = Characteristic(id="c", name="c", operation="OP10", uom="mm", decimals=decimals, lsl=lsl, usl=usl)
    told = spread_of(rollup_of(values, decimals))
    full, found = assess_capability(values, decimals, one), plain_index(told.sums, told.decimals, one)
    assert (found.n, found.value, found.interval) == (full.n, full.value, full.interval)
    assert (found.sigma, found.mean) == (full.sigma, None if full.mean is None else float(full.mean))
    measured = [Decimal(value).scaleb(-decimals) for value in values]
    below = sum(value < lsl for value in measured) if lsl is not None else 0
    above = sum(value > usl for value in measured) if usl is not None else 0
    assert told.outside(one) == (below, above)


def counted(told: Spread) -> dict[int, int]:
    found: Counter[int] = Counter()
    for value, count in zip(told.values.tolist(), told.counts.tolist(), strict=True):
        found[value] += count
    return dict(found)


def test_the_list_costs_the_same_statements_whatever_the_number_of_plants(chain: Hub) -> None:
    with chain.store.reading() as connection, statements() as all_plants:
        assert len(standings(connection, START)) == 3
    with chain.store.reading() as connection, statements() as one_plant:
        assert len(standings(connection, START, [PLANT])) == 1
    assert len(all_plants) <= len(one_plant) + 2  # a calendar of production is read plant by plant


def test_each_supplier_has_its_figures_with_what_they_rest_on(chain: Hub) -> None:
    with chain.store.reading() as connection:
        board = graded_board(connection, START).board
    assert next(row.plant.id for row in board.suppliers) == PLANT  # the lowest Level first
    row = board.suppliers[0]
    assert row.worst_key is not None
    assert (row.worst_key.characteristic.id, row.worst_key.n) == ("bore", 120)
    assert row.ppm.units == 120
    assert row.ppm.value == Fraction(row.ppm.failed * 1_000_000, 120)
    assert row.trust.state is Trust.SOUND
    assert row.fresh.last_heard == START
    assert row.losses is not None
    assert sum(1 for week in row.weeks if week.value is not None) >= 1


def test_the_chart_shows_first_submissions_in_their_order(chain: Hub) -> None:
    with chain.store.reading() as connection:
        found = control_chart(connection, bore(connection), None, Rules.WESTERN_ELECTRIC)
        rows = taken_values(connection, ValueWanted(plant=PLANT, characteristics=("bore",)), 10_000)
    first = [float(exact(row.value, row.decimals)) for row in rows if row.purpose == "first" and row.value is not None]
    groups = [first[place : place + 5] for place in range(0, len(first), 5)]
    assert (found.values, found.available, found.subgroup) == (120, 120, 5)
    assert found.location is not None
    drawn = xbar_s(groups)
    assert [point.value for point in found.location.points] == [point.value for point in drawn.location.points]  # type: ignore[union-attr]
    marked = Counter(rule for point in found.location.points for rule in point.rules)
    assert {rule.id: rule.times for rule in found.rules} == {
        rule: marked[rule] for rule in ("WE1", "WE2", "WE3", "WE4")
    }


def test_a_chart_is_bounded_and_says_so(chain: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.suppliers.control_chart.MOST_VALUES", 50)
    with chain.store.reading() as connection:
        found = control_chart(connection, bore(connection), Chart.XBAR_S, Rules.NELSON)
        assert (found.values, found.available) == (50, 120)
        assert found.earlier is not None
        before = control_chart(connection, bore(connection, end=found.earlier), Chart.XBAR_S, Rules.NELSON)
    assert found.location is not None
    assert before.location is not None
    assert before.location.points[-1].at < found.location.points[0].at
    assert MOST_VALUES == 1000


def test_a_chart_of_a_lot_reads_back_in_time_as_far_as_it_must(chain: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.store.production.charts.AT_ONCE", 20)  # the lot's values lie several rounds back
    lot = "https://id.gs1.org/01/09506000134390/10/L4701"
    with chain.store.reading() as connection:
        with statements() as seen:
            found = control_chart(connection, bore(connection, lot=lot), Chart.I_MR, Rules.WESTERN_ELECTRIC)
        spread = histogram(connection, bore(connection, lot=lot))
        cell = control_chart(connection, bore(connection, work_cell="elsewhere"), None, Rules.WESTERN_ELECTRIC)
    assert (found.values, spread.n) == (25, 25)
    assert found.location is not None
    assert [point.unit.rsplit("-", 1)[-1] for point in found.location.points if point.unit] == [
        f"{number:05}" for number in range(25, 50)
    ]
    assert len(seen) < 60
    assert (cell.values, cell.location) == (0, None)
    assert cell.reason is Reason.NO_VALUES


def test_the_histogram_holds_every_value_once_and_its_curve_as_many(chain: Hub) -> None:
    with chain.store.reading() as connection:
        found = histogram(connection, bore(connection))
    assert sum(each.count for each in found.bins) == found.n == 120
    assert len(found.bins) <= 40
    assert sum(each.fitted or 0 for each in found.bins) == pytest.approx(120, rel=0.02)
    assert len({round((each.high - each.low) * 10**6) for each in found.bins}) == 1
    assert found.normal is True


def test_capability_of_the_period_is_that_of_the_scorecard(chain: Hub) -> None:
    with chain.store.reading() as connection:
        answer = capability(connection, bore(connection, days=365), START)
        standing = standings(connection, START, [PLANT])[PLANT]
        listed = characteristics(connection, PLANT, START)
        parts = trend(connection, bore(connection, days=365))
    key = next(view for view in standing.capability if view.characteristic.id == "bore")
    assert answer.view.result == key.result
    assert next(view.characteristic.id for view in listed.characteristics) == "bore"  # key ones first
    assert sum(point.n for point in parts.points) == 120


def test_lots_are_compared_by_the_units_that_hold_them(chain: Hub) -> None:
    with chain.store.reading() as connection:
        found = lot_comparison(connection, bore(connection))
    by_lot = {lot.lot.rsplit("/", 1)[-1]: lot for lot in found.lots}
    assert {name: lot.n for name, lot in by_lot.items()} == {
        "L4700": 24,
        "L4701": 25,
        "L4702": 25,
        "L4703": 25,
        "L4704": 21,
    }
    lot = by_lot["L4701"]
    assert lot.mean_interval is not None
    assert lot.mean_interval.low < (lot.mean or 0) < lot.mean_interval.high
    assert mean_interval(0.0, 1.0, 1) is None
    interval = mean_interval(0.0, 1.0, 10)
    assert interval is not None
    assert interval.high == pytest.approx(2.262157 / 10**0.5, abs=1e-6)  # t(0.975; 9) of the tables


def test_the_pareto_counts_every_failed_result_once(chain: Hub) -> None:
    with chain.store.reading() as connection:
        found = pareto(connection, PLANT, Asked(), START)
        rows = taken_values(connection, ValueWanted(plant=PLANT), 10_000)
    failed = {row.result_id for row in rows if row.verdict == "NOT_OK"}
    assert found.failed == len(failed) == sum(line.results for line in found.lines)
    assert {line.defect for line in found.lines} == {"chatter marks", "seal not seated"}
    assert found.lines[-1].running == 1


def test_a_question_that_names_nothing_is_refused(chain: Hub) -> None:
    with chain.store.reading() as connection:
        with pytest.raises(NotFound, match="no characteristic"):
            subject_of(connection, PLANT, "colour", Asked(), START)
        with pytest.raises(NotFound, match="no plant"):
            subject_of(connection, "nowhere", "bore", Asked(), START)
        with pytest.raises(EntryRefused, match="ends before"):
            bore(connection, begin=START, end=START - timedelta(days=1))
        with pytest.raises(EntryRefused, match="longer than"):
            bore(connection, begin=START - timedelta(days=5000), end=START)


def test_the_list_is_made_once_for_a_state_of_the_log(chain: Hub) -> None:
    made = []
    desk = SupplierDesk(lambda connection, now: made.append(now) or graded_board(connection, now))
    first, second = desk.board(chain, OPERATOR), desk.board(chain, OPERATOR)
    assert first is second
    assert len(made) == 1
