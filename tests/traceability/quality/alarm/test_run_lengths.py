"""False-alarm rates: limits against published run lengths, and every tuned rule against simulation."""

import random
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from traceability.measurement import Characteristic
from traceability.quality.alarm.counts import ShareDetector
from traceability.quality.alarm.drift import DriftDetector
from traceability.quality.alarm.patterns import PatternDetector
from traceability.quality.alarm.price import false_alarm_every, together
from traceability.quality.alarm.rule import (
    ClockRule,
    ConsecutiveRule,
    DriftRule,
    FrozenBaseline,
    NoReadRule,
    PatternRule,
    TrendRule,
    YieldRule,
)
from traceability.quality.alarm.run_length import (
    CountLimit,
    consecutive_run_length,
    count_limit,
    count_run_length,
    cusum_interval,
    cusum_run_length,
    ewma_width,
    squares_limit,
)
from traceability.quality.alarm.trend import TrendDetector
from traceability.quality.errors import OutOfDomain

BASELINE = FrozenBaseline(
    id="b", centre=Decimal(0), sigma=Decimal("0.001"), who="q7", why="study", at=datetime(2026, 2, 1, tzinfo=UTC),
    data=("study-12",),
)  # fmt: skip
CHARACTERISTIC = Characteristic(
    id="d", name="d", operation="OP10", uom="mm", decimals=6, lsl=Decimal("-0.01"), usl=Decimal("0.01")
)


def run_length(detector, draw, signals):
    """Average number of values between signals; the sampling error is 1/√signals of it."""
    seen = found = 0
    while found < signals:
        seen += 1
        found += detector.see(draw(), seen) is not None
    return seen / signals


def steps(source, shift=0.0):
    """Values in steps of 1 nm; sigma is 1000 of them."""
    return lambda: round(source.gauss(shift, 1.0) * 1000.0)


def test_published_run_lengths_of_cusum_and_ewma_are_met():
    """Montgomery 9.1: k = 0.5 with h = 4.77 has 370, with h = 5 465, and 10.4 at one sigma; Lucas & Saccucci: 371."""
    assert cusum_run_length(4.77) == pytest.approx(370, rel=0.01)
    assert cusum_run_length(5.0) == pytest.approx(465, rel=0.01)
    assert cusum_run_length(5.0, 1.0) == pytest.approx(10.4, rel=0.02)
    assert cusum_run_length(5.0, 2.0) == pytest.approx(4.01, rel=0.04)
    assert cusum_interval(370) == pytest.approx(4.77, abs=0.01)
    assert ewma_width(371) == pytest.approx(2.86, abs=0.01)
    assert ewma_width(500) == pytest.approx(2.962, abs=0.01)  # Lucas & Saccucci, table 3


@pytest.mark.parametrize(("share", "expected"), [(0.5, 14.0), (0.02, 127_550.0)])
def test_failures_in_a_row_have_fellers_waiting_time(share, expected):
    assert consecutive_run_length(share, 3) == pytest.approx(expected)


def test_the_bernoulli_limit_is_the_smallest_that_keeps_the_rate():
    design = count_limit(0.02, 0.04, 9400)
    assert count_run_length(design, 0.02) >= 9400
    assert count_run_length(CountLimit(design.step, design.limit - 1), 0.02) < 9400
    assert count_run_length(design, 0.04) == pytest.approx(394, rel=0.05)


@pytest.mark.parametrize(("p", "step", "limit"), [(0.3, 3, 7), (0.1, 9, 5), (0.5, 1, 6), (0.2, 4, 0)])
def test_the_bernoulli_run_length_is_that_of_the_markov_chain(p, step, limit):
    """Against plain iteration of A(s) = 1 + (1 - p)·A(s - 1) + p·A(s + step) on all sums."""
    lengths = [0.0] * (limit + 1)
    for _ in range(40_000):
        lengths = [
            1.0 + (1.0 - p) * lengths[max(0, s - 1)] + p * (lengths[s + step] if s + step <= limit else 0.0)
            for s in range(limit + 1)
        ]
    assert count_run_length(CountLimit(step, limit), p) == pytest.approx(lengths[0], rel=1e-6)


