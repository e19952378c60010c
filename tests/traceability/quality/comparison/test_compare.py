"""Exact tests against published answers; planted causes found, nothing found where there is none."""

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traceability.quality.comparison.compare import compare
from traceability.quality.comparison.exact import (
    Table,
    benjamini_hochberg,
    holm,
    more_common,
    more_common_within,
    odds_ratio,
)
from traceability.quality.comparison.finding import CannotTell
from traceability.quality.comparison.ranges import chance_above
from traceability.quality.comparison.units import KnownUnit


def test_fishers_tea():
    """Fisher, The Design of Experiments (1935): 3 of 4 cups right, one-sided 17/70; all right 1/70."""
    assert more_common(Table(3, 1, 1, 3)).p == pytest.approx(17 / 70)
    assert more_common(Table(4, 0, 0, 4)).p == pytest.approx(1 / 70)
    assert more_common(Table(4, 0, 0, 4)).mid_p == pytest.approx(1 / 140)
    assert more_common(Table(3, 1, 1, 3)).least_p == pytest.approx(1 / 70)


def test_convictions_of_twins():
    """Fisher's twins (also in Agresti, Categorical Data Analysis): 10 of 13 against 2 of 17, one-sided 0.0004652."""
    assert more_common(Table(10, 3, 2, 15)).p == pytest.approx(0.0004652, abs=5e-8)


def test_corrections():
    """Benjamini & Hochberg (1995), table of 15 p-values: 4 rejected at 5 % (their procedure), 3 by Bonferroni's."""
    p = [
        0.0001,
        0.0004,
        0.0019,
        0.0095,
        0.0201,
        0.0278,
        0.0298,
        0.0344,
        0.0459,
        0.3240,
        0.4262,
        0.5719,
        0.6528,
        0.7590,
        1.0,
    ]
    assert sum(value <= 0.05 for value in benjamini_hochberg(p)) == 4
    assert sum(value <= 0.05 for value in holm(p)) == 3


@given(st.tuples(*[st.integers(0, 12)] * 4).filter(lambda t: sum(t) > 0))
def test_fisher_is_the_sum_of_binomials(counts):
    table = Table(*counts)
    low, high = max(0, table.having - table.others), min(table.having, table.suspects)
    ways = {a: math.comb(table.suspects, a) * math.comb(table.others, table.having - a) for a in range(low, high + 1)}
    expected = sum(count for a, count in ways.items() if a >= table.a) / math.comb(table.total, table.having)
    assert more_common(table).p == pytest.approx(expected, rel=1e-9)


@given(st.tuples(*[st.integers(0, 8)] * 4), st.tuples(*[st.integers(0, 8)] * 4))
def test_strata_by_counting_every_pair(one, other):
    """The chance of at least so many in sum, over all pairs of tables with these margins."""

    def ways(table):
        low, high = max(0, table.having - table.others), min(table.having, table.suspects)
        return {
            a: math.comb(table.suspects, a) * math.comb(table.others, table.having - a) for a in range(low, high + 1)
        }

    first, second = Table(*one), Table(*other)
    pairs = [(x + y, m * n) for x, m in ways(first).items() for y, n in ways(second).items()]
    expected = sum(n for total, n in pairs if total >= first.a + second.a) / sum(n for _, n in pairs)
    assert more_common_within([first, second]).p == pytest.approx(expected, rel=1e-9)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_corrected_values_keep_the_order_and_are_never_smaller(p):
    for adjusted in (holm(p), benjamini_hochberg(p)):
        assert all(q >= value - 1e-12 for q, value in zip(adjusted, p, strict=True))
        ordered = [q for _, q in sorted(zip(p, adjusted, strict=True))]
        assert ordered == sorted(ordered)


def test_odds():
    assert odds_ratio(Table(2, 1, 1, 2)) == 4
    assert odds_ratio(Table(2, 0, 1, 2)) == math.inf
    assert odds_ratio(Table(0, 0, 1, 2)) is None


def test_chance_above_counts_ties_half():
    assert chance_above([1, 2], [1, 2]) == 0.5
    assert chance_above([3], [1, 2]) == 1.0
    assert chance_above([], [1]) is None


def units(count, chooser, prefix):
    return [KnownUnit(name=f"{prefix}{i}", **chooser(i)) for i in range(count)]


def test_a_planted_lot_comes_first():
    source = random.Random(7)

    def others(_):
        return {"factors": {"lot": frozenset({source.choice("ABCDEFGH")}), "tool": frozenset({source.choice("XYZ")})}}

    def suspects(i):
        lot = "C" if i < 18 else source.choice("ABDEFGH")
        return {"factors": {"lot": frozenset({lot}), "tool": frozenset({source.choice("XYZ")})}}

    found = compare(units(25, suspects, "s"), units(400, others, "o"))
    assert found.findings[0].key == ("lot", "C")
    assert found.findings[0].significant
    assert [each.key for each in found.findings if each.significant] == [("lot", "C")]


