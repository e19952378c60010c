"""Weibull models of censored lives: published answers, what bounds mean, and refusals."""

import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from traceability.quality.field.life_model import LifeModel, life_model, log_likelihood, with_given_shape
from traceability.quality.field.lives import Lives, binned, lives_of
from traceability.quality.fit.families import Weibull
from traceability.quality.fit.weibull import fit_lives
from traceability.quality.reason import Reason
from traceability.quality.refusal import Refused

NIST = lives_of([54, 187, 216, 240, 244, 335, 361, 373, 375, 386], [500] * 10)
SHOCK_FAILED = (6700, 9120, 12200, 13150, 14300, 17520, 20100, 20900, 22700, 26510, 27490)
SHOCK_RUNNING = (
    6950, 7820, 8790, 9660, 9820, 11310, 11690, 11850, 11880, 12140, 12870, 13330, 13470, 14040, 17540, 17890, 18450,
    18960, 18980, 19410, 20100, 20150, 20320, 23490, 27410, 27890, 28100,
)  # fmt: skip
BEARINGS = (
    17.88, 28.92, 33.00, 41.52, 42.12, 45.60, 48.48, 51.84, 51.96, 54.12, 55.56, 67.80, 68.64, 68.64, 68.88, 84.12,
    93.12, 98.64, 105.12, 105.84, 127.92, 128.04, 173.40,
)  # fmt: skip


def model_of(lives: Lives, confidence: float = 0.90) -> LifeModel:
    found = life_model(lives, confidence)
    assert isinstance(found, LifeModel), found
    return found


def test_nist_type_one_censoring() -> None:
    """NIST/SEMATECH e-Handbook 8.4.1.2: shape 1.7208, scale 606.5280."""
    found = model_of(NIST).distribution
    assert found.shape == pytest.approx(1.7208, abs=5e-5)
    assert found.scale == pytest.approx(606.528, abs=1e-3)


def test_shock_absorbers() -> None:
    """O'Connor, Practical Reliability Engineering; Meeker & Escobar (1998), example 8.1: μ 10.23, σ 0.3164."""
    found = model_of(lives_of(SHOCK_FAILED, SHOCK_RUNNING)).distribution
    assert math.log(found.scale) == pytest.approx(10.23, abs=5e-3)
    assert 1 / found.shape == pytest.approx(0.3164, abs=5e-5)


def test_ball_bearings() -> None:
    """Lieblein & Zelen (1956); Lawless (2003), 5.1: shape 2.10, scale 81.88."""
    found = model_of(lives_of(BEARINGS)).distribution
    assert found.shape == pytest.approx(2.102, abs=5e-4)
    assert found.scale == pytest.approx(81.88, abs=5e-3)


def test_it_agrees_with_the_fit_without_weights() -> None:
    plain = fit_lives(SHOCK_FAILED, SHOCK_RUNNING)
    assert isinstance(plain, Weibull)
    found = model_of(lives_of(SHOCK_FAILED, SHOCK_RUNNING)).distribution
    assert (found.shape, found.scale) == pytest.approx((plain.shape, plain.scale), rel=1e-9)


@pytest.mark.parametrize("lives", [NIST, lives_of(BEARINGS), lives_of(SHOCK_FAILED, SHOCK_RUNNING)])
def test_bounds_are_where_the_likelihood_has_fallen_by_half_a_chi_square(lives: Lives) -> None:
    found = model_of(lives, 0.95)
    best = log_likelihood(lives, found.distribution)
    assert found.shape is not None
    for shape in (found.shape.low, found.shape.high):
        power = math.fsum(n * t**shape for t, n in (*lives.failed, *lives.running)) / lives.failures
        profile = log_likelihood(lives, Weibull(shape, power ** (1 / shape)))
        assert 2 * (best - profile) == pytest.approx(3.841459, abs=1e-4)
    for life, fraction in ((found.b10.low, 0.10), (found.b10.high, 0.10), (found.scale.low, 1 - math.exp(-1))):
        spent = -math.log1p(-fraction)
        profile = max(
            log_likelihood(lives, Weibull(shape, life / spent ** (1 / shape)))
            for shape in (found.distribution.shape * 1.002**step for step in range(-600, 601))
        )
        assert 2 * (best - profile) == pytest.approx(3.841459, abs=2e-3)
    assert found.b10.low < found.life10 < found.b10.high
    assert math.fsum(each.share for each in found.possible) == pytest.approx(1, abs=1e-3)


