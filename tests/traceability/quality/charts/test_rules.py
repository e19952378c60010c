"""Chart rules: against their definitions by brute force, point by point, and in run lengths."""

import random
from itertools import pairwise

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from traceability.quality.charts.chart import Exclusion, Point
from traceability.quality.charts.drawing import violations_of
from traceability.quality.charts.rule import (
    NELSON,
    WESTERN_ELECTRIC,
    Alternating,
    Beyond,
    Outside,
    Rule,
    Run,
    Trend,
    Within,
    ZoneCount,
)
from traceability.quality.charts.rule_watch import RuleWatch
from traceability.quality.errors import InvalidRule, OutOfDomain

EXCLUDED = Exclusion("u1", None, "dropped part")


def points_of(values, excluded=()):
    return [
        Point(
            index=i,
            value=float(v),
            centre=0.0,
            sigma=1.0,
            lcl=-3.0,
            ucl=3.0,
            excluded=EXCLUDED if i in excluded else None,
        )
        for i, v in enumerate(values)
    ]


def found(values, pattern, excluded=()):
    violations = violations_of(points_of(values, excluded), [Rule("r", pattern)])
    return [(v.point, v.points, None if v.side is None else v.side.value) for v in violations]


def last(values, end, n):
    """The places of the last n points, empty when there are fewer."""
    return list(range(end - n + 1, end + 1)) if end - n + 1 >= 0 else []


def one_sided(values, pattern, end, sign):
    """The points of a pattern on one side that ends at ``end``, looked at as the rule's words say."""
    match pattern:
        case Beyond():
            return [end] if sign * values[end] > 3 else []
        case ZoneCount(k, n, z):
            hits = [i for i in range(max(0, end - n + 1), end + 1) if sign * values[i] > z]
            return hits if len(hits) >= k and end in hits else []
        case Run(n):
            hits = last(values, end, n)
            return hits if all(sign * values[i] > 0 for i in hits) else []
        case Trend(n):
            hits = last(values, end, n)
            return hits if all(sign * (values[b] - values[a]) > 0 for a, b in pairwise(hits)) else []
    return []


def both_sided(values, pattern, end):
    match pattern:
        case Alternating(n):
            steps = [values[b] - values[a] for a, b in pairwise(last(values, end, n))]
            fits = all(a * b < 0 for a, b in pairwise(steps))
        case Within(n, z):
            fits = all(abs(values[i]) <= z for i in last(values, end, n))
        case Outside(n, z):
            fits = all(abs(values[i]) > z for i in last(values, end, n))
        case _:
            return []
    return last(values, end, n) if fits else []


def by_definition(values, pattern):
    answers = []
    for end in range(len(values)):
        for sign, side in ((1, "upper"), (-1, "lower")):
            answers.append((end, tuple(one_sided(values, pattern, end, sign)), side))
        answers.append((end, tuple(both_sided(values, pattern, end)), None))
    return [answer for answer in answers if answer[1]]


PATTERNS = st.one_of(
    st.just(Beyond()),
    st.integers(1, 6).flatmap(
        lambda n: st.builds(ZoneCount, st.integers(1, n), st.just(n), st.sampled_from([0.0, 0.5, 1.0, 2.0]))
    ),
    st.builds(Run, st.integers(1, 9)),
    st.builds(Trend, st.integers(2, 6)),
    st.builds(Alternating, st.integers(3, 7)),
    st.builds(Within, st.integers(1, 6), st.sampled_from([0.5, 1.0])),
    st.builds(Outside, st.integers(1, 6), st.sampled_from([0.5, 1.0])),
)
HALVES = st.lists(st.integers(-8, 8).map(lambda i: i / 2), max_size=40)


@settings(max_examples=300)
@given(HALVES, PATTERNS)
def test_every_pattern_is_found_exactly_where_its_definition_says(values, pattern):
    assert found(values, pattern) == by_definition(values, pattern)


