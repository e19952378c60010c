"""Tests of consistency against SciPy's, and what they must and must not find."""

import random

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

from traceability.quality.consistency.counted import Counted, counted_consistency
from traceability.quality.consistency.finding import Consistency, Effect, Finding, Method
from traceability.quality.consistency.measured import measured_consistency


def by_method(found: Finding) -> dict[Method, object]:
    return {one.method: one for one in found.tests}


VALUES = st.lists(st.integers(0, 30).map(lambda n: n / 4), min_size=5, max_size=12)


@given(groups=st.lists(VALUES, min_size=2, max_size=5))
def test_the_tests_are_those_of_scipy(groups: list[list[float]]) -> None:
    assume(all(len(set(values)) > 1 for values in groups))
    found = by_method(measured_consistency({str(at): values for at, values in enumerate(groups)}))
    kruskal = stats.kruskal(*groups)
    assert found[Method.KRUSKAL_WALLIS].statistic == pytest.approx(kruskal.statistic, abs=1e-9)
    assert found[Method.KRUSKAL_WALLIS].p == pytest.approx(kruskal.pvalue, abs=1e-9)
    welch = stats.f_oneway(*groups, equal_var=False)
    assert found[Method.WELCH].statistic == pytest.approx(welch.statistic, rel=1e-9, abs=1e-9)
    assert found[Method.WELCH].p == pytest.approx(welch.pvalue, abs=1e-9)
    levene = stats.levene(*groups, center="median")
    if levene.statistic == levene.statistic and levene.statistic != float("inf"):
        assert found[Method.BROWN_FORSYTHE].statistic == pytest.approx(levene.statistic, rel=1e-7, abs=1e-7)
        assert found[Method.BROWN_FORSYTHE].p == pytest.approx(levene.pvalue, abs=1e-7)


@given(a=st.integers(0, 20), b=st.integers(0, 20), n=st.integers(1, 20), m=st.integers(1, 20))
def test_exact_shares_of_two_groups_are_fishers(a: int, b: int, n: int, m: int) -> None:
    a, b = min(a, n), min(b, m)
    assume(0 < a + b < n + m)
    (test,) = counted_consistency({"one": Counted(a, n), "other": Counted(b, m)}).tests
    expected = stats.fisher_exact([[a, n - a], [b, m - b]]).pvalue
    if test.method is Method.FISHER:
        assert test.p == pytest.approx(expected, abs=1e-6)
    else:
        table = [[a, n - a], [b, m - b]]
        assert test.p == pytest.approx(stats.chi2_contingency(table, correction=False).pvalue, abs=1e-9)


def drawn(seed: int, **lots: tuple[float, float, int]) -> dict[str, list[float]]:
    source = random.Random(seed)
    return {name: [source.gauss(mean, sigma) for _ in range(n)] for name, (mean, sigma, n) in lots.items()}


def test_a_lot_that_lies_elsewhere_is_named() -> None:
    found = measured_consistency(drawn(1, A=(10, 0.1, 50), B=(10, 0.1, 50), C=(10.2, 0.1, 50)))
    assert found.verdict is Consistency.DIFFERS
    assert by_method(found)[Method.WELCH].size is Effect.LARGE
    assert {group.name for group in found.groups if group.apart} >= {"C"}


def test_equal_means_and_another_spread_is_a_difference_too() -> None:
    found = measured_consistency(drawn(4, A=(10, 0.1, 60), B=(10, 0.4, 60)))
    tests = by_method(found)
    assert tests[Method.BROWN_FORSYTHE].significant
    assert not tests[Method.WELCH].significant
    assert tests[Method.BROWN_FORSYTHE].effect > 3


def test_what_is_alike_is_rarely_called_different() -> None:
    wrong = sum(
        measured_consistency(drawn(seed, **{str(lot): (5.0, 1.0, 12) for lot in range(4)})).verdict
        is Consistency.DIFFERS
        for seed in range(300)
    )
    assert wrong <= 24  # 5 % of 300 are 15; more than 24 comes once in a hundred times


def test_a_tiny_difference_among_many_values_is_told_as_tiny() -> None:
    found = measured_consistency(drawn(3, A=(10, 1, 20_000), B=(10.08, 1, 20_000)))
    assert found.verdict is Consistency.DIFFERS
    assert by_method(found)[Method.WELCH].size is Effect.NEGLIGIBLE


def test_too_little_is_said_to_be_too_little() -> None:
    found = measured_consistency({"A": [1.0, 2.0, 3.0], "B": [1.0] * 9})
    assert (found.verdict, found.left_out) == (Consistency.CANNOT_TELL, ("A",))
    assert "two groups" in found.why
    assert counted_consistency({"A": Counted(0, 0), "B": Counted(1, 9)}).verdict is Consistency.CANNOT_TELL


def test_values_that_do_not_vary() -> None:
    same = measured_consistency({"A": [1.0] * 9, "B": [1.0] * 9})
    assert (same.verdict, same.tests) == (Consistency.CONSISTENT, ())
    apart = measured_consistency({"A": [1.0] * 9, "B": [2.0] * 9})
    assert apart.verdict is Consistency.DIFFERS


def test_shares_of_many_lots() -> None:
    alike = {str(lot): Counted(20, 1000) for lot in range(5)}
    assert counted_consistency(alike).verdict is Consistency.CONSISTENT
    found = counted_consistency(alike | {"bad": Counted(80, 1000)})
    (test,) = found.tests
    assert (found.verdict, test.method) == (Consistency.DIFFERS, Method.CHI_SQUARE)
    assert [group.name for group in found.groups if group.apart] == ["bad"]
    few = counted_consistency({"A": Counted(0, 40), "B": Counted(0, 40), "C": Counted(8, 40)})
    assert (few.verdict, few.tests[0].method) == (Consistency.DIFFERS, Method.FISHER)
    assert [group.name for group in few.groups if group.apart] == ["C"]
    assert counted_consistency({"A": Counted(0, 40), "B": Counted(0, 50)}).verdict is Consistency.CONSISTENT
