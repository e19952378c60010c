"""The same figures by SciPy, which comes with the extra ``stats`` and which the ground never uses."""

import math
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from traceability.quality import distributions as own
from traceability.quality.comparison.exact import Table, more_common
from traceability.quality.fit.boxcox import box_cox
from traceability.quality.fit.families import Family
from traceability.quality.fit.goodness import choose
from traceability.quality.fit.likelihood import fit
from traceability.quality.intervals import clopper_pearson, wilson
from traceability.quality.msa.anova import one_way
from traceability.quality.msa.bias import bias_study
from traceability.quality.msa.linearity import linearity_study
from traceability.quality.normality import anderson_darling

SHARES = st.floats(1e-9, 1 - 1e-9)
DEGREES = st.floats(0.5, 5000.0)
SEEDS = st.integers(0, 2**32)
TOLERANCE = 1e-8


def sample(seed: int, n: int, draw: str) -> list[float]:
    """Values as a gauge shows them: four decimals."""
    source = random.Random(seed)
    drawn = {
        "normal": lambda: 10 + source.gauss(0, 1.5),
        "lognormal": lambda: math.exp(source.gauss(1, 0.6)),
        "gamma": lambda: source.gammavariate(2.5, 1.4) + 0.01,
        "weibull": lambda: source.weibullvariate(3, 1.7) + 0.01,
    }[draw]
    return [round(drawn(), 4) for _ in range(n)]


@given(SHARES, DEGREES)
def test_chi_square_and_gamma(share, degrees):
    expected = stats.chi2.ppf(share, degrees)
    if expected > 1e-250:
        assert own.chi_square_quantile(share, degrees) == pytest.approx(expected, rel=TOLERANCE)
        assert own.chi_square_tail(expected, degrees) == pytest.approx(stats.chi2.sf(expected, degrees), rel=TOLERANCE)


@given(SHARES, st.floats(0.5, 500.0), st.floats(0.5, 500.0))
def test_beta(share, a, b):
    expected = stats.beta.ppf(share, a, b)
    assert own.beta_quantile(share, a, b) == pytest.approx(expected, rel=TOLERANCE, abs=1e-15)


@given(st.floats(1e-6, 1 - 1e-6), st.floats(1.0, 500.0), st.floats(1.0, 500.0))
def test_f(share, numerator, denominator):
    expected = stats.f.ppf(share, numerator, denominator)
    assert own.f_quantile(share, numerator, denominator) == pytest.approx(expected, rel=1e-6)
    assert own.f_tail(expected, numerator, denominator) == pytest.approx(
        stats.f.sf(expected, numerator, denominator), rel=TOLERANCE
    )


@given(st.floats(1e-9, 1 - 1e-9), st.floats(1.0, 2000.0))
def test_student(share, degrees):
    expected = stats.t.ppf(share, degrees)
    assert own.t_quantile(share, degrees) == pytest.approx(expected, rel=1e-6, abs=1e-6)
    assert own.t_tail(expected, degrees) == pytest.approx(stats.t.sf(expected, degrees), rel=TOLERANCE)


@given(st.floats(-37.0, 8.0))
def test_normal(z):
    assert own.normal_cdf(z) == pytest.approx(stats.norm.cdf(z), rel=1e-12)


@given(st.integers(0, 400), st.integers(1, 400), st.floats(1e-6, 1 - 1e-6))
def test_counts(k, trials, p):
    assert own.binomial_cdf(k, trials, p) == pytest.approx(stats.binom.cdf(k, trials, p), rel=TOLERANCE, abs=1e-250)
    mean = 50 * p
    assert own.poisson_tail(k, mean) == pytest.approx(stats.poisson.sf(k, mean), rel=TOLERANCE, abs=1e-250)


@given(st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), st.floats(0.5, 0.999))
def test_intervals_of_proportions(case, confidence):
    for ours, method in ((clopper_pearson, "exact"), (wilson, "wilson")):
        low, high = stats.binomtest(*case).proportion_ci(confidence, method=method)
        found = ours(*case, confidence)
        assert (found.low, found.high) == pytest.approx((low, high), rel=TOLERANCE, abs=1e-12)


@settings(max_examples=30, deadline=None)
@given(SEEDS, st.integers(10, 80), st.sampled_from(["lognormal", "gamma", "weibull"]))
def test_maximum_likelihood(seed, n, draw):
    """Ours is never below theirs, whose optimiser may stop early; where both arrived the parameters agree."""
    values = sample(seed, n, draw)
    for family, law in (
        (Family.LOGNORMAL, stats.lognorm),
        (Family.GAMMA, stats.gamma),
        (Family.WEIBULL, stats.weibull_min),
    ):
        found = fit(family, values)
        theirs = law.fit(values, floc=0)
        likelihood = float(np.sum(law.logpdf(values, *theirs)))
        assert found.log_likelihood >= likelihood - 1e-7 * max(1.0, abs(likelihood))
        assert found.log_likelihood == pytest.approx(likelihood, abs=1e-3)
        for share in (0.01, 0.5, 0.99):
            assert found.distribution.quantile(share) == pytest.approx(law.ppf(share, *theirs), rel=2e-3)