@given(HALVES, st.lists(st.booleans(), min_size=40, max_size=40))
def test_excluded_points_are_as_if_they_had_not_been(values, marks):
    excluded = {i for i in range(len(values)) if marks[i]}
    kept = [i for i in range(len(values)) if i not in excluded]
    rules = (*WESTERN_ELECTRIC, *NELSON)
    with_them = violations_of(points_of(values, excluded), rules)
    without = violations_of(points_of([values[i] for i in kept]), rules)
    assert [(v.rule, v.point, v.points) for v in with_them] == [
        (v.rule, kept[v.point], tuple(kept[p] for p in v.points)) for v in without
    ]


@given(HALVES, st.integers(0, 40))
def test_a_watch_that_sees_the_latest_points_again_is_in_the_state_it_was(values, cut):
    cut = min(cut, len(values))
    rules = (*WESTERN_ELECTRIC, *NELSON)
    whole = violations_of(points_of(values), rules)
    watch = RuleWatch(rules)
    late = []
    for i in range(max(0, cut - watch.reach), len(values)):
        seen = watch.see(i, values[i], 0.0, 1.0, lcl=-3.0, ucl=3.0)
        late += seen if i >= cut else ()
    assert late == [v for v in whole if v.point >= cut]


@given(HALVES, st.integers(-1000, 1000), st.sampled_from([0.25, 1.0, 8.0]))
def test_shift_and_scale_change_no_violation(values, shift, scale):
    rules = (*WESTERN_ELECTRIC, *NELSON)
    moved = [
        Point(index=i, value=v * scale + shift, centre=shift, sigma=scale, lcl=shift - 3 * scale, ucl=shift + 3 * scale)
        for i, v in enumerate(values)
    ]
    assert violations_of(moved, rules) == violations_of(points_of(values), rules)


def test_edges():
    assert found([3.0, -3.0], Beyond()) == []
    assert found([2.0, 2.0, 2.0], ZoneCount(2, 3, 2.0)) == []
    assert found([2.5, 0.0, 2.5], ZoneCount(2, 3, 2.0)) == [(2, (0, 2), "upper")]
    assert found([2.5, -2.5, 0.0], ZoneCount(2, 3, 2.0)) == []
    assert found([1, 1, 1, 0, 1, 1, 1, 1], Run(8)) == []
    assert found([1, 2, 3, 3, 4, 5], Trend(4)) == []
    assert found([1, 2, 3, 4], Trend(4)) == [(3, (0, 1, 2, 3), "upper")]


def test_one_point_may_complete_several_rules():
    values = [1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 2.5, 3.5]
    at_last = [v.rule for v in violations_of(points_of(values), WESTERN_ELECTRIC) if v.point == 7]
    assert at_last == ["WE1", "WE2", "WE3", "WE4"]


def test_rules_are_data():
    rules = (*WESTERN_ELECTRIC, *NELSON)
    assert msgspec.json.decode(msgspec.json.encode(rules), type=tuple[Rule, ...]) == rules
    with pytest.raises(msgspec.ValidationError, match="5 of 3 points cannot be"):
        msgspec.json.decode(b'{"id":"x","pattern":{"type":"zone-count","k":5,"n":3,"z":1}}', type=Rule)


@pytest.mark.parametrize(
    "pattern", [Run(0), Trend(1), Alternating(2), ZoneCount(1, 2, float("nan")), Within(3, -1.0), Run(10**6)]
)
def test_rules_that_no_points_can_follow_are_refused(pattern):
    with pytest.raises(InvalidRule):
        Rule("bad", pattern)
    assert issubclass(InvalidRule, OutOfDomain)


@pytest.mark.parametrize(
    ("numbers", "published"),
    [((1,), 370.4), ((1, 2), 225.4), ((1, 3), 166.1), ((1, 4), 152.7), ((1, 2, 3, 4), 91.75)],
)
def test_run_lengths_of_a_stable_process(numbers, published):
    """Champ & Woodall, Technometrics 29 (1987) 393, table 1; 350 runs have a standard error of about 5 %."""
    source, rules, total, runs = random.Random(sum(numbers)), [WESTERN_ELECTRIC[n - 1] for n in numbers], 0, 350
    for _ in range(runs):
        watch, length = RuleWatch(rules), 1
        while not watch.see(length, source.gauss(0.0, 1.0), 0.0, 1.0, lcl=-3.0, ucl=3.0):
            length += 1
        total += length
    assert total / runs == pytest.approx(published, rel=0.18)
