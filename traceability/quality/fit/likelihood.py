"""Maximum likelihood fits of two parameters, with the log-likelihood in the values' own scale so that AIC compares."""

import math
from collections.abc import Sequence

import msgspec

from traceability.quality.errors import NoFigure
from traceability.quality.fit.families import Distribution, Family, Gamma, Lognormal, Normal
from traceability.quality.fit.root import root
from traceability.quality.fit.weibull import weibull_of
from traceability.quality.reason import Reason

_LOG_2PI = math.log(2.0 * math.pi)


class Fitted(msgspec.Struct, frozen=True):
    """A distribution with the log-likelihood of the values it was fitted to."""

    distribution: Distribution
    log_likelihood: float
    parameters: int = 2

    @property
    def aic(self) -> float:
        """Akaike's criterion: 2 x parameters - 2 x log-likelihood; lower is better."""
        return 2.0 * self.parameters - 2.0 * self.log_likelihood


def fit(family: Family, values: Sequence[float], origin: float = 0.0) -> Fitted:
    """The fit of one family; NoFigure where it cannot hold these values."""
    if len(values) < 2:
        raise NoFigure(Reason.NOT_ENOUGH_DATA, f"{len(values)} values, 2 needed")
    if min(values) == max(values):
        raise NoFigure(Reason.ZERO_SPREAD, "all values are equal")
    if family is Family.NORMAL:
        return _normal(values)
    distances = [value - origin for value in values]
    if min(distances) <= 0.0:
        raise NoFigure(Reason.NOT_POSITIVE, f"a value is not above the origin {origin}")
    match family:
        case Family.LOGNORMAL:
            return _lognormal(distances, origin)
        case Family.WEIBULL:
            return _weibull(distances, origin)
        case Family.GAMMA:
            return _gamma(distances, origin)
        case _:
            raise NoFigure(Reason.NO_FIT, f"{family.value} has no fit of two parameters")


def _normal(values: Sequence[float]) -> Fitted:
    mean, sigma = _mean_and_sigma(values)
    return Fitted(Normal(mean, sigma), _normal_likelihood(len(values), sigma))


def _lognormal(distances: Sequence[float], origin: float) -> Fitted:
    logs = [math.log(x) for x in distances]
    mu, sigma = _mean_and_sigma(logs)
    return Fitted(Lognormal(mu, sigma, origin), _normal_likelihood(len(logs), sigma) - math.fsum(logs))


def _weibull(distances: Sequence[float], origin: float) -> Fitted:
    found = weibull_of(distances, (), origin)
    shape, n = found.shape, len(distances)
    relative = [math.log(x / found.scale) for x in distances]
    powers = math.fsum(math.exp(shape * r) for r in relative)
    likelihood = n * math.log(shape / found.scale) + (shape - 1.0) * math.fsum(relative) - powers
    return Fitted(found, likelihood)


def _gamma(distances: Sequence[float], origin: float) -> Fitted:
    """ln k - ψ(k) = ln x̄ - mean(ln x); the left side falls from infinity to 0 as k grows."""
    n = len(distances)
    mean = math.fsum(distances) / n
    # Relative to the mean, so that nearly equal values keep their digits.
    gap = -math.fsum(math.log1p((x - mean) / mean) for x in distances) / n
    if gap <= 1e-12:
        raise NoFigure(Reason.NO_FIT, "the values are too equal for a gamma shape")
    guess = 0.5 / gap

    def equation(log_shape: float) -> float:
        shape = math.exp(log_shape)
        return log_minus_digamma(shape) - gap

    shape = math.exp(root(equation, math.log(guess) - 2.0, math.log(guess) + 2.0))
    scale = mean / shape
    log_sum = n * math.log(mean) - n * gap
    likelihood = (shape - 1.0) * log_sum - n * (shape + shape * math.log(scale) + math.lgamma(shape))
    return Fitted(Gamma(shape, scale, origin), likelihood)


def log_minus_digamma(x: float) -> float:
    """ln x - ψ(x) for x > 0 (Abramowitz & Stegun 6.3.5, 6.3.18)."""
    shift = 0.0
    y = x
    while y < 12.0:
        shift += 1.0 / y
        y += 1.0
    square = 1.0 / (y * y)
    terms = (1 / 12, -1 / 120, 1 / 252, -1 / 240, 1 / 132, -691 / 32760)
    series = 1.0 / (2.0 * y)
    power = square
    for term in terms:
        series += term * power
        power *= square
    return series + shift - math.log(y / x)


def _mean_and_sigma(values: Sequence[float]) -> tuple[float, float]:
    """The maximum likelihood estimates: sigma with divisor n."""
    mean = math.fsum(values) / len(values)
    sigma = math.sqrt(math.fsum((value - mean) ** 2 for value in values) / len(values))
    if sigma == 0.0:
        raise NoFigure(Reason.ZERO_SPREAD, "no spread in double precision")
    return mean, sigma


def _normal_likelihood(n: int, sigma: float) -> float:
    return -0.5 * n * (_LOG_2PI + 2.0 * math.log(sigma) + 1.0)
