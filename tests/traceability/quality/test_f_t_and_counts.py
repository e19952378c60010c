"""F, Student's t, chi-square tails and counting distributions against closed forms and published quantiles."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traceability.quality.distributions import (
    binomial_cdf,
    binomial_tail,
    chi_square_tail,
    f_cdf,
    f_quantile,
    f_tail,
    gamma_cdf,
    gamma_quantile,
    poisson_cdf,
    poisson_tail,
    t_cdf,
    t_quantile,
    t_tail,
)
from traceability.quality.errors import OutOfDomain


@pytest.mark.parametrize(
    ("probability", "degrees", "quantile"),
    [
        (0.975, 1, 12.70620473617471),
        (0.975, 10, 2.228138851986274),
        (0.995, 1, 63.65674116287399),
        (0.95, 30, 1.697260886593957),
        (0.9995, 5, 6.868826625876),
        (0.6, 5, 0.267180865704145),
        (0.025, 10, -2.228138851986274),
    ],
)
def test_student_quantiles(probability, degrees, quantile):
    assert t_quantile(probability, degrees) == pytest.approx(quantile, rel=1e-11)


@pytest.mark.parametrize(
    ("probability", "quantile", "n", "m"),
    [(0.95, 3.708264819046840, 3, 10), (0.99, 4.430690161437777, 4, 20), (0.95, 161.4476387975881, 1, 1)],
)
def test_f_quantiles(probability, quantile, n, m):
    assert f_quantile(probability, n, m) == pytest.approx(quantile, rel=1e-11)


@given(st.floats(0.0, 1e6), st.floats(0.5, 400.0))
def test_f_with_two_degrees_is_a_power(x, m):
    exact = (1 + 2 * x / m) ** (-m / 2)
    assert f_tail(x, 2, m) == pytest.approx(exact, rel=1e-10, abs=1e-290)
    assert f_cdf(x, 2, m) == pytest.approx(1 - exact, abs=1e-12)


@given(st.floats(-1e3, 1e3))
def test_student_with_one_degree_is_cauchy_and_with_two_algebraic(t):
    assert t_cdf(t, 1) == pytest.approx(0.5 + math.atan(t) / math.pi, abs=1e-12)
    assert t_tail(t, 2) == pytest.approx(0.5 - t / (2 * math.sqrt(2 + t * t)), abs=1e-12)


@given(st.floats(0.001, 0.999), st.floats(0.5, 300.0), st.floats(0.5, 300.0))
def test_quantiles_invert(probability, n, m):
    assert f_cdf(f_quantile(probability, n, m), n, m) == pytest.approx(probability, rel=1e-8)
    assert t_cdf(t_quantile(probability, n), n) == pytest.approx(probability, rel=1e-8)
    assert gamma_cdf(gamma_quantile(probability, n), n) == pytest.approx(probability, rel=1e-8)


def test_far_tails_keep_their_digits():
    assert chi_square_tail(400.0, 2) == pytest.approx(math.exp(-200.0), rel=1e-12)
    assert t_tail(1e8, 2) == pytest.approx(0.5e-16, rel=1e-6)
    assert t_tail(math.inf, 3) == 0.0
    assert f_tail(math.inf, 3, 4) == 0.0


@given(st.integers(1, 60).flatmap(lambda n: st.tuples(st.integers(-1, n + 1), st.just(n))), st.floats(0.01, 0.99))
def test_binomial_sums(case, p):
    k, n = case
    terms = [math.comb(n, i) * p**i * (1 - p) ** (n - i) for i in range(n + 1)]
    assert binomial_cdf(k, n, p) == pytest.approx(math.fsum(terms[: max(0, k + 1)]), rel=1e-9)
    assert binomial_tail(k, n, p) == pytest.approx(math.fsum(terms[max(0, k + 1) :]), rel=1e-9)


@given(st.integers(-1, 60), st.floats(0.01, 30.0))
def test_poisson_sums(k, mean):
    below = math.fsum(math.exp(-mean + i * math.log(mean) - math.lgamma(i + 1)) for i in range(k + 1))
    assert poisson_cdf(k, mean) == pytest.approx(below, rel=1e-9)
    assert poisson_cdf(k, mean) + poisson_tail(k, mean) == pytest.approx(1.0)


@pytest.mark.parametrize(
    "ask",
    [
        lambda: f_cdf(-1.0, 2, 3),
        lambda: f_tail(1.0, 0, 3),
        lambda: f_quantile(1.0, 2, 3),
        lambda: t_quantile(0.0, 3),
        lambda: t_tail(math.nan, 3),
        lambda: chi_square_tail(1.0, 0),
    ],
)
def test_outside_their_domain_they_refuse(ask):
    with pytest.raises(OutOfDomain):
        ask()
