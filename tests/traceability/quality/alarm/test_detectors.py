"""Detectors against their definitions computed at once, and their state kept and put back anywhere."""

import math
import random
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from traceability.measurement import Characteristic
from traceability.quality.alarm.baseline import planned
from traceability.quality.alarm.patterns import PatternDetector
from traceability.quality.alarm.rule import (
    FEWEST,
    MOST,
    NELSON,
    PATTERNS,
    SPREAD,
    AlarmKind,
    ClockRule,
    ConsecutiveRule,
    DriftRule,
    FrozenBaseline,
    NoReadRule,
    PatternRule,
    TrendRule,
    YieldRule,
    check_rule,
    kind_of_rule,
)
from traceability.quality.alarm.summary import Summary
from traceability.quality.alarm.trend import TrendDetector
from traceability.quality.alarm.watch import Seen, Watch
from traceability.quality.charts.baseline import Baseline, freeze
from traceability.quality.charts.chart import ChartKind, Parameters
from traceability.quality.charts.individuals import individuals
from traceability.quality.charts.options import ChartOptions
from traceability.quality.charts.rule_watch import RuleWatch, Side
from traceability.quality.errors import InvalidRule, OutOfDomain
from traceability.quality.moments import moments_of

AT = datetime(2026, 2, 1, tzinfo=UTC)
BASELINE = FrozenBaseline(
    id="b", centre=Decimal("10.000"), sigma=Decimal("0.010"), who="q7", why="study", at=AT, data=("study-12",)
)
BORE = Characteristic(
    id="bore", name="Bore", operation="OP10", uom="mm", decimals=3, lsl=Decimal("9.900"), usl=Decimal("10.100")
)
SHARE = {"operation": "OP10", "accepted": Decimal("0.01"), "raised": Decimal("0.10"), "false_alarm_every": 200}
RULES = (
    PatternRule(id="patterns", characteristic="bore", baseline=BASELINE, patterns=("WE1", "WE4", SPREAD)),
    PatternRule(id="means", characteristic="bore", baseline=BASELINE, patterns=("N1", "N3", SPREAD), subgroup=4),
    DriftRule(id="drift", characteristic="bore", baseline=BASELINE, false_alarm_every=100),
    TrendRule(id="trend", characteristic="bore", window=10, within=500, false_alarm_every=100),
    YieldRule(id="yield", **SHARE),
    NoReadRule(id="reads", **SHARE),
    ConsecutiveRule(id="row", operation="OP10", count=3),
    ClockRule(id="clock", operation="OP10", most_ms=100, count=2),
)
BY_ID = {"bore": BORE}
VALUES = st.lists(st.integers(9_960, 10_040), min_size=1, max_size=80)


def found_by(detector, values):
    """(place, signal) of every signal."""
    return [
        (place, signal)
        for place, value in enumerate(values)
        if (signal := detector.see(value, 1000 * place)) is not None
    ]


@settings(max_examples=150, deadline=None)
@given(values=VALUES)
def test_the_first_pattern_is_where_the_chart_has_its_first_violation(values):
    rule = PatternRule(id="p", characteristic="bore", baseline=BASELINE)
    frozen = Baseline(
        id="b", kind=ChartKind.INDIVIDUALS, parameters=Parameters(centre=10.0, sigma=0.01), who="q7", at=AT,
        data=("study-12",), why="study",
    )  # fmt: skip
    chart = individuals([Decimal(value).scaleb(-3) for value in values], ChartOptions(baseline=frozen)).location
    signals = found_by(PatternDetector(rule, BORE), values)
    expected = min((violation.point for violation in chart.violations), default=None)
    assert (signals[0][0] if signals else None) == expected
    if signals:
        at_once = {violation.rule for violation in chart.violations if violation.point == expected}
        assert set(signals[0][1].signs) == at_once


def test_a_charts_baseline_becomes_a_plans():
    values = [Decimal(value).scaleb(-3) for value in (10_003, 9_998, 10_011, 10_001, 9_990, 10_004)]
    frozen = freeze(individuals(values), ident="b7", who="q7", at=AT, data=("study-12",), why="study")
    stated = planned(frozen)
    assert (stated.id, stated.who, stated.why, stated.data) == ("b7", "q7", "study", ("study-12",))
    assert float(stated.centre) == pytest.approx(frozen.parameters.centre, rel=1e-11)
    assert float(stated.sigma) == pytest.approx(frozen.parameters.sigma, rel=1e-11)
    check_rule(PatternRule(id="p", characteristic="bore", baseline=stated), BY_ID, frozenset({"OP10"}))
    with pytest.raises(OutOfDomain, match="p chart"):
        planned(msgspec.structs.replace(frozen, kind=ChartKind.P))


