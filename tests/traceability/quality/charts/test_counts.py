"""Charts of counts and of rare events."""

import math
import random
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from traceability.quality.charts.attributes import c_chart, np_chart, p_chart, u_chart
from traceability.quality.charts.baseline import freeze
from traceability.quality.charts.chart import Estimator, Exclusion
from traceability.quality.charts.laney import laney_p, laney_u
from traceability.quality.charts.options import ChartOptions, LimitMethod
from traceability.quality.charts.rare import g_chart, t_chart
from traceability.quality.constants import d2
from traceability.quality.distributions import binomial_cdf, poisson_cdf
from traceability.quality.reason import Reason
from traceability.quality.refusal import Refused

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
EXACTLY = ChartOptions(limits=LimitMethod.PROBABILITY)
SIDE = 0.5 * math.erfc(3 / math.sqrt(2))


def test_the_centre_is_pooled_and_every_sample_has_its_own_limits():
    chart = p_chart([1, 30], [10, 1000])
    assert chart.centre == pytest.approx(31 / 1010)
    for point, n in zip(chart.points, (10, 1000), strict=True):
        reach = 3 * math.sqrt(chart.centre * (1 - chart.centre) / n)
        assert point.ucl == pytest.approx(chart.centre + reach)
        assert point.lcl == pytest.approx(max(0.0, chart.centre - reach))


def test_np_and_p_say_the_same():
    failed, sizes = [3, 5, 2, 14, 4], [50] * 5
    shares, numbers = p_chart(failed, sizes), np_chart(failed, sizes)
    assert [p.ucl * 50 for p in shares.points] == pytest.approx([p.ucl for p in numbers.points])
    assert shares.beyond_limits == numbers.beyond_limits == (3,)
    assert (shares.parameters.estimator, shares.parameters.values) == (Estimator.BINOMIAL, 250)


def test_a_share_is_never_limited_beyond_one():
    assert p_chart([9, 10, 9], [10, 10, 10]).points[0].ucl == 1.0


def test_rates_per_unit_of_unequal_areas():
    chart = u_chart([4, 6, 20], [1, 2, 2.5])
    assert chart.centre == pytest.approx(30 / 5.5)
    assert chart.points[2].value == pytest.approx(8.0)
    assert chart.points[2].ucl == pytest.approx(chart.centre + 3 * math.sqrt(chart.centre / 2.5))


@given(st.integers(1, 400), st.floats(0.001, 0.6))
def test_exact_binomial_limits_keep_their_promise_and_could_not_be_tighter(n, share):
    failed = max(1, min(n - 1, round(n * share)))
    if n < 2:
        return
    point = np_chart([failed, failed], [n, n], EXACTLY).points[0]
    low, high, p = int(point.lcl), int(point.ucl), failed / n
    assert 1 - binomial_cdf(high, n, p) <= SIDE + 1e-12
    assert high == 0 or 1 - binomial_cdf(high - 1, n, p) > SIDE - 1e-12
    assert binomial_cdf(low - 1, n, p) <= SIDE < binomial_cdf(low, n, p) + 1e-12


def test_exact_poisson_limits():
    """c̄ = 16: P(X > 29) = 0.0011 and P(X < 6) = 0.0014 > 0.00135 >= P(X < 5)."""
    point = c_chart([15, 17, 16], EXACTLY).points[0]
    assert point.ucl == next(k for k in range(100) if 1 - poisson_cdf(k, 16.0) <= SIDE)
    assert point.lcl == max(k for k in range(100) if poisson_cdf(k - 1, 16.0) <= SIDE)


def test_overdispersed_shares_are_marked_and_laney_widens_them():
    source = random.Random(4)
    sizes = [20_000] * 40
    failed = [round(n * min(0.2, max(0.001, source.gauss(0.05, 0.01)))) for n in sizes]
    plain, laney = p_chart(failed, sizes), laney_p(failed, sizes)
    assert plain.cautions == (Reason.OVERDISPERSED,)
    assert plain.dispersion == laney.dispersion == laney.parameters.sigma_z > 3
    assert plain.beyond_limits
    assert laney.beyond_limits == ()
    wide = (laney.points[0].ucl - laney.centre) / (plain.points[0].ucl - plain.centre)
    assert wide == pytest.approx(laney.parameters.sigma_z)


def test_laney_s_factor_by_hand():
    counts, sizes = [4, 9, 2], [10, 10, 10]
    z = [(c / 10 - 0.5) / math.sqrt(0.05) for c in counts]
    expected = (abs(z[1] - z[0]) + abs(z[2] - z[1])) / 2 / d2(2)
    assert laney_u(counts, sizes).parameters.sigma_z == pytest.approx(expected)


