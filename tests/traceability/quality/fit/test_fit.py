"""Fits: the maximum of the likelihood, quantiles that invert, choices that find the family, Johnson, Box-Cox."""

import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from traceability.quality.errors import NoFigure
from traceability.quality.fit.boxcox import box_cox, transformed
from traceability.quality.fit.families import Family, Gamma, Lognormal, Normal, Weibull
from traceability.quality.fit.goodness import JOHNSON, TWO_PARAMETERS, choose
from traceability.quality.fit.johnson import Johnson, fit_johnson
from traceability.quality.fit.likelihood import fit, log_minus_digamma
from traceability.quality.fit.root import highest, root
from traceability.quality.fit.weibull import fit_lives, weibull_of
from traceability.quality.normality import normal_p_value
from traceability.quality.reason import Reason

SU, SB, SL = JOHNSON
MEMBERS = [
    Normal(10.0, 2.0),
    Lognormal(0.5, 0.7, 1.0),
    Weibull(1.7, 600.0),
    Weibull(0.5, 2.0, -3.0),
    Gamma(0.6, 2.0),
    Gamma(40.0, 0.1, 5.0),
    Johnson(family=SU, gamma=0.5, delta=1.2, xi=5.0, lam=2.0),
    Johnson(family=SB, gamma=-0.5, delta=1.2, xi=5.0, lam=2.0),
    Johnson(family=SL, gamma=0.5, delta=1.2, xi=5.0, lam=1.0),
]


@pytest.mark.parametrize("member", MEMBERS, ids=lambda m: m.family.value)
@pytest.mark.parametrize("probability", [0.00135, 0.2, 0.5, 0.9, 0.99865])
def test_quantiles_invert_and_tails_complete(member, probability):
    x = member.quantile(probability)
    assert member.cdf(x) == pytest.approx(probability, rel=1e-9)
    assert member.tail(x) == pytest.approx(1 - probability, rel=1e-9)


def log_density(member, x):
    h = 1e-5 * (1 + abs(x))
    return math.log((member.cdf(x + h) - member.cdf(x - h)) / (2 * h))


@pytest.mark.parametrize("family", TWO_PARAMETERS)
def test_no_neighbouring_parameters_are_likelier(family):
    """The log-likelihood stated is that of the density, and it is at its summit."""
    source = random.Random(5)
    values = [round(source.gammavariate(3.0, 2.0) + 0.1, 2) for _ in range(120)]
    fitted = fit(family, values)
    member = fitted.distribution
    assert math.fsum(log_density(member, x) for x in values) == pytest.approx(fitted.log_likelihood, rel=1e-5)
    first, second = member.__struct_fields__[:2]
    for a, b in ((1.02, 1), (0.98, 1), (1, 1.02), (1, 0.98)):
        other = type(member)(getattr(member, first) * a, getattr(member, second) * b)
        assert math.fsum(log_density(other, x) for x in values) < fitted.log_likelihood


@pytest.mark.parametrize(("x", "digamma"), [(1.0, -0.5772156649015329), (0.5, -1.9635100260214235), (20.0, 2.97052399)])
def test_digamma(x, digamma):
    assert math.log(x) - log_minus_digamma(x) == pytest.approx(digamma, rel=1e-9)


@settings(max_examples=40)
@given(st.lists(st.integers(1, 10_000), min_size=3, max_size=30), st.sampled_from([1e-6, 1.0, 1e9]))
def test_the_weibull_shape_does_not_depend_on_the_unit(lives, unit):
    if len(set(lives)) == 1:
        with pytest.raises(NoFigure):
            weibull_of(lives)
        return
    plain = weibull_of(lives)
    scaled = weibull_of([life * unit for life in lives])
    assert scaled.shape == pytest.approx(plain.shape, rel=1e-7)
    assert scaled.scale == pytest.approx(plain.scale * unit, rel=1e-7)


def test_censored_lives_count_for_the_scale():
    """With shape 1 the scale is total time over failures; the fit satisfies its own equation for the scale."""
    failed, running = [30.0, 60.0, 100.0], [120.0] * 5
    found = fit_lives(failed, running)
    power = sum(x**found.shape for x in failed + running) / len(failed)
    assert found.scale == pytest.approx(power ** (1 / found.shape), rel=1e-9)
    assert found.scale > weibull_of(failed).scale


@pytest.mark.parametrize(
    ("failed", "running", "reason"),
    [
        ([], [], Reason.NOT_ENOUGH_DATA),
        ([5.0], [9.0, 9.0], Reason.NOT_ENOUGH_DATA),
        ([5.0, 0.0], [], Reason.NOT_POSITIVE),
        ([5.0, 6.0], [-1.0], Reason.NOT_POSITIVE),
        ([5.0, 5.0], [3.0], Reason.ZERO_SPREAD),
        ([5.0, math.nan], [], Reason.INVALID_VALUE),
    ],
)
def test_lives_without_a_fit(failed, running, reason):
    assert fit_lives(failed, running).reason is reason