@pytest.mark.parametrize(("accepted", "raised", "every"), [("0.02", "0.04", 1000), ("0.1", "0.3", 500)])
def test_yield_alarms_come_as_rarely_as_chosen(accepted, raised, every):
    rule = YieldRule(
        id="y", operation="OP10", accepted=Decimal(accepted), raised=Decimal(raised), false_alarm_every=every
    )
    source, detector = random.Random(7), ShareDetector(rule)
    seen = found = 0
    while found < 400:
        seen += 1
        found += detector.see(source.random() < float(accepted)) is not None
    design = count_limit(float(accepted), float(raised), every)
    assert seen / found == pytest.approx(count_run_length(design, float(accepted)), rel=0.17)
    assert seen / found > 0.85 * every


@pytest.mark.parametrize(
    ("patterns", "published"), [(("WE1",), 370.4), (("WE1", "WE2"), 225.4), (("WE1", "WE2", "WE3", "WE4"), 91.75)]
)
def test_pattern_sets_have_the_run_lengths_of_champ_and_woodall(patterns, published):
    rule = PatternRule(id="p", characteristic="d", baseline=BASELINE, patterns=patterns)
    found = run_length(PatternDetector(rule, CHARACTERISTIC), steps(random.Random(11)), 500)
    assert found == pytest.approx(published, rel=0.15)
    assert false_alarm_every(rule) == round({370.4: 370.40, 225.4: 225.44}.get(published, published))


def test_drift_alarms_come_at_most_as_often_as_chosen_and_soon_when_there_is_drift():
    rule = DriftRule(id="e", characteristic="d", baseline=BASELINE, false_alarm_every=300)
    source = random.Random(5)
    found = run_length(DriftDetector(rule, CHARACTERISTIC), steps(source), 400)
    assert 0.9 * 300 < found < 2.0 * 300
    assert run_length(DriftDetector(rule, CHARACTERISTIC), steps(source, 1.0), 200) < 15
    assert run_length(DriftDetector(rule, CHARACTERISTIC), lambda: round(source.gauss(0.0, 2000.0)), 200) < 12


@pytest.mark.parametrize("every", [300, 3000])
def test_the_average_of_squares_has_its_run_length(every):
    """The tabled limits by simulation, without the other two statistics."""
    source, limit, average, seen, found = random.Random(3), squares_limit(every), 1.0, 0, 0
    while found < 150:
        seen += 1
        average += 0.1 * (source.gauss(0.0, 1.0) ** 2 - average)
        if average > limit:
            found, average = found + 1, 1.0
    assert seen / found == pytest.approx(every, rel=0.3)


def test_a_trend_is_seldom_seen_where_there_is_none():
    """Limits so near that every significant slope would reach them in time: the significance alone keeps the rate."""
    near = Characteristic(
        id="d", name="d", operation="OP10", uom="mm", decimals=6, lsl=Decimal("-0.0001"), usl=Decimal("0.0001")
    )
    rule = TrendRule(id="t", characteristic="d", window=20, within=1_000_000, false_alarm_every=400)
    found = run_length(TrendDetector(rule, near), steps(random.Random(13)), 150)
    assert found > 0.8 * 400


def test_every_rule_states_its_price_or_that_it_has_none():
    share = {"operation": "OP10", "accepted": Decimal("0.01"), "raised": Decimal("0.05"), "false_alarm_every": 2000}
    rules = (
        YieldRule(id="y", **share),
        NoReadRule(id="n", **share),
        PatternRule(id="p", characteristic="d", baseline=BASELINE, patterns=("WE1",), subgroup=5),
        PatternRule(id="q", characteristic="d", baseline=BASELINE, patterns=("N3", "N4")),
        ConsecutiveRule(id="c", operation="OP10", count=3),
        ConsecutiveRule(id="d", operation="OP10", count=3, accepted=Decimal("0.1")),
        ClockRule(id="k", operation="OP10"),
    )
    assert [false_alarm_every(rule) for rule in rules] == [2000, 2000, 1852, None, None, 1110, None]
    assert together(rules) == round(1 / (1 / 2000 + 1 / 2000 + 1 / 1852 + 1 / 1110))
    assert together(rules[3:5]) is None


@pytest.mark.parametrize("ask", [lambda: ewma_width(50), lambda: squares_limit(2e6), lambda: _share(0.0)])
def test_what_is_not_known_is_not_made_up(ask):
    with pytest.raises(OutOfDomain):
        ask()


def _share(share):
    return count_run_length(CountLimit(3, 4), share)
