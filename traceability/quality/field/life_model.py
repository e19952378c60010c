"""Weibull models of lives that mostly have not ended yet.

Maximum likelihood as in NIST/SEMATECH e-Handbook 8.4.1.2. Bounds come from the likelihood itself, not from a normal
approximation, because field data rarely hold many failures: profile likelihood, 2·(ℓmax - ℓ) = χ²(1) (Lawless,
Statistical Models and Methods for Lifetime Data, 2nd ed., 5.1; Meeker & Escobar, Statistical Methods for Reliability
Data, 8.3). With a given shape (Weibayes, Abernethy, The New Weibull Handbook, ch. 6) the sum of t^β over the scale's
power is gamma-distributed, so its bounds are exact.
"""

import math
from collections.abc import Callable, Sequence

import msgspec

from traceability.quality.distributions import chi_square_quantile, gamma_quantile
from traceability.quality.errors import NoFigure, OutOfDomain
from traceability.quality.field.lives import Lives, binned
from traceability.quality.fit.families import Weibull
from traceability.quality.fit.root import highest, root
from traceability.quality.intervals import Interval
from traceability.quality.reason import Reason
from traceability.quality.refusal import or_refused

FEWEST_FAILURES = 5
CONFIDENCE = 0.90
_STEEPEST = 1e3
_GRID, _REACH = 13, 3.5
_MOST_AGES = 150


class Possible(msgspec.Struct, frozen=True):
    """A distribution that the lives allow, with its share of belief; shares add up to 1."""

    share: float
    distribution: Weibull


class LifeModel(msgspec.Struct, frozen=True, kw_only=True):
    """The best distribution, bounds of its parameters and of the age at which a tenth has failed.

    ``scale`` is the characteristic life (63.2 % failed). ``possible`` stands for how sure it is.
    """

    distribution: Weibull
    failures: int
    units: int
    confidence: float
    shape: Interval | None
    """None where the shape was given."""
    scale: Interval
    b10: Interval
    given_shape: float | None
    possible: tuple[Possible, ...]

    @property
    def life10(self) -> float:
        """B10: the age at which a tenth has failed."""
        return self.distribution.quantile(0.10)


@or_refused
def life_model(lives: Lives, confidence: float = CONFIDENCE) -> LifeModel:
    """The model; refused below ``FEWEST_FAILURES`` failures, where any curve would fit."""
    if lives.failures < FEWEST_FAILURES:
        raise NoFigure(Reason.NOT_ENOUGH_DATA, f"{lives.failures} failures, {FEWEST_FAILURES} needed")
    likelihood = _Likelihood(lives)
    shape = likelihood.best_shape()
    best = Weibull(shape, likelihood.scale_at(shape))
    return LifeModel(
        distribution=best,
        failures=lives.failures,
        units=lives.units,
        confidence=confidence,
        shape=likelihood.bounds(shape, likelihood.with_shape, confidence),
        scale=likelihood.bounds(best.scale, likelihood.with_life(1.0 - math.exp(-1.0)), confidence),
        b10=likelihood.bounds(best.quantile(0.10), likelihood.with_life(0.10), confidence),
        given_shape=None,
        possible=likelihood.possible(best),
    )


@or_refused
def with_given_shape(lives: Lives, shape: float, confidence: float = CONFIDENCE) -> LifeModel:
    """Weibayes: the shape is known from elsewhere; also for few failures, and a lower bound for none at all.

    Without a failure the scale is the one at which a first failure would be due now, and has no upper bound.
    """
    if not (math.isfinite(shape) and 0.1 <= shape <= 20.0):
        message = f"a shape from 0.1 to 20 is needed, not {shape}"
        raise OutOfDomain(message)
    if lives.units == 0:
        raise NoFigure(Reason.NO_VALUES, "no lives")
    total = math.fsum(count * age**shape for age, count in (*lives.failed, *lives.running))
    if not (0.0 < total < math.inf):
        raise NoFigure(Reason.NOT_POSITIVE, "no unit has been in use yet")

    def scale_for(expected: float) -> float:
        return float((total / expected) ** (1.0 / shape))

    failures, tail = lives.failures, (1.0 - confidence) / 2.0
    least = scale_for(chi_square_quantile(1.0 - tail, 2.0 * failures + 2.0) / 2.0)
    most = scale_for(chi_square_quantile(tail, 2.0 * failures) / 2.0) if failures else math.inf
    best = Weibull(shape, scale_for(float(max(failures, 1))))
    tenth = (-math.log(0.9)) ** (1.0 / shape)
    nodes = [(place + 0.5) / _GRID**2 for place in range(_GRID**2)]
    return LifeModel(
        distribution=best,
        failures=failures,
        units=lives.units,
        confidence=confidence,
        shape=None,
        scale=Interval(least, most, confidence),
        b10=Interval(least * tenth, most * tenth, confidence),
        given_shape=shape,
        possible=tuple(
            Possible(1.0 / len(nodes), Weibull(shape, scale_for(gamma_quantile(node, failures + 0.5))))
            for node in nodes
        ),
    )


