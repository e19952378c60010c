"""Targets judged against figures, and parts against the whole: what always holds is called so, and no more."""

import math
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.metric.figure import MetricFigure, Money
from hub.target.add_up import Sum, check
from hub.target.judge import judged, window_of_target
from traceability.quality.intervals import Interval
from traceability.quality.window import Window
from traceability.record.indicator import Direction, TargetRecord, TargetStatus
from traceability.record.metric import MetricName, MetricReference

FIRST, TODAY, LAST = date(2026, 1, 1), date(2026, 3, 31), date(2026, 12, 31)
HIGHER, LOWER = Direction.HIGHER, Direction.LOWER
M = MetricName


def target(metric: MetricName, value: str, direction: Direction = HIGHER, **changes: Any) -> TargetRecord:
    names = ("line", "operation", "part", "characteristic", "defect", "indicator")
    where = {name: changes.pop(name) for name in names if name in changes}
    fields: dict[str, Any] = {
        "id": "-".join([metric, *where.values(), value]), "plant": "p", "direction": direction, "value": value,
        "first": FIRST, "owner": "q", "entered_by": "q", "seq": 1, "salt": "0" * 32,
        "event_time": datetime(2026, 1, 1, tzinfo=UTC),
    }  # fmt: skip
    return TargetRecord(reference=MetricReference(metric=metric, plant="p", **where), **(fields | changes))


def figure(exact: Fraction | None, low: float = 0, high: float = 0, **changes: Any) -> MetricFigure:
    interval = Interval(low, high) if high else None
    reference = MetricReference(metric=M.FIRST_PASS_YIELD, plant="p")
    fields = {"reference": reference, "first": FIRST, "last": TODAY, "exact": exact, "interval": interval, "n": 10}
    return MetricFigure(**(fields | changes))


HALF = Fraction(1, 2)


@pytest.mark.parametrize(
    ("found", "status", "sure"),
    [
        (figure(HALF), "met", False),
        (figure(HALF, 0.4, 0.6), "at-risk", False),
        (figure(Fraction(7, 10), 0.51, 0.8), "met", True),
        (figure(Fraction(4, 10), 0.3, 0.6), "missed", False),
        (figure(Fraction(4, 10), 0.3, 0.49), "missed", True),
        (figure(Fraction(7, 10), fit=False, why="unstable"), "cannot-tell", False),
        (figure(Fraction(3, 10), fit=False), "missed", True),
        (figure(None, why="nothing"), "cannot-tell", False),
        (None, "cannot-tell", False),
    ],
)
def test_the_point_value_decides_and_the_interval_says_how_sure(found: Any, status: str, sure: bool) -> None:
    told = judged(target(M.FIRST_PASS_YIELD, "0.5"), found, TODAY)
    assert (told.status, told.sure) == (TargetStatus(status), sure)
    if found is not None and found.exact is not None and found.fit:  # the mirror image, where less is better
        interval = found.interval and Interval(1 - found.interval.high, 1 - found.interval.low)
        mirrored = figure(1 - found.exact, interval.low, interval.high) if interval else figure(1 - found.exact)
        assert judged(target(M.DEFECT_SHARE, "0.5", LOWER), mirrored, TODAY) == told


def test_it_is_judged_over_its_own_time() -> None:
    assert window_of_target(target(M.LOSS_RATE, "1"), TODAY) == Window(FIRST, TODAY)
    assert window_of_target(target(M.LOSS_RATE, "1", days=30), TODAY) == Window(date(2026, 3, 2), TODAY)
    assert window_of_target(target(M.LOSS_RATE, "1", days=300), TODAY) == Window(FIRST, TODAY)
    assert window_of_target(target(M.LOSS_RATE, "1", last=date(2026, 2, 1)), TODAY) == Window(FIRST, date(2026, 2, 1))
    assert window_of_target(target(M.LOSS_RATE, "1", first=LAST), TODAY) is None


def test_a_running_sum_is_at_risk_by_its_pace_and_compared_in_its_own_money() -> None:
    cost = target(M.QUALITY_COST, "1000", LOWER, currency="CNY", last=LAST)
    basis = Money(amount=Decimal(300), currency="CNY")
    assert judged(cost, figure(Fraction(300), basis=basis), TODAY).status is TargetStatus.AT_RISK
    assert judged(cost, figure(Fraction(200), basis=basis), TODAY).status is TargetStatus.MET
    other = Money(amount=Decimal(200), currency="EUR")
    assert judged(cost, figure(Fraction(200), basis=other), TODAY).status is TargetStatus.CANNOT_TELL


