"""Calendar coverage, gauges, sampling inspection, year on year, Pareto, D2 measured, field returns."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traceability.quality.calendar import PlannedDays, coverage
from traceability.quality.digital_coverage import DigitalCoverage
from traceability.quality.first_pass import Attempt, first_pass
from traceability.quality.gauge import GaugeState, gauge_evidence
from traceability.quality.level import Level
from traceability.quality.loss import CostItem, LossEntry, loss_rates, pareto, year_on_year
from traceability.quality.reason import Reason
from traceability.quality.sampling import LotInspection, SamplingMode, sampled_yield
from traceability.quality.sigma import assess_sigma, with_field_returns
from traceability.quality.window import Window
from traceability.unit import Purpose, Verdict

WEEK = Window(date(2026, 3, 2), date(2026, 3, 8))  # Monday to Sunday
WORKDAYS = PlannedDays(first=WEEK.first, last=WEEK.last, weekdays=(1, 2, 3, 4, 5), closed=(date(2026, 3, 4),))


def test_planned_days_are_those_of_the_last_calendar_that_speaks_of_them() -> None:
    found = coverage([WORKDAYS], WEEK, {date(2026, 3, 2), date(2026, 3, 3), date(2026, 3, 8)})
    assert (found.planned, found.covered, found.unplanned, found.share) == (4, 2, 1, Fraction(1, 2))
    sunday = PlannedDays(first=date(2026, 3, 8), last=date(2026, 3, 8), weekdays=(7,))
    assert coverage([WORKDAYS, sunday], WEEK, {date(2026, 3, 8)}).planned == 5
    short = PlannedDays(first=WEEK.first, last=date(2026, 3, 7), weekdays=(1,))
    assert coverage([short], WEEK, set()).share is None
    assert coverage([], WEEK, {WEEK.first}).unknown == 7


def test_the_worst_gauge_in_use_speaks_for_a_characteristic() -> None:
    day = date(2026, 3, 1)
    good = GaugeState(gauge="a", calibrated_on=date(2026, 1, 1), calibration_due=day, share=Fraction(1, 10))
    late = GaugeState(
        gauge="b", calibrated_on=date(2025, 1, 1), calibration_due=date(2026, 2, 28), share=Fraction(1, 4)
    )
    unstudied = GaugeState(gauge="c", calibrated_on=day)
    assert gauge_evidence([good], day).calibrated
    assert gauge_evidence([good, late], day).share == Fraction(1, 4)
    assert not gauge_evidence([good, late], day).calibrated
    assert gauge_evidence([good, unstudied], day).share is None
    assert gauge_evidence([], day).gauges == ()
    withdrawn = GaugeState(gauge="d", withdrawn=True)
    assert gauge_evidence([good, withdrawn], day).gauges == ("a",)
    assert not gauge_evidence([GaugeState(gauge="e")], day).calibrated


def lot(name: str, size: int, sample: int, defective: int, *, attempt: int = 1, seq: int = 1) -> LotInspection:
    return LotInspection(
        lot=name,
        operation="IQC",
        size=size,
        sample=sample,
        defective=defective,
        accepted=defective == 0,
        attempt=attempt,
        author="a",
        chain="c",
        record_seq=seq,
        event_time=datetime(2026, 3, 1, tzinfo=UTC) + timedelta(minutes=seq),
        result_id=f"{name}-{seq}",
    )


def test_sampling_weighs_by_lot_size_or_counts_lots_and_never_counts_a_lot_twice() -> None:
    lots = [
        lot("L1", 1000, 80, 2, seq=1),
        lot("L1", 1000, 80, 0, attempt=2, seq=2),
        lot("L2", 200, 20, 0, seq=3),
        lot("L3", 10, 20, 0, seq=4),  # a sample larger than its lot
        lot("L4", 50, 5, 0, attempt=2, seq=5),
    ]
    inspected, by_lot = sampled_yield(lots), sampled_yield(reversed(lots), SamplingMode.LOT)
    assert inspected.value == (1000 * Fraction(78, 80) + 200) / Fraction(1200)
    assert by_lot.value == Fraction(1, 2)
    assert (inspected.lots, inspected.submitted, inspected.invalid, inspected.first_missing) == (2, 1200, 1, 1)
    assert sampled_yield([]).reason is Reason.NOT_MEASURED


def rates(internal: str, external: str, *, net: bool = False):
    entries = [
        LossEntry(item=item, amount=Decimal(amount), currency="CNY", accrued=WEEK.first, recovered=Decimal(1))
        for item, amount in ((CostItem.SCRAP, internal), (CostItem.CLAIM, external))
    ]
    return loss_rates(entries, Decimal(1000), "CNY", WEEK, net=net)


@pytest.mark.parametrize(("now", "met"), [("18", True), ("18.000001", False), ("0", True)])
def test_nine_tenths_of_the_year_before_is_enough_and_a_millionth_more_is_not(now: str, met: bool) -> None:
    assert year_on_year(rates("20", "10"), rates(now, "9")).met is met


def test_a_year_without_its_neighbour_meets_nothing() -> None:
    assert year_on_year(None, rates("1", "1")).met is None
    only_internal = loss_rates([], Decimal(1000), "CNY", WEEK)
    assert year_on_year(only_internal, rates("1", "1")).met is None
    assert year_on_year(rates("0", "0"), rates("0", "0")).met
    assert year_on_year(rates("0", "0"), rates("1", "0")).change is None


def test_net_deducts_recoveries() -> None:
    assert (rates("20", "10").total, rates("20", "10", net=True).total) == (Fraction(30, 1000), Fraction(28, 1000))


@given(st.dictionaries(st.text(max_size=3), st.decimals(0, 10**6, places=2), max_size=8))
def test_a_pareto_falls_and_ends_at_everything(amounts) -> None:
    lines = pareto(amounts)
    assert [line.amount for line in lines] == sorted(amounts.values(), reverse=True)
    if sum(amounts.values()) > 0:
        assert lines[-1].cumulated == 1


COVERED = {"operations": 3, "key_operations": 1, "key_operations_with_data": 1, "components": 5}


@pytest.mark.parametrize(
    ("changes", "shown"),
    [
        ({"operations_with_data": 0}, Level.L0),
        ({"key_operations_with_data": 0}, Level.L1),
        ({"operations_with_data": 2}, Level.L2),
        ({"days": None}, Level.L2),
        ({"components_with_records": 4}, Level.L3),
        ({}, Level.L4),
    ],
)
def test_d2_is_shown_by_what_has_data(changes, shown) -> None:
    every = COVERED | {"operations_with_data": 3, "components_with_records": 5, "days": Fraction(9, 10)}
    found = DigitalCoverage(**(every | changes))
    assert found.shown is shown
    assert found.exceeded_by(Level.L4) is (shown is not Level.L4)


def test_field_returns_only_lower_the_level() -> None:
    before = assess_sigma(10_000, 3)
    assert with_field_returns(before, 0).dpmo == before.dpmo
    assert with_field_returns(before, 5).dpmo == 800
    assert with_field_returns(before, -1).reason is Reason.INCONSISTENT_COUNTS
    assert with_field_returns(before, 10_000).reason is Reason.INCONSISTENT_COUNTS


def test_shares_of_retest_rework_and_no_trouble_found() -> None:
    told = [
        ("A", Verdict.NOT_OK, Purpose.FIRST), ("A", Verdict.OK, Purpose.RETEST),
        ("B", Verdict.NOT_OK, Purpose.FIRST), ("B", Verdict.OK, Purpose.REWORK),
        ("C", Verdict.OK, Purpose.FIRST), ("C", Verdict.OK, Purpose.RETEST),
        ("D", Verdict.OK, Purpose.FIRST),
    ]  # fmt: skip
    attempts = [
        Attempt(
            unit=unit, operation="OP", verdict=verdict, purpose=purpose, author="a", chain="c", record_seq=seq,
            event_time=datetime(2026, 3, 1, tzinfo=UTC), result_id=str(seq),
        )
        for seq, (unit, verdict, purpose) in enumerate(told, start=1)
    ]  # fmt: skip
    counts = first_pass(attempts)["OP"]
    assert (counts.fpy, counts.final_yield) == (Fraction(1, 2), 1)
    assert (counts.retest_share, counts.rework_share, counts.no_trouble_found) == (
        Fraction(1, 2),
        Fraction(1, 4),
        Fraction(1, 2),
    )