def test_bounds_hold_the_truth_as_often_as_they_say() -> None:
    source = random.Random(11)
    truth, held, turns = Weibull(1.6, 1000.0), 0, 60
    for _ in range(turns):
        lives = [truth.quantile(source.random()) for _ in range(120)]
        found = life_model(lives_of([t for t in lives if t < 400], [400] * sum(t >= 400 for t in lives)), 0.90)
        assert isinstance(found, LifeModel)
        held += found.b10.low <= truth.quantile(0.1) <= found.b10.high
    assert held / turns >= 0.78  # 0.90 is promised; three standard deviations below


def test_below_five_failures_there_is_no_model_and_it_says_so() -> None:
    found = life_model(lives_of([100, 200, 300, 400], [500] * 1000))
    assert found == Refused(Reason.NOT_ENOUGH_DATA, "4 failures, 5 needed")


@pytest.mark.parametrize(
    ("lives", "reason"),
    [
        (lives_of([100] * 6), Reason.ZERO_SPREAD),
        (lives_of([0, 1, 2, 3, 4]), Reason.NOT_POSITIVE),
        (lives_of([], []), Reason.NOT_ENOUGH_DATA),
    ],
)
def test_lives_that_give_no_figure(lives: Lives, reason: Reason) -> None:
    found = life_model(lives)
    assert isinstance(found, Refused)
    assert found.reason is reason


def test_a_given_shape_needs_no_failure() -> None:
    """Abernethy: without failures the scale's lower bound is (Σ t^β / -ln(1 - confidence))^(1/β), one side."""
    found = with_given_shape(lives_of([], [1000] * 20), 2.0, confidence=0.90)
    assert isinstance(found, LifeModel)
    assert found.scale.low == pytest.approx((20 * 1000**2 / -math.log(0.05)) ** 0.5, rel=1e-9)
    assert found.scale.high == math.inf
    assert found.shape is None


def test_a_given_shape_is_exponential_theory_on_powers() -> None:
    """With shape 1: 2T/χ² for the mean life (Epstein & Sobel 1953), time-censored."""
    found = with_given_shape(lives_of([100, 250, 400], [500] * 7), 1.0, confidence=0.90)
    assert isinstance(found, LifeModel)
    total = 100 + 250 + 400 + 3500
    assert found.distribution.scale == pytest.approx(total / 3)
    assert found.scale.low == pytest.approx(2 * total / 15.507313, rel=1e-6)
    assert found.scale.high == pytest.approx(2 * total / 1.635383, rel=1e-6)


@settings(max_examples=8, deadline=None)
@given(st.floats(0.01, 1000))
def test_the_unit_of_time_changes_nothing(scale: float) -> None:
    found = model_of(lives_of([t * scale for t in SHOCK_FAILED], [t * scale for t in SHOCK_RUNNING]))
    plain = model_of(lives_of(SHOCK_FAILED, SHOCK_RUNNING))
    assert found.distribution.shape == pytest.approx(plain.distribution.shape, rel=1e-6)
    assert found.b10.low == pytest.approx(plain.b10.low * scale, rel=1e-4)


@given(st.lists(st.tuples(st.floats(1, 1e4), st.integers(1, 9)), min_size=1, max_size=300), st.integers(1, 50))
def test_binned_ages_lose_no_unit_and_no_time(ages: list[tuple[float, int]], most: int) -> None:
    ordered = tuple(sorted(dict(ages).items()))
    found = binned(ordered, most)
    assert len(found) <= max(most, 1) or found == ordered
    assert sum(count for _, count in found) == sum(count for _, count in ordered)
    whole = math.fsum(age * count for age, count in ordered)
    assert math.fsum(age * count for age, count in found) == pytest.approx(whole)