ROUTES = {"A": ("OP10", "OP20")}
PLANT = target(M.ROLLED_YIELD, "0.95")


def test_yields_of_operations_multiply() -> None:
    two = [target(M.FIRST_PASS_YIELD, value, operation=name) for value, name in (("0.98", "OP10"), ("0.97", "OP20"))]
    found = check(PLANT, two, ROUTES)
    assert (found.verdict, found.reached) == (Sum.ADDS_UP, Fraction(9506, 10_000))
    short = check(target(M.ROLLED_YIELD, "0.96"), two, ROUTES)
    assert (short.verdict, "0.0094 below" in short.why.en) == (Sum.FALLS_SHORT, True)
    one = check(PLANT, two[:1], ROUTES)
    assert (one.verdict, one.missing) == (Sum.DEPENDS, ("OP20",))
    assert "0.969388" in one.why.en
    by_line = [target(M.ROLLED_YIELD, "0.98", line=name) for name in ("front", "back")]
    assert check(PLANT, by_line, ROUTES).verdict is Sum.ADDS_UP
    of_parts = [target(M.ROLLED_YIELD, "0.99", part="A"), target(M.ROLLED_YIELD, "0.9", part="B")]
    assert check(PLANT, of_parts, {}).verdict is Sum.DEPENDS
    assert check(PLANT, [target(M.CAPABILITY, "1.33")], ROUTES).verdict is Sum.CANNOT_COMPARE


@given(st.lists(st.integers(900, 1000), min_size=2, max_size=4), st.integers(800, 1000))
def test_yields_add_up_exactly_when_the_product_reaches_the_whole(parts: list[int], whole: int) -> None:
    names = [f"OP{number}" for number in range(len(parts))]
    children = [
        target(M.FIRST_PASS_YIELD, f"{value / 1000:.3f}", operation=name)
        for value, name in zip(parts, names, strict=True)
    ]
    found = check(target(M.ROLLED_YIELD, f"{whole / 1000:.3f}"), children, {"A": names})
    product = math.prod((Fraction(value, 1000) for value in parts), start=Fraction(1))
    assert (found.verdict is Sum.ADDS_UP) == (product >= Fraction(whole, 1000))
    assert found.reached == product


def test_losses_and_costs_are_sums_and_other_shares_lie_between() -> None:
    loss = target(M.LOSS_RATE, "0.015", LOWER)
    parts = [
        target(M.INTERNAL_LOSS_RATE, "0.006", LOWER, operation="OP10"),
        target(M.INTERNAL_LOSS_RATE, "0.004", LOWER, operation="OP20"),
        target(M.EXTERNAL_LOSS_RATE, "0.005", LOWER),
    ]
    assert check(loss, parts, {}).verdict is Sum.ADDS_UP
    assert check(loss, [*parts, target(M.LOSS_RATE, "0.001", LOWER, part="x")], {}).verdict is Sum.FALLS_SHORT
    room = check(loss, parts[:1], {})
    assert (room.verdict, room.why.en) == (Sum.ADDS_UP, "0.009 is left for the rest")
    euros = target(M.QUALITY_COST, "5", LOWER, currency="EUR")
    assert check(target(M.QUALITY_COST, "9", LOWER, currency="CNY"), [euros], {}).verdict is Sum.CANNOT_COMPARE
    share = target(M.DEFECT_SHARE, "0.02", LOWER, defect="d")
    mixed = [target(M.DEFECT_SHARE, value, LOWER, defect="d", operation=value) for value in ("0.01", "0.03")]
    assert [check(share, some, {}).verdict for some in (mixed, mixed[:1], mixed[1:])] == [
        Sum.DEPENDS, Sum.ADDS_UP, Sum.FALLS_SHORT,
    ]  # fmt: skip
    capable = target(M.CAPABILITY, "1.33")
    several = [target(M.CAPABILITY, value, characteristic=value) for value in ("1.67", "1.2")]
    assert check(capable, several, {}).verdict is Sum.FALLS_SHORT
    assert check(capable, several[:1], {}).verdict is Sum.ADDS_UP


def test_parts_that_end_before_the_whole_do_not_carry_it() -> None:
    late = target(M.CAPABILITY, "1.67", characteristic="c", first=TODAY)
    found = check(target(M.CAPABILITY, "1.33", last=LAST), [late], {})
    assert (found.verdict, late.id in found.why.zh) == (Sum.DEPENDS, True)