def test_phase_two_of_laney_keeps_its_factor():
    first = laney_u([4, 9, 2], [10, 10, 10])
    frozen = freeze(first, ident="b", who="qe", at=NOON, data=("d",), why="phase I")
    later = laney_u([5, 5], [10, 40], ChartOptions(baseline=frozen))
    assert later.parameters == first.parameters
    assert later.points[1].sigma == pytest.approx(first.points[0].sigma / 2)


def test_an_excluded_sample_does_not_count():
    why = Exclusion("qe", NOON, "wrong drawing")
    chart = p_chart([1, 2, 40], [50, 50, 50], ChartOptions(excluded={2: why}))
    assert chart.centre == pytest.approx(0.03)
    assert chart.beyond_limits == ()


def test_gaps_between_failures():
    gaps = [90, 110, 100, 900]
    chart = g_chart(gaps)
    assert chart.centre == 300
    assert chart.points[0].ucl == pytest.approx(300 + 3 * math.sqrt(300 * 301))
    assert chart.points[0].lcl == 0.0
    exact, q = g_chart(gaps, EXACTLY).points[0], 300 / 301
    assert q ** (exact.ucl + 1) <= SIDE < q**exact.ucl
    assert 1 - q**exact.lcl <= SIDE < 1 - q ** (exact.lcl + 1)


def test_times_between_failures():
    times = [1.0, 4.0, 2.0, 9.0]
    transformed = [t ** (1 / 3.6) for t in times]
    chart = t_chart(times)
    assert [p.value for p in chart.points] == pytest.approx(transformed)
    assert chart.centre == pytest.approx(sum(transformed) / 4)
    exact = t_chart(times, EXACTLY)
    assert exact.points[0].ucl == pytest.approx(-4 * math.log(SIDE))
    assert exact.points[0].lcl == pytest.approx(-4 * math.log1p(-SIDE))


@settings(max_examples=40)
@given(st.lists(st.tuples(st.integers(0, 30), st.integers(31, 60)), min_size=2, max_size=20))
def test_good_and_bad_mirror(samples):
    failed, sizes = [d for d, _ in samples], [n for _, n in samples]
    bad, good = p_chart(failed, sizes), p_chart([n - d for d, n in samples], sizes)
    if isinstance(bad, Refused):
        return
    assert bad.beyond_limits == good.beyond_limits
    assert bad.centre == pytest.approx(1 - good.centre)


@pytest.mark.parametrize(
    ("draw", "reason"),
    [
        (lambda: p_chart([], []), Reason.NO_VALUES),
        (lambda: p_chart([1], [1, 2]), Reason.UNEQUAL_LENGTHS),
        (lambda: p_chart([0, 1], [0, 5]), Reason.ZERO_DENOMINATOR),
        (lambda: p_chart([6, 1], [5, 5]), Reason.INCONSISTENT_COUNTS),
        (lambda: p_chart([-1, 1], [5, 5]), Reason.INCONSISTENT_COUNTS),
        (lambda: np_chart([0, 0], [5, 5]), Reason.NO_EVENTS),
        (lambda: np_chart([5, 5], [5, 5]), Reason.NO_EVENTS),
        (lambda: c_chart([0, 0]), Reason.NO_EVENTS),
        (lambda: c_chart([-1, 4]), Reason.INCONSISTENT_COUNTS),
        (lambda: u_chart([1, 2], [1, math.nan]), Reason.INVALID_VALUE),
        (lambda: u_chart([1, 2], [1, 0]), Reason.ZERO_DENOMINATOR),
        (lambda: laney_p([1], [5]), Reason.NOT_ENOUGH_DATA),
        (lambda: laney_p([1, 1], [5, 5]), Reason.ZERO_SPREAD),
        (lambda: g_chart([]), Reason.NO_VALUES),
        (lambda: g_chart([0, 0]), Reason.ZERO_SPREAD),
        (lambda: g_chart([3, -1]), Reason.INCONSISTENT_COUNTS),
        (lambda: t_chart([1.0, -2.0]), Reason.NOT_POSITIVE),
        (lambda: t_chart([1.0, -2.0], EXACTLY), Reason.NOT_POSITIVE),
        (lambda: t_chart([]), Reason.NO_VALUES),
        (lambda: t_chart([0, 0], EXACTLY), Reason.ZERO_SPREAD),
    ],
)
def test_a_reason_in_place_of_a_chart(draw, reason):
    refused = draw()
    assert isinstance(refused, Refused)
    assert refused.reason is reason