@settings(max_examples=30, deadline=None)
@given(SEEDS, st.integers(10, 80), st.sampled_from(["lognormal", "gamma", "weibull"]))
def test_box_cox_power(seed, n, draw):
    values = sample(seed, n, draw)
    _, power, interval = stats.boxcox(values, alpha=0.05)
    if abs(power) < 4.5 and max(map(abs, interval)) < 4.9:
        found = box_cox(values)
        assert found.power == pytest.approx(power, abs=1e-5)
        assert (found.interval.low, found.interval.high) == pytest.approx(interval, abs=1e-5)
        assert found.log_likelihood == pytest.approx(stats.boxcox_llf(power, values), rel=1e-9, abs=1e-7)


@settings(max_examples=30, deadline=None)
@given(SEEDS, st.integers(8, 200), st.sampled_from(["normal", "lognormal", "gamma"]))
def test_anderson_darling(seed, n, draw):
    values = sample(seed, n, draw)
    plain = stats.anderson(values, "norm", method="interpolate").statistic
    steps = [round(value * 10_000) for value in values]
    assert anderson_darling(steps) == pytest.approx(plain * (1 + 0.75 / n + 2.25 / n**2), rel=1e-7)


@settings(max_examples=20, deadline=None)
@given(SEEDS, st.integers(20, 100))
def test_anderson_darling_of_a_weibull_fit(seed, n):
    """By the definition, with SciPy's distribution function of the fitted Weibull."""
    values = sorted(sample(seed, n, "weibull"))
    candidate = next(one for one in choose(values).candidates if one.distribution.family is Family.WEIBULL)
    law = stats.weibull_min(candidate.distribution.shape, scale=candidate.distribution.scale)
    ranks = 2 * np.arange(n) + 1
    plain = -n - np.sum(ranks * (law.logcdf(values) + law.logsf(values[::-1]))) / n
    assert candidate.anderson_darling == pytest.approx(plain * (1 + 0.2 / math.sqrt(n)), rel=1e-7)


@settings(max_examples=40)
@given(SEEDS, st.integers(2, 6), st.integers(3, 12))
def test_analysis_of_variance(seed, groups, n):
    values = sample(seed, groups * n, "normal")
    rows = [values[i * n : (i + 1) * n] for i in range(groups)]
    f, p = stats.f_oneway(*rows)
    found = one_way(rows).test
    assert (found.f, found.p) == pytest.approx((f, p), rel=1e-7)


@settings(max_examples=40)
@given(SEEDS, st.integers(3, 40))
def test_bias_is_students_test(seed, n):
    values = sample(seed, n, "normal")
    theirs = stats.ttest_1samp(values, 10.0)
    found = bias_study(values, 10)
    assert (found.t, found.p) == pytest.approx((theirs.statistic, theirs.pvalue), rel=1e-7)
    interval = theirs.confidence_interval(0.95)
    assert (found.interval.low, found.interval.high) == pytest.approx((interval.low - 10, interval.high - 10), abs=1e-7)


@settings(max_examples=40)
@given(SEEDS, st.integers(3, 10))
def test_linearity_is_a_regression(seed, repeats):
    values = sample(seed, 5 * repeats, "normal")
    by_reference = {2 * (i + 1): values[i * repeats : (i + 1) * repeats] for i in range(5)}
    found = linearity_study(by_reference)
    x = [reference for reference, several in by_reference.items() for _ in several]
    theirs = stats.linregress(x, [value - at for at, value in zip(x, values, strict=True)])
    ours = (found.slope.value, found.slope.error, found.slope.p, found.intercept.value, found.intercept.error)
    assert ours == pytest.approx(
        (theirs.slope, theirs.stderr, theirs.pvalue, theirs.intercept, theirs.intercept_stderr), rel=1e-6, abs=1e-9
    )
    assert found.r_squared == pytest.approx(theirs.rvalue**2, rel=1e-6, abs=1e-12)


@given(st.tuples(*[st.integers(0, 60)] * 4))
def test_fishers_exact_test(cells):
    a, b, c, d = cells
    assert more_common(Table(a, b, c, d)).p == pytest.approx(
        stats.fisher_exact([[a, b], [c, d]], "greater").pvalue, rel=1e-7, abs=1e-300
    )
