"""Every metric at a place: exact, over any period, narrowed to line, operation, part; untold where nothing is known."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from counted import statements
from small_chain import HOUSING, Line, housing_plan, line_of
from small_hub import START
from small_master import workbook

from hub.entry.economics import LossAbout, enter_loss, enter_output_value
from hub.entry.field import enter_failures
from hub.entry.field_forms import FailureForm
from hub.entry.inspection import enter_field_return, enter_lot_inspection
from hub.entry.inspection_forms import EnteredInspection, EnteredReturn
from hub.errors import EntryRefused, NotFound
from hub.master.importing import import_file
from hub.metric.figure import Counted, Factors, MetricFigure, Moments, Money
from hub.metric.measure import METRICS, measure, series
from hub.parts import Hub
from hub.scorecard.plant import plant_view
from traceability.identifier.item import part_uri, unit_uri
from traceability.measurement import Status
from traceability.quality.alarm.rule import AlarmKind
from traceability.quality.intervals import clopper_pearson
from traceability.quality.loss import CostItem
from traceability.record.alarm import AlarmAcknowledgementRecord, AlarmRecord
from traceability.record.correction import CorrectionRecord, Target
from traceability.record.metric import MetricName, MetricReference
from traceability.record.production import HoldRecord, HoldScope, HoldState
from traceability.unit import Flag, Purpose, Verdict

PART = part_uri(HOUSING)
FIRST, LAST = date(2026, 3, 1), date(2026, 3, 31)
NOW = datetime(2026, 4, 1, tzinfo=UTC)
OK, NOT_OK = Verdict.OK, Verdict.NOT_OK


def place(metric: MetricName, **where: str) -> MetricReference:
    return MetricReference(metric=metric, plant="supplier", **where)


def figure(hub: Hub, metric: MetricName, first: date = FIRST, last: date = LAST, **where: str) -> MetricFigure:
    with hub.store.reading() as connection:
        return measure(connection, place(metric, **where), first, last, NOW)


def months(hub: Hub, metric: MetricName, **where: str) -> list[MetricFigure]:
    with hub.store.reading() as connection:
        return series(connection, place(metric, **where), date(2026, 1, 15), LAST, "month", NOW)


@pytest.fixture
def line(hub: Hub) -> Line:
    return line_of(hub, "supplier.line-1", "supplier", HOUSING, housing_plan())


def made(line: Line, serial: str, days: float, verdict: Verdict = OK, operation: str = "OP10", **more: Any) -> str:
    return line.result(serial, operation, verdict, event_time=START + timedelta(days=days), **more)


def a_month(line: Line) -> None:
    """40 bored, 4 of them failed (3 scratched, one of these passes later); 36 inspected, one fails."""
    for number in range(40):
        bad = number in {3, 11, 19, 27}
        defect = {} if not bad else {"defect": "scratch" if number != 27 else "dent"}
        result = made(line, f"H{number}", number / 2, NOT_OK if bad else OK, **defect)
        line.measure(result, f"H{number}", 25_000 + number % 7 - 3)
        if not bad:
            made(line, f"H{number}", number / 2 + 0.1, NOT_OK if number == 8 else OK, "OP20")
    made(line, "H3", 20, OK, attempt=2)
    made(line, "H5", 20, NOT_OK, attempt=2, defect="scratch")  # not its first submission
    line.send()


@pytest.mark.every_store(spread=True)
def test_yields_are_counted_at_first_submissions(hub: Hub, line: Line) -> None:
    a_month(line)
    bored = figure(hub, MetricName.FIRST_PASS_YIELD, operation="OP10")
    assert (bored.exact, bored.n, bored.basis) == (Fraction(36, 40), 40, Counted(k=36, n=40))
    assert bored.interval == clopper_pearson(36, 40)
    both = figure(hub, MetricName.FIRST_PASS_YIELD)
    assert both.basis == Counted(k=36 + 35, n=76)
    rolled = figure(hub, MetricName.ROLLED_YIELD)
    assert (rolled.exact, rolled.n) == (Fraction(36, 40) * Fraction(35, 36), 36)
    assert isinstance(rolled.basis, Factors)
    assert [family.steps for family in rolled.basis.families] == [((36, 40), (35, 36))]
    assert rolled.interval is not None
    assert rolled.interval.low < float(rolled.exact or 0) < rolled.interval.high
    scratched = figure(hub, MetricName.DEFECT_SHARE, operation="OP10", defect="scratch")
    assert scratched.basis == Counted(k=3, n=40)
    assert figure(hub, MetricName.FIRST_PASS_YIELD, part="other").why


def test_a_result_declared_wrong_and_one_that_is_no_submission_are_not_counted(hub: Hub, line: Line) -> None:
    a_month(line)
    made(line, "Z", 5, NOT_OK, defect="scratch", flags=(Flag.SIMULATED,))
    wrong = made(line, "Y", 5, NOT_OK, defect="scratch")
    line.put(CorrectionRecord, id="c1", target=Target(author=line.agent.author, record=wrong), reason="a misprint")
    line.send()
    assert figure(hub, MetricName.DEFECT_SHARE, operation="OP10", defect="scratch").basis == Counted(k=3, n=40)


def test_a_line_is_its_work_cells(hub: Hub, line: Line) -> None:
    tables = {
        "line": [{"plant": "supplier", "id": "front", "name": "Front", "valid_from": date(2026, 1, 1)}],
        "work-cell": [
            {
                "plant": "supplier",
                "id": "supplier.line-1/OP10",
                "line": "front",
                "name": "Bore",
                "valid_from": date(2026, 1, 1),
            }
        ],
    }
    assert import_file(hub, workbook(tables), by="q").change
    a_month(line)
    made(line, "W", 3, NOT_OK, work_cell="elsewhere", defect="scratch")
    line.measure(made(line, "V", 3, work_cell="elsewhere"), "V", 25_010)
    line.send()
    assert figure(hub, MetricName.FIRST_PASS_YIELD, line="front").basis == Counted(k=36, n=40)
    assert figure(hub, MetricName.ROLLED_YIELD, line="front").exact == Fraction(36, 40)
    assert figure(hub, MetricName.DEFECT_SHARE, line="front", defect="scratch").basis == Counted(k=3, n=40)
    assert figure(hub, MetricName.CHARACTERISTIC_MEAN, line="front", characteristic="bore").n == 40
    assert figure(hub, MetricName.CHARACTERISTIC_MEAN, characteristic="bore").n == 41
    assert figure(hub, MetricName.FIRST_PASS_YIELD, line="back").exact is None


@pytest.mark.every_store(spread=True)
def test_the_parts_of_a_series_make_up_the_whole(hub: Hub, line: Line) -> None:
    for number in range(60):
        made(
            line,
            f"H{number}",
            number - 40,
            NOT_OK if number % 9 == 0 else OK,
            **{"defect": "dent"} if number % 9 == 0 else {},
        )
    line.send()
    whole = figure(hub, MetricName.FIRST_PASS_YIELD, date(2026, 1, 15), operation="OP10")
    found = months(hub, MetricName.FIRST_PASS_YIELD, operation="OP10")
    assert [(one.first, one.last) for one in found] == [
        (date(2026, 1, 15), date(2026, 1, 31)), (date(2026, 2, 1), date(2026, 2, 28)), (FIRST, LAST),
    ]  # fmt: skip
    counted = [one.basis for one in found if isinstance(one.basis, Counted)]
    assert whole.basis == Counted(k=sum(one.k for one in counted), n=sum(one.n for one in counted))
    dents = months(hub, MetricName.DEFECT_SHARE, operation="OP10", defect="dent")
    assert sum(one.basis.k for one in dents if isinstance(one.basis, Counted)) == 7
    with hub.store.reading() as connection:
        weeks = series(connection, place(MetricName.FIRST_PASS_YIELD), date(2026, 2, 4), LAST, "week", NOW)
    assert [one.first.isoweekday() for one in weeks][1:] == [1] * (len(weeks) - 1)
    assert weeks[0].first == date(2026, 2, 4)
    assert sum(one.n for one in weeks) == sum(
        START.date() + timedelta(days=n - 40) >= date(2026, 2, 4) for n in range(60)
    )


def test_a_series_takes_no_more_statements_than_a_figure(hub: Hub, line: Line) -> None:
    a_month(line)
    for metric in METRICS:
        where = {"operation": "OP10", "defect": "scratch"} if metric is MetricName.DEFECT_SHARE else {}
        if metric is MetricName.CHARACTERISTIC_MEAN:
            where = {"characteristic": "bore"}
        with hub.store.reading() as connection, statements() as one:
            measure(connection, place(metric, **where), FIRST, LAST, NOW)
        with hub.store.reading() as connection, statements() as many:
            step = "month" if metric is MetricName.QUALITY_COST else "week"  # costs are kept by month
            series(connection, place(metric, **where), date(2025, 4, 1), LAST, step, NOW)
        assert len(many) <= len(one) + 2, metric
        assert len(one) <= 40, metric


def test_capability_and_mean_from_values(hub: Hub, line: Line) -> None:
    thousandths = [25_000 + (7 * number) % 11 - 5 for number in range(150)]
    for number, value in enumerate(thousandths):
        line.measure(made(line, f"H{number}", number / 8), f"H{number}", value)
    line.send()
    capable = figure(hub, MetricName.CAPABILITY, characteristic="bore")
    with hub.store.reading() as connection:
        shown = plant_view(connection, "supplier", NOW).capability[0].result
    assert capable.value == shown.value
    assert (capable.n, capable.interval, capable.fit) == (150, shown.interval, shown.rated)
    assert figure(hub, MetricName.CAPABILITY).value == shown.value  # the only key characteristic
    mean = figure(hub, MetricName.CHARACTERISTIC_MEAN, characteristic="bore")
    assert mean.exact == Fraction(sum(thousandths), 150 * 1000)
    assert isinstance(mean.basis, Moments)
    assert (mean.basis.n, mean.basis.uom) == (150, "mm")
    assert mean.interval is not None
    assert mean.interval.high - mean.interval.low == pytest.approx(
        2 * 1.976 * (mean.basis.sd or 0) / 150**0.5, rel=1e-3
    )
    few = figure(hub, MetricName.CAPABILITY, FIRST, date(2026, 3, 3), characteristic="bore")
    assert (few.fit, "too few values" in few.why) == (False, True)
    assert figure(hub, MetricName.CAPABILITY, characteristic="width").exact is None
    assert "characteristic" in figure(hub, MetricName.CHARACTERISTIC_MEAN).why


def lost(hub: Hub, item: CostItem, amount: int, day: date, **about: str) -> None:
    enter_loss(
        hub, "supplier", item=item, amount=Decimal(amount), currency="CNY", accrued_on=day, evidence="e",
        entered_by="q", about=LossAbout(**about),
    )  # fmt: skip


def test_loss_rates_over_the_output_of_the_period(hub: Hub, line: Line) -> None:
    lost(hub, CostItem.SCRAP, 700, date(2026, 3, 5), operation="OP10")
    lost(hub, CostItem.REWORK, 300, date(2026, 3, 6), operation="OP20")
    lost(hub, CostItem.CLAIM, 500, date(2026, 3, 7))
    assert figure(hub, MetricName.LOSS_RATE).exact is None
    for year in (2025, 2026):
        enter_output_value(
            hub, "supplier", year=year, amount=Decimal(365_000), currency="CNY", evidence="e", entered_by="q"
        )
    internal = figure(hub, MetricName.INTERNAL_LOSS_RATE)
    assert internal.exact == Fraction(1000, 31_000)
    assert internal.basis == Money(amount=Decimal(1000), currency="CNY", over=Decimal("31000.00"))
    by_operation = [figure(hub, MetricName.INTERNAL_LOSS_RATE, operation=name).exact for name in ("OP10", "OP20")]
    assert sum(one for one in by_operation if one is not None) == internal.exact
    assert figure(hub, MetricName.LOSS_RATE).exact == Fraction(1500, 31_000)
    year = figure(hub, MetricName.LOSS_RATE, date(2025, 4, 1), LAST)
    assert (year.exact, year.why) == (Fraction(1500, 365_000), "")  # as the grading, over one year as entered
    with hub.store.reading() as connection:
        shown = plant_view(connection, "supplier", datetime(2026, 3, 31, 12, tzinfo=UTC)).losses
    assert shown is not None
    assert year.exact == shown.total
    assert (
        figure(hub, MetricName.EXTERNAL_LOSS_RATE, date(2026, 2, 1), date(2026, 2, 28)).why
        == "nothing was recorded for it"
    )
    assert "by line" in figure(hub, MetricName.LOSS_RATE, line="line-1").why


def alarm(line: Line, name: str, days: float, **more: str) -> None:
    line.put(
        AlarmRecord, id=name, event_time=START + timedelta(days=days), rule="r", warns_of=AlarmKind.TREND_TO_LIMIT,
        part=PART, operation="OP10", work_cell="supplier.line-1/OP10", result="x", signs=("linear-trend",),
        statistic="1", limit="2", unit=unit_uri(HOUSING, "H1"), false_alarm_every=1000, **more,
    )  # fmt: skip


def answer(line: Line, name: str, days: float) -> None:
    line.put(
        AlarmAcknowledgementRecord, id=name, agent=line.agent.author, by="q7", cause="c", action="a",
        event_time=START + timedelta(days=days),
    )  # fmt: skip


def test_response_is_from_alarm_to_first_acknowledgement_and_open_ones_count_on(hub: Hub, line: Line) -> None:
    alarm(line, "a1", 1)
    alarm(line, "a2", 2)
    answer(line, "a1", 1.25)
    answer(line, "a1", 5)
    answer(line, "a2", 2.5)
    line.send()
    told = figure(hub, MetricName.RESPONSE_HOURS, operation="OP10")
    assert (told.exact, told.n, told.why) == (Fraction(9), 2, "")
    assert figure(hub, MetricName.RESPONSE_HOURS, operation="OP20").exact is None
    alarm(line, "a3", 3)
    line.send()
    later = figure(hub, MetricName.RESPONSE_HOURS)
    waited = Fraction((NOW - START - timedelta(days=3)) // timedelta(hours=1))
    assert later.exact == (6 + 12 + waited) / 3
    assert later.why.startswith("1 not acknowledged")


@pytest.mark.every_store
def test_action_is_the_release_of_the_hold_and_shares_of_results_tell_how_yields_are_gamed(
    hub: Hub, line: Line
) -> None:
    alarm(line, "a1", 1, hold="h1")
    alarm(line, "a2", 2)
    answer(line, "a1", 1.25)
    answer(line, "a2", 2.5)
    hold = {"id": "h1", "scope": HoldScope.STATION, "target": "supplier.line-1/OP10", "by": "q", "reason": "r"}
    line.put(HoldRecord, **hold, state=HoldState.PLACED, event_time=START + timedelta(days=1))
    line.put(HoldRecord, **hold, state=HoldState.RELEASED, event_time=START + timedelta(days=3))
    line.send()
    assert figure(hub, MetricName.RESPONSE_HOURS).exact == Fraction(6 + 12, 2)
    assert figure(hub, MetricName.ACTION_HOURS).exact == Fraction(48 + 12, 2)
    made(line, "H1", 1, NOT_OK)
    made(line, "H1", 2, OK, attempt=2, purpose=Purpose.REWORK)
    made(line, "H2", 2)
    made(line, "H3", 3, flags=(Flag.ABORTED,))
    line.send()
    assert figure(hub, MetricName.INVALID_SHARE).basis == Counted(k=1, n=4)
    assert figure(hub, MetricName.REWORK_SHARE).basis == Counted(k=1, n=2)
    assert figure(hub, MetricName.INSPECTION_COVERAGE).basis == Counted(k=1, n=3)  # OP10; not OP20, not the bore
    line.measure(made(line, "H4", 4), "H4", 25_000)
    line.send()
    assert figure(hub, MetricName.INSPECTION_COVERAGE).basis == Counted(k=2, n=3)


def test_field_failures_by_stated_months_or_by_units_made(hub: Hub, line: Line) -> None:
    february = date(2026, 2, 1), date(2026, 2, 28)
    for number in range(10):
        made(line, f"H{number}", number - 20)
        made(line, f"H{number}", number - 19.5, operation="OP20")
    line.send()
    assert figure(hub, MetricName.FIELD_FAILURE_SHARE, *february).exact is None
    claim = FailureForm(unit=unit_uri(HOUSING, "H4"), failed_on=date(2026, 3, 1), mode="leaks", evidence="c-1")
    enter_failures(hub, "supplier", [claim], entered_by="q")
    by_made = figure(hub, MetricName.FIELD_FAILURE_SHARE, *february)
    assert (by_made.basis, "made" in by_made.why) == (Counted(k=1, n=10), True)
    stated = EnteredReturn(part=PART, cohort="2026-02", shipped=50, returned=3, as_of=FIRST, entered_by="q")
    enter_field_return(hub, "supplier", stated)
    assert figure(hub, MetricName.FIELD_FAILURE_SHARE, *february, part=PART).basis == Counted(k=3, n=50)
    assert figure(hub, MetricName.FIELD_FAILURE_SHARE, FIRST, LAST).exact is None


def test_lots_judged_on_samples_enter_as_in_the_grading(hub: Hub, line: Line) -> None:
    for number in range(10):
        made(line, f"H{number}", number)
    line.send()
    form = EnteredInspection(
        part=PART, operation="OP20", lot="L1", size=1000, sample=100, defective=2, accepted=True,
        inspected_on=FIRST, entered_by="q",
    )  # fmt: skip
    enter_lot_inspection(hub, "supplier", form)
    assert figure(hub, MetricName.FIRST_PASS_YIELD, operation="OP20").exact == Fraction(98, 100)
    with hub.store.reading() as connection:
        shown = plant_view(connection, "supplier", datetime(2026, 3, 31, 12, tzinfo=UTC)).rolled
    assert figure(hub, MetricName.ROLLED_YIELD, date(2025, 4, 1), LAST).exact == shown.value == Fraction(98, 100)


def test_nothing_known_is_never_a_zero(hub: Hub, line: Line) -> None:
    line.send()
    for metric in METRICS:
        found = figure(hub, metric)
        assert (found.exact, found.n, found.basis, bool(found.why)) == (None, 0, None, True), metric
    with pytest.raises(NotFound, match="no plant"), hub.store.reading() as connection:
        measure(connection, MetricReference(metric=MetricName.ROLLED_YIELD, plant="nowhere"), FIRST, LAST, NOW)
    with pytest.raises(EntryRefused, match="ends before"):
        figure(hub, MetricName.ROLLED_YIELD, LAST, FIRST)


def test_a_value_that_was_bad_is_no_value(hub: Hub, line: Line) -> None:
    line.measure(made(line, "H1", 1), "H1", None, status=Status.BAD)
    line.send()
    told = figure(hub, MetricName.CHARACTERISTIC_MEAN, characteristic="bore")
    assert (told.exact, told.n) == (None, 0)