@pytest.mark.parametrize("family", TWO_PARAMETERS)
def test_the_right_family_is_accepted_nineteen_times_in_twenty_and_found(family):
    source = random.Random(11)
    draw = {
        Family.NORMAL: lambda: source.gauss(50.0, 3.0),
        Family.LOGNORMAL: lambda: source.lognormvariate(0.0, 0.8),
        Family.WEIBULL: lambda: source.weibullvariate(10.0, 3.2),
        Family.GAMMA: lambda: source.gammavariate(1.6, 2.0),
    }[family]
    accepted = 0
    for _ in range(120):
        choice = choose([draw() for _ in range(60)], families=[family])
        accepted += choice.best.accepted
    assert 105 <= accepted <= 120
    assert choose([draw() for _ in range(2000)]).best.distribution.family is family


@pytest.mark.parametrize("member", MEMBERS[6:8], ids=lambda m: m.family.value)
def test_johnson_finds_the_tails(member):
    values = [member.quantile((i + 0.5) / 2000) for i in range(2000)]
    found = fit_johnson(values).distribution
    width = member.quantile(0.99865) - member.quantile(0.00135)
    assert found.family is member.family
    for p in (0.00135, 0.5, 0.99865):
        assert found.quantile(p) == pytest.approx(member.quantile(p), abs=0.02 * width)


def test_johnson_steps_in_only_where_two_parameters_fail():
    member = Johnson(family=SU, gamma=0.0, delta=0.9, xi=5.0, lam=1.0)
    values = [member.quantile((i + 0.5) / 400) for i in range(400)]
    assert choose(values, families=(*TWO_PARAMETERS, *JOHNSON)).best.distribution.family is SU
    source = random.Random(3)
    normal = [source.gauss(0, 1) for _ in range(200)]
    assert choose(normal, families=(*TWO_PARAMETERS, *JOHNSON)).best.distribution.family is Family.NORMAL


def test_families_that_cannot_hold_the_values_are_left_out():
    source = random.Random(6)
    choice = choose([source.gauss(0, 1) for _ in range(50)])
    assert [one.distribution.family for one in choice.candidates] == [Family.NORMAL]
    assert choose([1, 2, 3]).reason is Reason.NOT_ENOUGH_DATA
    assert choose([4.0] * 20).reason is Reason.ZERO_SPREAD
    assert choose([-1, -2, -3, -4, -5, -6, -7, -8], families=[Family.WEIBULL]).reason is Reason.NO_FIT


@pytest.mark.parametrize(("statistic", "p"), [(0.752, 0.05), (0.631, 0.10), (1.035, 0.01), (0.10, 0.996)])
def test_p_values_of_the_anderson_darling_statistic(statistic, p):
    assert normal_p_value(statistic) == pytest.approx(p, abs=0.002)


def test_box_cox_finds_the_logarithm_and_the_root():
    source = random.Random(8)
    logs = box_cox([source.lognormvariate(2.0, 0.5) for _ in range(3000)])
    assert logs.power == pytest.approx(0.0, abs=0.1)
    assert logs.interval.low < logs.power < logs.interval.high < logs.interval.low + 0.2
    squares = box_cox([source.gauss(10.0, 1.5) ** 2 for _ in range(3000)])
    assert squares.power == pytest.approx(0.5, abs=0.12)


def test_box_cox_s_power_does_not_depend_on_the_unit():
    values = [1.0, 2.0, 2.5, 4.0, 9.0, 1.2, 3.3]
    assert box_cox([v * 1e6 for v in values]).power == pytest.approx(box_cox(values).power, abs=1e-6)
    assert transformed(3.0, 1e-12) == pytest.approx(math.log(3.0), rel=1e-9)


@pytest.mark.parametrize(
    ("values", "reason"),
    [([0.0, 1.0, 2.0], Reason.NOT_POSITIVE), ([2.0] * 5, Reason.ZERO_SPREAD), ([1.0], Reason.NOT_ENOUGH_DATA)],
)
def test_box_cox_refuses(values, reason):
    assert box_cox(values).reason is reason


def test_roots_and_summits():
    assert root(lambda x: x**3 - 2, 0.0, 2.0) == pytest.approx(2 ** (1 / 3), rel=1e-15)
    assert root(lambda x: x, 0.0, 2.0) == 0.0
    assert highest(lambda x: -((x - 1.2345) ** 2), -5.0, 5.0) == pytest.approx(1.2345, abs=1e-7)