def test_a_point_on_the_limit_is_inside_and_the_spread_has_a_limit_of_its_own():
    rule = PatternRule(id="p", characteristic="bore", baseline=BASELINE, patterns=("WE1", SPREAD))
    detector = PatternDetector(rule, BORE)
    assert found_by(detector, [10_000, 10_030, 10_000, 9_970]) == []
    ((_, jump),) = found_by(detector, [10_010])
    assert (jump.signs, jump.side) == ((SPREAD,), Side.UPPER)
    assert jump.statistic == pytest.approx(0.040)
    assert jump.limit == pytest.approx(0.0368589, rel=1e-5)  # D4(2)·d2(2)·σ
    means = PatternDetector(msgspec.structs.replace(rule, subgroup=4), BORE)
    ((place, far),) = found_by(means, [10_016] * 3 + [10_013] + [10_000] * 2)
    assert (place, far.signs) == (3, ("WE1",))
    assert far.limit == pytest.approx(10.015)


@dataclass
class Fit:
    """Least squares of values against 0, 1, 2 …, by definition."""

    values: list[int]

    def __post_init__(self):
        n = len(self.values)
        self.middle, self.mean = (n - 1) / 2, sum(self.values) / n
        self.spread = sum((x - self.middle) ** 2 for x in range(n))
        self.slope = sum((x - self.middle) * (y - self.mean) for x, y in enumerate(self.values)) / self.spread
        self.rest = sum((y - self.at(x)) ** 2 for x, y in enumerate(self.values)) / (n - 2)

    def at(self, x):
        return self.mean + self.slope * (x - self.middle)


@settings(max_examples=100, deadline=None)
@given(seed=st.integers(0, 10**6), slope=st.floats(-3.0, 3.0), before=st.integers(0, 25))
def test_a_trend_is_the_fitted_line_of_the_last_window_and_its_crossing(seed, slope, before):
    """Fieller: at both ends of the interval the line lies 2.306 of its own standard errors from the limit."""
    source = random.Random(seed)
    calm = [10_000 + round(source.gauss(0, 2)) for _ in range(before)]
    values = calm + [10_000 + round(slope * x + source.gauss(0, 2)) for x in range(40)]
    detector = TrendDetector(RULES[3], BORE)
    signals = found_by(detector, values)
    if not signals:
        return
    place, signal = signals[0]
    fit = Fit(values[place - 9 : place + 1])
    assert signal.statistic == pytest.approx(fit.slope / 1000)
    limit = 10_100 if fit.slope > 0 else 9_900
    assert signal.limit == pytest.approx(limit / 1000)
    crossing = fit.middle + (limit - fit.mean) / fit.slope - 9
    assert signal.forecast.units == pytest.approx(max(0, math.ceil(crossing)), abs=1)
    assert signal.forecast.seconds == signal.forecast.units
    assert signal.forecast.least <= signal.forecast.units <= signal.forecast.most
    if fit.rest > 0 and signal.forecast.least > 0:
        for end, half in ((signal.forecast.least, -0.5), (signal.forecast.most, -0.5)):
            x = 9 + end + half
            error = math.sqrt(fit.rest * (1 / 10 + (x - fit.middle) ** 2 / fit.spread))
            step = abs(fit.slope)
            assert abs(fit.at(x) - limit) == pytest.approx(2.306 * error, abs=1.5 * step + 0.02 * error)


def test_without_a_significant_trend_nothing_is_said_of_the_future():
    source = random.Random(2)
    noise = [10_000 + round(source.gauss(0, 5)) for _ in range(60)]
    assert found_by(TrendDetector(RULES[3], BORE), noise) == []
    away = msgspec.structs.replace(BORE, usl=None)
    rising = [10_000 + x for x in range(40)]
    assert found_by(TrendDetector(RULES[3], away), rising) == []
    late = msgspec.structs.replace(RULES[3], within=50)
    assert found_by(TrendDetector(late, BORE), [10_000 + x for x in range(60)])[0][0] == 50


@settings(max_examples=60, deadline=None)
@given(
    results=st.lists(
        st.tuples(
            st.integers(9_960, 10_040), st.sampled_from((True, False, False, None)), st.booleans(),
            st.integers(-200, 200),
        ),
        min_size=1, max_size=60,
    ),
    cut=st.integers(0, 60),
)  # fmt: skip
def test_a_watch_put_back_goes_on_as_if_it_had_never_stopped(results, cut):
    seen = [
        Seen(at_ms=1000 * n, failed=failed, no_read=no_read, offset_ms=offset, values=(("bore", value),))
        for n, (value, failed, no_read, offset) in enumerate(results)
    ]
    whole, first, second = (Watch(RULES, [BORE], "OP10") for _ in range(3))
    expected = [whole.see(one) for one in seen]
    found = [first.see(one) for one in seen[:cut]]
    second.restore(first.state())
    found += [second.see(one) for one in seen[cut:]]
    assert found == expected
    assert second.state() == whole.state()