class _Likelihood:
    """The log-likelihood of lives, in logarithms relative to the longest so that no power overflows."""

    def __init__(self, lives: Lives) -> None:
        failed, running = binned(lives.failed, _MOST_AGES), binned(lives.running, _MOST_AGES)
        every = (*failed, *running)
        if min(age for age, _ in every) <= 0.0:
            raise NoFigure(Reason.NOT_POSITIVE, "a life is not above 0")
        self._failures = lives.failures
        self._longest = max(math.log(age) for age, _ in every)
        self._all = [(math.log(age) - self._longest, count) for age, count in every]
        self._log_sum = math.fsum(count * math.log(age) for age, count in failed)
        if self._longest - self._log_sum / self._failures <= 1e-9:
            raise NoFigure(Reason.ZERO_SPREAD, "all failures lie at the longest life")

    def best_shape(self) -> float:
        """Σ t^β ln t / Σ t^β - 1/β = mean ln t of the failures; the left side rises with β."""
        mean = self._log_sum / self._failures - self._longest

        def equation(shape: float) -> float:
            powers = [count * math.exp(shape * log) for log, count in self._all]
            weighted = math.fsum(power * log for power, (log, _) in zip(powers, self._all, strict=True))
            return weighted / math.fsum(powers) - mean - 1.0 / shape

        high = 1.0
        while equation(high) < 0.0:
            high *= 2.0
            if high > _STEEPEST:
                raise NoFigure(Reason.NO_FIT, "the lives are too equal for a Weibull shape")
        low = high / 2.0
        while equation(low) > 0.0:
            low /= 2.0
        return root(equation, low, high)

    def scale_at(self, shape: float) -> float:
        """The best scale for a shape."""
        power = math.fsum(count * math.exp(shape * log) for log, count in self._all) / self._failures
        return math.exp(self._longest + math.log(power) / shape)

    def of(self, shape: float, scale: float) -> float:
        """The log-likelihood; -infinity where a power overflows."""
        log_scale = math.log(scale)
        top = shape * (self._longest - log_scale)
        if top > 600.0:
            return -math.inf
        spent = math.exp(top) * math.fsum(count * math.exp(shape * log) for log, count in self._all)
        return self._failures * (math.log(shape) - shape * log_scale) + (shape - 1.0) * self._log_sum - spent

    def with_shape(self, shape: float) -> float:
        """The highest likelihood with this shape."""
        return self.of(shape, self.scale_at(shape))

    def with_life(self, fraction: float) -> Callable[[float], float]:
        """The highest likelihood in which ``fraction`` has failed at an age, as a function of that age."""
        spent = -math.log1p(-fraction)
        best = math.log(self.best_shape())

        def profile(age: float) -> float:
            def at(log_shape: float) -> float:
                shape = math.exp(log_shape)
                return self.of(shape, age / spent ** (1.0 / shape))

            return at(highest(at, best - 2.5, best + 2.5))

        return profile

    def bounds(self, best: float, profile: Callable[[float], float], confidence: float) -> Interval:
        """Where the profile falls by half a χ² below its summit, which lies at ``best``."""
        floor = profile(best) - chi_square_quantile(confidence, 1.0) / 2.0

        def above(log_value: float) -> float:
            return max(profile(math.exp(log_value)) - floor, -1e6)

        ends = []
        for first in (-0.25, 0.25):
            step, inner, outer = first, math.log(best), math.log(best)
            while above(outer) > 0.0 and abs(outer - math.log(best)) < 40.0:
                inner, outer, step = outer, outer + step, step * 2.0
            ends.append(root(above, *sorted((inner, outer))) if above(outer) <= 0.0 else outer)
        return Interval(math.exp(ends[0]), math.exp(ends[1]), confidence)

    def possible(self, best: Weibull) -> tuple[Possible, ...]:
        """A grid over ln shape and ln scale, along the likelihood's own axes, weighted by it."""
        along, across = self._axes(best)
        nodes = [_REACH * (2.0 * place / (_GRID - 1) - 1.0) for place in range(_GRID)]
        points = [
            Weibull(
                best.shape * math.exp(u * along[0] + v * across[0]), best.scale * math.exp(u * along[1] + v * across[1])
            )
            for u in nodes
            for v in nodes
        ]
        summit = self.of(best.shape, best.scale)
        weights = [math.exp(min(0.0, self.of(point.shape, point.scale) - summit)) for point in points]
        whole = math.fsum(weights)
        return tuple(
            Possible(weight / whole, point) for weight, point in zip(weights, points, strict=True) if weight > 1e-5
        )

    def _axes(self, best: Weibull) -> tuple[Sequence[float], Sequence[float]]:
        """Columns of the Cholesky factor of the covariance of (ln shape, ln scale), by observed information.

        With z = β ln(t/η): I(lnβ, lnβ) = r + Σ z² e^z, I(lnη, lnη) = β² r, I(lnβ, lnη) = -β Σ z e^z at the summit.
        """
        r = self._failures
        terms = [(best.shape * (log + self._longest - math.log(best.scale)), count) for log, count in self._all]
        square = r + math.fsum(count * z * z * math.exp(z) for z, count in terms)
        cross = -best.shape * math.fsum(count * z * math.exp(z) for z, count in terms)
        determinant = square * best.shape**2 * r - cross * cross
        if determinant <= 0.0:
            raise NoFigure(Reason.NO_FIT, "the likelihood has no summit")
        variance, covariance, other = best.shape**2 * r / determinant, -cross / determinant, square / determinant
        first = math.sqrt(variance)
        second = covariance / first
        return (first, second), (0.0, math.sqrt(max(other - second * second, 0.0)))


def log_likelihood(lives: Lives, model: Weibull) -> float:
    """ℓ = Σ ln f(failed) + Σ ln S(running), for tests and comparison of models."""
    return _Likelihood(lives).of(model.shape, model.scale)