def test_no_cause_no_finding():
    """Of many comparisons without any cause, at most about the stated share finds anything."""
    source, wrong = random.Random(11), 0
    for _ in range(100):

        def anybody(_):
            return {"factors": {name: frozenset({source.choice("ABCDE")}) for name in ("lot", "tool", "shift")},
                    "values": {"bore": source.gauss(0, 1)}}  # fmt: skip

        wrong += any(each.significant for each in compare(units(20, anybody, "s"), units(100, anybody, "o")).findings)
    assert wrong <= 10  # 5 expected at most; P(more than 10) < 0.02 even if Holm were not conservative, and it is


def test_what_the_lot_explains_is_said_to_be_explained_by_it():
    """The bad lot ran mostly at one station: the station stands out too, but not within the lot."""
    source = random.Random(3)

    def made(lot, station):
        return {"factors": {"lot": frozenset({lot}), "station": frozenset({station})}}

    suspects = [made("L", source.choices(["S1", "S2"], [9, 1])[0]) for _ in range(60)]
    others = [made("L", source.choices(["S1", "S2"], [9, 1])[0]) for _ in range(20)]
    others += [made("M", source.choices(["S1", "S2"], [1, 9])[0]) for _ in range(400)]
    found = compare(
        [KnownUnit(name=f"s{i}", **u) for i, u in enumerate(suspects)],
        [KnownUnit(name=f"o{i}", **u) for i, u in enumerate(others)],
    )
    by_key = {each.key: each for each in found.findings}
    assert found.findings[0].key == ("lot", "L")
    assert by_key["lot", "L"].explained_by is None
    assert by_key["station", "S1"].explained_by == ("lot", "L")


def test_what_cannot_be_told_apart_is_said_to_be_the_same():
    bad = {"factors": {"lot": frozenset({"L"}), "tool": frozenset({"T"})}}
    good = {"factors": {"lot": frozenset({"M"}), "tool": frozenset({"U"})}}
    found = compare(
        [KnownUnit(name=f"s{i}", **bad) for i in range(9)], [KnownUnit(name=f"o{i}", **good) for i in range(30)]
    )
    first, second = found.findings[:2]
    assert {first.key, second.key} == {("lot", "L"), ("tool", "T")}
    assert first.same_as == (second.key,)
    assert first.explained_by is None


def test_a_measured_range():
    source = random.Random(5)
    suspects = units(20, lambda _: {"values": {"bore": source.gauss(3, 1), "length": source.gauss(0, 1)}}, "s")
    others = units(200, lambda _: {"values": {"bore": source.gauss(0, 1), "length": source.gauss(0, 1)}}, "o")
    found = compare(suspects, others)
    assert found.findings[0].factor == "bore"
    assert found.findings[0].value.startswith("≥")
    assert found.findings[0].chance_above > 0.9


@pytest.mark.parametrize(
    ("suspects", "others", "why"),
    [(2, 100, CannotTell.FEW_SUSPECTS), (10, 0, CannotTell.NO_OTHERS)],
)
def test_it_says_when_it_cannot_tell(suspects, others, why):
    def same(_):
        return {"factors": {"lot": frozenset({"A"})}}

    assert compare(units(suspects, same, "s"), units(others, same, "o")).cannot_tell is why


def test_it_says_which_factors_cannot_tell():
    def made(i):
        return {"factors": {"lot": frozenset({"A"}), "tool": frozenset({"T" if i % 2 else "U"})}}

    found = compare(units(3, made, "s"), units(3, made, "o"))
    assert found.silent == {"lot": CannotTell.SAME_EVERYWHERE, "tool": CannotTell.TOO_SMALL}
    unknown = compare(units(5, lambda _: {"factors": {"lot": frozenset({"A"})}}, "s"), units(5, lambda _: {}, "o"))
    assert unknown.silent == {"lot": CannotTell.NOT_KNOWN}


def test_units_of_which_nothing_is_known_are_counted():
    known = [KnownUnit(name=f"s{i}", factors={"lot": frozenset({"L"})}) for i in range(8)]
    others = [KnownUnit(name=f"o{i}", factors={"lot": frozenset({"M"})}) for i in range(30)]
    found = compare([*known, KnownUnit(name="x")], others)
    assert found.findings[0].unknown == 1
    assert found.findings[0].table == Table(8, 0, 0, 30)
