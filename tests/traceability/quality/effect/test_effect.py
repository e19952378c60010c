"""Whether a figure moved: against scipy, against intervals that are published, and at the edges."""

import math
import random
from statistics import fmean, stdev

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from traceability.quality.effect.counted import share_effect, units_for
from traceability.quality.effect.measured import Sample, capability_effect, mean_effect, spread_effect
from traceability.quality.effect.ranks import rank_effect
from traceability.quality.errors import OutOfDomain

scipy = pytest.importorskip("scipy.stats")
LEVEL = 0.95


def sample(values):
    return Sample(len(values), fmean(values), stdev(values))


def drawn(seed, n, mean, sigma):
    source = random.Random(seed)
    return [source.gauss(mean, sigma) for _ in range(n)]


@given(a=st.integers(0, 40), b=st.integers(0, 40), n=st.integers(1, 60), m=st.integers(1, 60))
@settings(max_examples=60, deadline=None)
def test_shares_are_tested_as_fisher_did(a, b, n, m):
    k, other = min(a, n), min(b, m)
    found = share_effect((k, n), (other, m), LEVEL)
    assert found.p == pytest.approx(scipy.fisher_exact([[k, n - k], [other, m - other]]).pvalue, abs=1e-9)
    assert found.size == pytest.approx(other / m - k / n)
    assert found.interval.low <= found.size <= found.interval.high
    mirrored = share_effect((n - k, n), (m - other, m), LEVEL)
    assert mirrored.p == pytest.approx(found.p, abs=1e-9)
    assert mirrored.size == pytest.approx(-found.size)


@pytest.mark.parametrize(
    ("before", "after", "low", "high"),
    [((48, 80), (56, 70), 0.0524, 0.3339), ((3, 10), (9, 10), 0.1705, 0.8090)],
)
def test_the_interval_of_a_difference_is_newcombes(before, after, low, high):
    """Examples (a) and (b) of Newcombe 1998, table II, method 10."""
    found = share_effect(before, after, LEVEL).interval
    assert (found.low, found.high) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


def test_many_units_are_quick_and_sure():
    found = share_effect((970_000, 1_000_000), (975_000, 1_000_000), LEVEL)
    assert found.p == pytest.approx(0.0, abs=1e-12)
    assert found.larger


@given(seed=st.integers(0, 10_000), n=st.integers(2, 40), m=st.integers(2, 40), shift=st.floats(-2, 2))
@settings(max_examples=60, deadline=None)
def test_means_and_spreads_as_scipy_has_them(seed, n, m, shift):
    one, other = drawn(seed, n, 0, 1), drawn(seed + 1, m, shift, 2)
    told, known = mean_effect(sample(one), sample(other), LEVEL), scipy.ttest_ind(other, one, equal_var=False)
    assert (told.statistic, told.p) == (pytest.approx(known.statistic), pytest.approx(known.pvalue, abs=1e-9))
    bounds = known.confidence_interval(LEVEL)
    assert (told.interval.low, told.interval.high) == (pytest.approx(bounds.low), pytest.approx(bounds.high))
    spread = spread_effect(sample(one), sample(other), LEVEL)
    f = stdev(other) ** 2 / stdev(one) ** 2
    assert spread.p == pytest.approx(
        min(1, 2 * min(scipy.f.sf(f, m - 1, n - 1), scipy.f.cdf(f, m - 1, n - 1))), abs=1e-9
    )
    low, high = (math.sqrt(f / scipy.f.ppf(side, m - 1, n - 1)) for side in (0.975, 0.025))
    assert (spread.interval.low, spread.interval.high) == (pytest.approx(low), pytest.approx(high))


@given(values=st.lists(st.integers(0, 6), min_size=20, max_size=60), cut=st.integers(8, 12))
@settings(max_examples=60, deadline=None)
def test_ranks_as_mann_and_whitney(values, cut):
    one, other = values[:cut], values[cut:]
    told = rank_effect(one, other, LEVEL)
    known = scipy.mannwhitneyu(other, one, alternative="two-sided", method="asymptotic")
    assert told.statistic == pytest.approx(known.statistic)
    if len(set(values)) > 1:
        assert told.p == pytest.approx(known.pvalue, abs=1e-9)
    above = sum((b > a) - (b < a) for a in one for b in other) / len(one) / len(other)
    assert told.size == pytest.approx(above)


def test_capability_moves_when_its_intervals_say_so():
    better = capability_effect((1.0, 500), (1.5, 500), LEVEL)
    assert better.p < 1e-6
    assert better.larger
    few = capability_effect((1.0, 20), (1.3, 20), LEVEL)
    assert few.p > 0.05
    assert few.interval.low < 0 < few.interval.high


def test_how_often_chance_alone_is_called_an_effect():
    """No effect at all: at a level of 5 % at most about one of twenty is found (exact tests find fewer)."""
    source = random.Random(7)
    found = {"welch": 0, "fisher": 0, "ranks": 0}
    for _ in range(400):
        one, other = ([source.gauss(0, 1) for _ in range(30)] for _ in range(2))
        found["welch"] += mean_effect(sample(one), sample(other), LEVEL).p < 0.05
        found["ranks"] += rank_effect(one, other, LEVEL).p < 0.05
        counts = [(sum(source.random() < 0.1 for _ in range(100)), 100) for _ in range(2)]
        found["fisher"] += share_effect(*counts, LEVEL).p < 0.05
    assert all(number <= 36 for number in found.values()), found  # 20 expected, 36 is far beyond chance
    assert found["welch"] >= 6


def test_what_can_not_be_compared_says_so():
    with pytest.raises(OutOfDomain):
        share_effect((1, 0), (1, 2), LEVEL)
    with pytest.raises(OutOfDomain):
        mean_effect(Sample(1, 0.0, 0.0), Sample(5, 0.0, 1.0), LEVEL)
    with pytest.raises(OutOfDomain, match="do not vary"):
        spread_effect(Sample(5, 0.0, 0.0), Sample(5, 0.0, 1.0), LEVEL)
    with pytest.raises(OutOfDomain, match="8 values"):
        rank_effect([1.0] * 7, [1.0] * 9, LEVEL)
    assert mean_effect(Sample(5, 1.0, 0.0), Sample(5, 2.0, 0.0), LEVEL).p == 0
    assert mean_effect(Sample(5, 1.0, 0.0), Sample(5, 1.0, 0.0), LEVEL).p == 1


def test_units_that_show_a_change():
    assert 1200 < units_for(0.95, 0.97) < 1700  # about 1 500 with the usual formula
    assert units_for(0.95, 0.97) > units_for(0.90, 0.97)
    with pytest.raises(OutOfDomain):
        units_for(0.9, 0.9)