def test_a_state_of_another_kind_is_passed_over():
    watch, fresh = Watch(RULES, [BORE], "OP10"), Watch(RULES, [BORE], "OP10").state()
    for broken in (b"", b"\xff", b"\x93\x01", msgspec.msgpack.encode(({"x": 1}, {}))):
        watch.restore(broken)
    assert watch.state() == fresh
    keys = list(msgspec.msgpack.decode(fresh)[0])
    watch.restore(msgspec.msgpack.encode(({key: [[1], 0, []] for key in keys}, {})))
    assert watch.state() == fresh
    with pytest.raises(OutOfDomain):
        RuleWatch(NELSON).restore(RuleWatch([PATTERNS["WE1"]]).state())


def test_only_rules_of_the_operation_watch_and_sums_are_kept_of_what_they_watch():
    assert not Watch(RULES, [BORE], "OP20").any
    watch = Watch(RULES, [BORE], "OP10")
    for value in (10_003, 9_998, 10_001):
        watch.see(Seen(at_ms=0, failed=False, no_read=False, values=(("bore", value), ("other", 1))))
    summary = watch.summary("bore")
    assert summary.moments == moments_of([10_003, 9_998, 10_001])
    assert (summary.least, summary.greatest) == (9_998, 10_003)
    assert watch.summary("other") is None


@given(values=st.lists(st.integers(-(2**53), 2**53), max_size=20))
def test_sums_are_exact(values):
    summary = Summary()
    for value in values:
        summary.add(value)
    assert Summary(summary.state()).moments == moments_of(values)
    assert (summary.least, summary.greatest) == ((min(values), max(values)) if values else (0, 0))


BAD = [
    (msgspec.structs.replace(RULES[0], characteristic="width"), "characteristic"),
    (msgspec.structs.replace(RULES[0], patterns=("WE9",)), "patterns"),
    (msgspec.structs.replace(RULES[0], patterns=()), "patterns"),
    (msgspec.structs.replace(RULES[0], subgroup=0), "subgroup"),
    (msgspec.structs.replace(RULES[0], baseline=msgspec.structs.replace(BASELINE, sigma=Decimal(0))), "sigma"),
    (msgspec.structs.replace(RULES[0], baseline=msgspec.structs.replace(BASELINE, centre=Decimal("NaN"))), "centre"),
    (msgspec.structs.replace(RULES[0], baseline=msgspec.structs.replace(BASELINE, data=())), "from which data"),
    (msgspec.structs.replace(RULES[2], baseline=msgspec.structs.replace(BASELINE, at=datetime(2026, 1, 1))), "zone"),
    (msgspec.structs.replace(RULES[2], false_alarm_every=FEWEST - 1), "false_alarm_every"),
    (msgspec.structs.replace(RULES[3], window=5), "window"),
    (msgspec.structs.replace(RULES[3], within=0), "within"),
    (msgspec.structs.replace(RULES[4], raised=Decimal("0.01")), "accepted"),
    (msgspec.structs.replace(RULES[4], operation="OP99"), "operation"),
    (msgspec.structs.replace(RULES[5], false_alarm_every=MOST + 1), "false_alarm_every"),
    (msgspec.structs.replace(RULES[6], count=0), "count"),
    (msgspec.structs.replace(RULES[6], accepted=Decimal(1)), "accepted"),
    (msgspec.structs.replace(RULES[7], most_ms=0), "most_ms"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "said"), BAD, ids=[f"{rule.id}-{said}" for rule, said in BAD])
def test_a_rule_that_judges_nothing_is_refused_with_its_key(rule, said):
    with pytest.raises(InvalidRule, match=said) as refused:
        check_rule(rule, BY_ID, frozenset({"OP10"}))
    assert rule.id in str(refused.value)


def test_every_rule_warns_of_a_kind():
    for rule in RULES:
        check_rule(rule, BY_ID, frozenset({"OP10"}))
    assert {kind_of_rule(rule) for rule in RULES} == set(AlarmKind)
    bare = msgspec.structs.replace(BORE, lsl=None, usl=None)
    with pytest.raises(InvalidRule, match="limit"):
        check_rule(RULES[3], {"bore": bare}, frozenset({"OP10"}))
