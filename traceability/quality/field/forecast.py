"""Claims to be expected of the units in use: what a life model says of each age, with bounds.

The bounds are those of the number of claims, not of its mean: a mixture of Poisson distributions over everything that
the lives allow (Poisson in place of Poisson-binomial, which errs on the wide side). Units that go into use later are
not in it.
"""

import math
from collections.abc import Sequence

import msgspec

from traceability.quality.distributions import poisson_cdf
from traceability.quality.field.life_model import LifeModel
from traceability.quality.field.lives import Ages, binned
from traceability.quality.fit.families import Weibull

_MOST_AGES = 150


class Forecast(msgspec.Struct, frozen=True, kw_only=True):
    """Claims within ``ahead`` (in the ages' unit) of now; ``low`` and ``high`` at ``confidence``, both sides."""

    ahead: float
    expected: float
    low: int
    high: int
    confidence: float


def forecast(model: LifeModel, running: Ages, ahead: float) -> Forecast:
    """What is to come of units of these ages."""
    ages = binned(running, _MOST_AGES)
    means = [(each.share, expected_failures(each.distribution, ages, ahead)) for each in model.possible]
    tail = (1.0 - model.confidence) / 2.0
    return Forecast(
        ahead=ahead,
        expected=expected_failures(model.distribution, ages, ahead),
        low=_quantile(means, tail),
        high=_quantile(means, 1.0 - tail),
        confidence=model.confidence,
    )


def expected_failures(distribution: Weibull, ages: Ages, ahead: float) -> float:
    """Σ 1 - S(age + ahead)/S(age)."""
    return math.fsum(count * failing(distribution, age, ahead) for age, count in ages)


def failing(distribution: Weibull, age: float, ahead: float) -> float:
    """The chance that a unit that runs at ``age`` fails within ``ahead``."""
    return -math.expm1(_spent(distribution, age) - _spent(distribution, age + ahead))


def _spent(distribution: Weibull, age: float) -> float:
    """The cumulative hazard."""
    power = distribution.shape * math.log(age / distribution.scale)
    return math.exp(min(power, 700.0))


def _quantile(means: Sequence[tuple[float, float]], probability: float) -> int:
    """The smallest count with at least ``probability`` at or below it; by doubling, then halving."""

    def enough(count: int) -> bool:
        return math.fsum(share * poisson_cdf(count, mean) for share, mean in means) >= probability - 1e-12

    if enough(0):
        return 0
    low, high = 0, 1
    while not enough(high):
        low, high = high, high * 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high
