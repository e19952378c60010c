"""Forecasts made in the past, with what was known then, against what came and against the dumb baseline.

The baseline says that the next period brings as many claims as the last one of the same length. A forecast is *within*
when what came lies between its bounds. It *warns* when even its lower bound is above the baseline: a hit when more than
the baseline came, a false alarm when not. A rise that the baseline itself cannot explain (beyond its Poisson bound) and
that was not warned of is *missed*.
"""

from collections.abc import Callable, Sequence
from datetime import date, timedelta

import msgspec

from traceability.quality.distributions import poisson_cdf
from traceability.quality.field.forecast import Forecast, forecast
from traceability.quality.field.life_model import LifeModel
from traceability.quality.field.lives import Fielded, Lives, failures_between, lives_at
from traceability.quality.refusal import Refused

Fit = Callable[[Lives], LifeModel | Refused]


class Tested(msgspec.Struct, frozen=True, kw_only=True):
    """One forecast of the past."""

    origin: date
    forecast: Forecast
    came: int
    baseline: int
    within: bool
    warned: bool
    rose: bool
    """More came than the baseline explains."""


class BackTest(msgspec.Struct, frozen=True, kw_only=True):
    """All of them; errors are mean absolute differences in claims. No figures where nothing could be tested."""

    ahead_days: int
    tests: tuple[Tested, ...]
    silent: int
    """Origins at which there was no model yet."""
    within: float | None
    error: float | None
    baseline_error: float | None
    warnings: int
    hits: int
    false_alarms: int
    missed: int

    @property
    def better(self) -> bool | None:
        """Whether the model was closer than the baseline; None where nothing could be tested."""
        return None if self.error is None or self.baseline_error is None else self.error < self.baseline_error


def back_test(
    fleet: Sequence[Fielded], fit: Fit, *, today: date, ahead_days: int, step_days: int, most: int = 12
) -> BackTest:
    """Origins every ``step_days`` back from the last one whose whole period has come; at most ``most`` of them."""
    tests: list[Tested] = []
    silent = 0
    began = min((unit.start for unit in fleet), default=today)
    ahead = timedelta(days=ahead_days)
    for place in range(most):
        origin = today - ahead - timedelta(days=place * step_days)
        if origin - ahead < began:
            break
        found = _tested(fleet, fit, origin, ahead)
        if found is None:
            silent += 1
        else:
            tests.append(found)
    return _summed(tuple(reversed(tests)), silent, ahead_days)


def _tested(fleet: Sequence[Fielded], fit: Fit, origin: date, ahead: timedelta) -> Tested | None:
    lives = lives_at(fleet, origin)
    model = fit(lives)
    if isinstance(model, Refused):
        return None
    made = forecast(model, lives.running, float(ahead.days))
    came = failures_between(fleet, origin, origin + ahead)
    baseline = failures_between(fleet, origin - ahead, origin)
    return Tested(
        origin=origin,
        forecast=made,
        came=came,
        baseline=baseline,
        within=made.low <= came <= made.high,
        warned=made.low > baseline,
        rose=came > baseline and poisson_cdf(came - 1, float(max(baseline, 1))) > 1.0 - (1.0 - made.confidence) / 2.0,
    )


def _summed(tests: tuple[Tested, ...], silent: int, ahead_days: int) -> BackTest:
    count = len(tests)
    return BackTest(
        ahead_days=ahead_days,
        tests=tests,
        silent=silent,
        within=sum(each.within for each in tests) / count if count else None,
        error=sum(abs(each.forecast.expected - each.came) for each in tests) / count if count else None,
        baseline_error=sum(abs(each.baseline - each.came) for each in tests) / count if count else None,
        warnings=sum(each.warned for each in tests),
        hits=sum(each.warned and each.came > each.baseline for each in tests),
        false_alarms=sum(each.warned and each.came <= each.baseline for each in tests),
        missed=sum(each.rose and not each.warned for each in tests),
    )
