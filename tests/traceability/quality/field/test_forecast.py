"""Forecasts of claims, their back-tests, cohorts and reminders."""

import math
import random
from collections.abc import Sequence
from datetime import date, timedelta

import pytest

from traceability.quality.field.back_test import back_test
from traceability.quality.field.forecast import expected_failures, forecast
from traceability.quality.field.life_model import LifeModel, life_model, with_given_shape
from traceability.quality.field.lives import Fielded, failures_between, lives_at, lives_of
from traceability.quality.field.reminders import reminder, reminding_tested
from traceability.quality.field.triangle import triangle
from traceability.quality.fit.families import Weibull
from traceability.quality.refusal import Refused

TODAY = date(2026, 3, 1)


def fleet_of(truth: Weibull, units: int, days: int, seed: int = 7) -> list[Fielded]:
    """So many units put into use over ``days`` up to today."""
    source = random.Random(seed)
    found = []
    for place in range(units):
        start = TODAY - timedelta(days=days - place * days // units)
        life = max(1, round(truth.quantile(source.random())))
        failed = start + timedelta(days=life)
        found.append(Fielded(start, failed if failed <= TODAY else None))
    return found


def test_what_was_known_at_a_day() -> None:
    fleet = [
        Fielded(date(2026, 1, 1), date(2026, 1, 11)),
        Fielded(date(2026, 1, 1), date(2026, 2, 1)),
        Fielded(date(2026, 1, 5), None, 3),
        Fielded(date(2026, 1, 20), date(2026, 1, 20)),
        Fielded(date(2026, 3, 1)),
    ]
    known = lives_at(fleet, date(2026, 1, 15))
    assert (known.failed, known.running) == (((10.0, 1),), ((10.0, 3), (14.0, 1)))
    assert lives_at(fleet, date(2026, 1, 20)).failed == ((0.5, 1), (10.0, 1))
    assert failures_between(fleet, date(2026, 1, 15), date(2026, 2, 28)) == 1  # the one of the 20th started later
    assert failures_between(fleet, date(2026, 1, 20), date(2026, 2, 1)) == 1


def test_cohorts_by_age() -> None:
    fleet = [
        Fielded(date(2026, 1, 1), None, 97),
        Fielded(date(2026, 1, 10), date(2026, 1, 20)),
        Fielded(date(2026, 1, 10), date(2026, 2, 20), 2),
        Fielded(date(2026, 2, 3), None, 50),
    ]
    january, february = triangle(fleet, date(2026, 2, 28))
    assert (january.month, january.units, january.failures) == (date(2026, 1, 1), 100, (1, 2))
    assert (february.units, february.failures) == (50, (0,))
    assert triangle(fleet, date(2026, 1, 31))[0].failures == (1,)
    assert triangle([], TODAY) == ()


def test_an_exponential_life_needs_no_age() -> None:
    """Shape 1 forgets: every unit fails with the same chance, whatever its age."""
    ages = ((10.0, 50), (900.0, 50))
    assert expected_failures(Weibull(1.0, 1000.0), ages, 30.0) == pytest.approx(100 * (1 - math.exp(-0.03)))


def test_bounds_of_a_forecast_hold_what_comes() -> None:
    truth, within, turns = Weibull(1.8, 2000.0), 0, 16
    for seed in range(turns):
        fleet = fleet_of(truth, 1000, 400, seed)
        lives = lives_at(fleet, TODAY)
        model = life_model(lives)
        assert isinstance(model, LifeModel)
        source = random.Random(seed + 1000)
        came = sum(
            truth.quantile(truth.cdf(age) + source.random() * truth.tail(age)) <= age + 90
            for age, count in lives.running
            for _ in range(count)
        )
        made = forecast(model, lives.running, 90.0)
        assert made.low <= made.expected <= made.high
        within += made.low <= came <= made.high
    assert within / turns >= 0.6  # 0.90 is promised; P(below 10 of 16) < 0.001


def test_a_growing_fleet_is_forecast_better_than_by_the_last_period() -> None:
    fleet = fleet_of(Weibull(2.5, 900.0), 3000, 700)
    found = back_test(fleet, life_model, today=TODAY, ahead_days=60, step_days=30)
    assert len(found.tests) >= 8
    assert found.better
    assert found.within is not None
    assert found.within >= 0.6
    assert found.hits >= found.false_alarms
    assert all(test.origin + timedelta(days=60) <= TODAY for test in found.tests)


def test_a_back_test_knows_only_what_was_known_then() -> None:
    fleet = fleet_of(Weibull(2.0, 600.0), 500, 500)
    seen: list[int] = []

    def fit(lives: object) -> Refused | LifeModel:
        seen.append(lives.failures)  # type: ignore[attr-defined]
        return life_model(lives)  # type: ignore[arg-type]

    found = back_test(fleet, fit, today=TODAY, ahead_days=30, step_days=30)
    later = [Fielded(unit.start, None if unit.failed and unit.failed > unit.start else unit.failed) for unit in fleet]
    assert seen == sorted(seen, reverse=True)
    for test in found.tests:
        assert lives_at(fleet, test.origin).failures in seen
    empty = back_test(later, life_model, today=TODAY, ahead_days=30, step_days=30)
    assert (empty.tests, empty.within, empty.better) == ((), None, None)
    assert empty.silent > 0


def steady(units: Sequence[int]) -> list[Fielded]:
    return [Fielded(TODAY - timedelta(days=days)) for days in units]


def test_a_reminder_says_what_is_left() -> None:
    model = with_given_shape(lives_of([500, 700, 900, 1000, 1100], [1000] * 10), 3.0)
    assert isinstance(model, LifeModel)
    limit = model.b10.low
    found = reminder(model, limit - 100, lead=30, today=TODAY, rate=10.0)
    assert found.left == pytest.approx(100)
    assert found.due == TODAY + timedelta(days=10)
    late = reminder(model, limit + 50, lead=30, today=TODAY, rate=10.0)
    assert late.left == pytest.approx(-50)
    assert late.due == TODAY - timedelta(days=5)
    assert late.chance > found.chance
    assert reminder(model, 0.0, lead=30, today=TODAY).due is None
    assert reminder(model, 0.0, lead=30, today=TODAY, rate=1e-9).due == TODAY + timedelta(days=36_525)


def test_reminders_are_tested_against_a_fixed_age() -> None:
    fleet = fleet_of(Weibull(4.0, 500.0), 2000, 700)
    model, baseline = reminding_tested(fleet, life_model, today=TODAY, ahead_days=60, step_days=30)
    assert model.origins == baseline.origins > 5
    assert model.failures == baseline.failures > 0
    assert model.hits + model.false_alarms == model.reminded
    assert model.hit_rate is not None
    assert baseline.hit_rate is not None
    assert model.hit_rate > 0.9  # nine of ten failures come after B10
    assert model.hit_rate > baseline.hit_rate
    nothing, _ = reminding_tested(steady([10, 20]), life_model, today=TODAY, ahead_days=5, step_days=5)
    assert (nothing.origins, nothing.hit_rate, nothing.false_alarm_rate) == (0, None, None)
