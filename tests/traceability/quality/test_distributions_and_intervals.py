"""Intervals against published figures, and the special functions against closed forms."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traceability.quality.distributions import beta_quantile, chi_square_cdf, chi_square_quantile, regularized_beta
from traceability.quality.errors import OutOfDomain
from traceability.quality.intervals import (
    clopper_pearson,
    cp_interval,
    cpk_lower_bound,
    cpk_needed,
    proportion_lower_bound,
    proportion_upper_bound,
    units_needed,
    wilson,
)


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [(0, 20, 0.0, 0.1611), (81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_as_published(successes, trials, low, high):
    """The last three: Newcombe, Statistics in Medicine 17 (1998) 857, table I, method 3."""
    interval = wilson(successes, trials)
    assert (interval.low, interval.high) == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [(0, 20, 0.0, 0.1684), (81, 263, 0.2527, 0.3676), (15, 148, 0.0578, 0.1617), (1, 29, 0.0009, 0.1776)],
)
def test_clopper_pearson_as_published(successes, trials, low, high):
    """The last three: Newcombe (1998), table I, method 5."""
    interval = clopper_pearson(successes, trials)
    assert (interval.low, interval.high) == pytest.approx((low, high), abs=5e-5)


@given(st.integers(1, 300).flatmap(lambda n: st.tuples(st.integers(0, n - 1), st.just(n))), st.floats(0.6, 0.999))
def test_the_upper_bound_is_where_so_few_successes_become_unlikely(case, confidence):
    """By the definition: P(X <= k | n, upper bound) = 1 - confidence, with the binomial sum written out."""
    successes, trials = case
    p = proportion_upper_bound(successes, trials, confidence)
    terms = (math.comb(trials, i) * p**i * (1 - p) ** (trials - i) for i in range(successes + 1))
    assert math.fsum(terms) == pytest.approx(1 - confidence, rel=1e-9)


@given(st.integers(1, 10**7).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_bounds_mirror_and_enclose(case):
    successes, trials = case
    lower = proportion_lower_bound(successes, trials)
    mirrored = 1 - proportion_upper_bound(trials - successes, trials)
    assert lower == pytest.approx(mirrored, abs=1e-9)
    exact, score = clopper_pearson(successes, trials), wilson(successes, trials)
    assert 0 <= exact.low <= lower <= successes / trials <= exact.high <= 1
    assert score.low <= successes / trials <= score.high


@pytest.mark.parametrize(
    ("share", "units"),
    [
        (0.0668072013, 44),
        (0.0062096654, 481),
        (0.0002326291, 12_877),
        (3.4e-6, 881_097),
        (0.10, 29),
        (0.05, 59),
        (0.03, 99),
        (0.02, 149),
    ],
)
def test_evidence_without_failures(share, units):
    assert units_needed(share) == units
    assert proportion_upper_bound(0, units) <= share < proportion_upper_bound(0, units - 1)


@pytest.mark.parametrize(("threshold", "needed"), [(1, 1.128), (1.33, 1.494), (1.67, 1.872), (2, 2.239)])
def test_index_that_125_values_need_for_class_a(threshold, needed):
    assert cpk_needed(threshold, 125) == pytest.approx(needed, abs=5e-4)
    assert cpk_lower_bound(cpk_needed(threshold, 125), 125) == pytest.approx(threshold, abs=1e-12)


def test_so_few_values_that_no_index_suffices():
    assert cpk_needed(1.33, 2) is None


@pytest.mark.parametrize(
    ("probability", "degrees", "quantile"),
    [(0.95, 4, 9.488), (0.975, 10, 20.483), (0.05, 1, 0.00393), (0.99, 100, 135.807)],
)
def test_chi_square_as_tabled(probability, degrees, quantile):
    assert chi_square_quantile(probability, degrees) == pytest.approx(quantile, rel=1e-3)


@given(st.floats(0.0, 200.0))
def test_chi_square_with_two_degrees_is_exponential(x):
    assert chi_square_cdf(x, 2) == pytest.approx(-math.expm1(-x / 2), abs=1e-14)


@given(st.integers(0, 4096), st.floats(0.1, 500.0), st.floats(0.1, 500.0))
def test_incomplete_beta_mirrors(part, a, b):
    x = part / 4096  # so that 1 - x is exact
    assert regularized_beta(x, a, b) + regularized_beta(1.0 - x, b, a) == pytest.approx(1.0, abs=1e-9)


@given(st.floats(1e-6, 1 - 1e-6), st.floats(0.5, 200.0), st.floats(0.5, 200.0))
def test_beta_quantile_inverts(probability, a, b):
    assert regularized_beta(beta_quantile(probability, a, b), a, b) == pytest.approx(probability, rel=1e-6, abs=1e-9)


@given(st.floats(1e-9, 1 - 1e-9), st.floats(0.05, 1e5), st.floats(0.05, 1e5))
def test_beta_quantile_is_what_bisection_finds(probability, a, b):
    low, high = 0.0, 1.0
    while (middle := (low + high) / 2.0) not in (low, high):
        low, high = (middle, high) if regularized_beta(middle, a, b) < probability else (low, middle)
    assert beta_quantile(probability, a, b) == pytest.approx(middle, rel=1e-7, abs=1e-300)


def test_cp_interval_uses_the_chi_square_of_the_variance():
    interval = cp_interval(1.0, 11)
    assert interval.low == pytest.approx(math.sqrt(3.24697 / 10), rel=1e-5)
    assert interval.high == pytest.approx(math.sqrt(20.48318 / 10), rel=1e-5)


@pytest.mark.parametrize(
    "ask",
    [
        lambda: wilson(0, 0),
        lambda: wilson(5, 4),
        lambda: clopper_pearson(-1, 4),
        lambda: proportion_upper_bound(1, 4, 1.0),
        lambda: units_needed(0.0),
        lambda: cpk_lower_bound(1.0, 1),
        lambda: chi_square_quantile(1.0, 4),
        lambda: regularized_beta(1.5, 1, 1),
        lambda: beta_quantile(1.5, 1, 1),
        lambda: chi_square_cdf(-1.0, 4),
    ],
)
def test_outside_their_domain_formulas_refuse(ask):
    with pytest.raises(OutOfDomain):
        ask()
