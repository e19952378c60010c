"""Special functions: the normal tail, regularised incomplete beta and gamma; chi-square, F, t and counts from them.

Series and continued fractions as in Abramowitz & Stegun 26.5.8, 6.5.29 and 6.5.31, evaluated with Lentz's method;
quantiles by Newton's steps within a bracket, by bisection where they don't settle. Relative error about 1e-13 for small
parameters, growing with lgamma's rounding to about 1e-9 at 10^6 trials, which is far below what any interval is shown
with.
"""

import math
from collections.abc import Iterator
from functools import lru_cache
from statistics import NormalDist

from traceability.quality.errors import OutOfDomain
from traceability.quality.root import bisect, newton

_TINY = 1e-300
_PRECISION = 1e-16
_MAX_TERMS = 1_000_000
_SMALL = 1e-10
_FAR = 7.0
"""Standard deviations: where a guess begins that lies further out."""


def normal_cdf(z: float) -> float:
    """Φ(z) with full relative precision in the lower tail, where ``NormalDist.cdf`` of Python 3.11 loses it."""
    return 0.5 * math.erfc(-z / math.sqrt(2.0))


def regularized_beta(x: float, a: float, b: float) -> float:
    """I_x(a, b) for 0 <= x <= 1 and a, b > 0: the distribution function of Beta(a, b)."""
    if not (0.0 <= x <= 1.0 and a > 0.0 and b > 0.0):
        message = f"regularized_beta needs 0 <= x <= 1 and a, b > 0, not x={x}, a={a}, b={b}"
        raise OutOfDomain(message)
    if x in (0.0, 1.0):
        return x
    log_front = a * math.log(x) + b * math.log1p(-x) + math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    front = math.exp(log_front)
    if x <= (a + 1.0) / (a + b + 2.0):
        return front / (a * _beta_fraction(x, a, b))
    return 1.0 - front / (b * _beta_fraction(1.0 - x, b, a))


@lru_cache(maxsize=4096)
def beta_quantile(probability: float, a: float, b: float) -> float:
    """The x with I_x(a, b) = probability."""
    if not 0.0 < probability < 1.0:
        return bisect(lambda x: regularized_beta(x, a, b), probability, 0.0, 1.0)
    return newton(_Beta(a, b), probability, 0.0, 1.0)


def chi_square_cdf(x: float, degrees: float) -> float:
    """P(chi-square with ``degrees`` degrees of freedom <= x), for x >= 0."""
    if not (x >= 0.0 and degrees > 0.0):
        message = f"chi_square_cdf needs x >= 0 and degrees > 0, not x={x}, degrees={degrees}"
        raise OutOfDomain(message)
    return _regularized_gamma(degrees / 2.0, x / 2.0)


@lru_cache(maxsize=4096)
def chi_square_quantile(probability: float, degrees: float) -> float:
    """The x with chi_square_cdf(x, degrees) = probability < 1."""
    if not 0.0 <= probability < 1.0:
        message = f"the chi-square quantile needs 0 <= probability < 1, not {probability}"
        raise OutOfDomain(message)
    if probability == 0.0:
        return 0.0
    low, high = 0.0, degrees + 12.0 * math.sqrt(2.0 * degrees) + 60.0  # far out, where terms are few
    while chi_square_cdf(high, degrees) < probability:
        low, high = high, high * 2.0
    return newton(_ChiSquare(degrees), probability, low, high)


class _Beta:
    """The same of Beta(a, b); the first guess is that of Abramowitz & Stegun 26.5.22, or the mean of a flat one."""

    def __init__(self, a: float, b: float) -> None:
        self._a, self._b = a, b
        self._log_scale = math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)

    def cdf(self, x: float) -> float:
        return regularized_beta(x, self._a, self._b)

    def density(self, x: float) -> float:
        if not 0.0 < x < 1.0:
            return 0.0
        return math.exp((self._a - 1.0) * math.log(x) + (self._b - 1.0) * math.log1p(-x) - self._log_scale)

    def guess(self, probability: float) -> float:
        a, b = self._a, self._b
        if min(a, b) <= 1.0:
            return a / (a + b)
        y = NormalDist().inv_cdf(1.0 - probability) if probability > _SMALL else _FAR
        one, other = 1.0 / (2.0 * a - 1.0), 1.0 / (2.0 * b - 1.0)
        h, ell = 2.0 / (one + other), (y * y - 3.0) / 6.0
        w = y * math.sqrt(max(0.0, h + ell)) / h - (other - one) * (ell + 5.0 / 6.0 - 2.0 / (3.0 * h))
        return a / (a + b * math.exp(min(2.0 * w, _FAR * _FAR)))


class _ChiSquare:
    """Distribution, density and a first guess at a quantile (Wilson & Hilferty 1931)."""

    def __init__(self, degrees: float) -> None:
        self._degrees = degrees
        self._log_scale = math.lgamma(degrees / 2.0) + degrees / 2.0 * math.log(2.0)

    def cdf(self, x: float) -> float:
        return chi_square_cdf(x, self._degrees)

    def density(self, x: float) -> float:
        return math.exp((self._degrees / 2.0 - 1.0) * math.log(x) - x / 2.0 - self._log_scale) if x > 0.0 else 0.0

    def guess(self, probability: float) -> float:
        ninth = 2.0 / (9.0 * self._degrees)
        return self._degrees * max(0.0, 1.0 - ninth + NormalDist().inv_cdf(probability) * math.sqrt(ninth)) ** 3


def chi_square_tail(x: float, degrees: float) -> float:
    """P(chi-square > x), precise however small."""
    if not (x >= 0.0 and degrees > 0.0):
        message = f"chi_square_tail needs x >= 0 and degrees > 0, not x={x}, degrees={degrees}"
        raise OutOfDomain(message)
    return _gamma_tail(degrees / 2.0, x / 2.0)


def gamma_cdf(x: float, shape: float) -> float:
    """P(Gamma <= x) with this shape and scale 1: the regularised incomplete gamma function P(shape, x)."""
    return chi_square_cdf(2.0 * x, 2.0 * shape)


def gamma_quantile(probability: float, shape: float) -> float:
    """The x with gamma_cdf(x, shape) = probability < 1."""
    return chi_square_quantile(probability, 2.0 * shape) / 2.0


def f_cdf(x: float, numerator: float, denominator: float) -> float:
    """P(F <= x) with these degrees of freedom, x >= 0 (Abramowitz & Stegun 26.6.2)."""
    _check_f(x, numerator, denominator)
    if x > 1.0:
        return 1.0 - f_tail(x, numerator, denominator)
    return regularized_beta(numerator * x / (denominator + numerator * x), numerator / 2.0, denominator / 2.0)


def f_tail(x: float, numerator: float, denominator: float) -> float:
    """P(F > x): the p value of an F ratio, precise however small."""
    _check_f(x, numerator, denominator)
    if x <= 1.0:  # not a small tail; this way round the small share keeps its digits
        return 1.0 - f_cdf(x, numerator, denominator)
    if math.isinf(x):
        return 0.0
    return regularized_beta(denominator / (denominator + numerator * x), denominator / 2.0, numerator / 2.0)


def f_quantile(probability: float, numerator: float, denominator: float) -> float:
    """The x with f_cdf(x) = probability < 1."""
    if not 0.0 <= probability < 1.0:
        message = f"the F quantile needs 0 <= probability < 1, not {probability}"
        raise OutOfDomain(message)
    _check_f(1.0, numerator, denominator)
    if probability <= 0.5:
        share = beta_quantile(probability, numerator / 2.0, denominator / 2.0)
        return denominator * share / (numerator * (1.0 - share))
    rest = beta_quantile(1.0 - probability, denominator / 2.0, numerator / 2.0)
    return denominator * (1.0 - rest) / (numerator * rest)


def t_tail(t: float, degrees: float) -> float:
    """P(T > t) of Student's t, precise however small (Abramowitz & Stegun 26.7.1)."""
    beyond = 0.5 * f_tail(t * t, 1.0, degrees)
    return beyond if t >= 0.0 else 1.0 - beyond


def t_cdf(t: float, degrees: float) -> float:
    """P(T <= t)."""
    return t_tail(-t, degrees)


def t_quantile(probability: float, degrees: float) -> float:
    """The t with t_cdf(t) = probability, 0 < probability < 1."""
    if not 0.0 < probability < 1.0:
        message = f"the t quantile needs a probability strictly between 0 and 1, not {probability}"
        raise OutOfDomain(message)
    if probability < 0.25 or probability > 0.75:
        rest = beta_quantile(2.0 * min(probability, 1.0 - probability), degrees / 2.0, 0.5)
        size = math.sqrt(degrees * (1.0 - rest) / rest)
    else:
        size = math.sqrt(f_quantile(abs(2.0 * probability - 1.0), 1.0, degrees))
    return size if probability > 0.5 else -size


def binomial_cdf(k: int, trials: int, p: float) -> float:
    """P(X <= k) of so many trials with chance p."""
    if k < 0 or k >= trials:
        return 0.0 if k < 0 else 1.0
    return regularized_beta(1.0 - p, trials - k, k + 1)


def binomial_tail(k: int, trials: int, p: float) -> float:
    """P(X > k), precise however small."""
    if k < 0 or k >= trials:
        return 1.0 if k < 0 else 0.0
    return regularized_beta(p, k + 1, trials - k)


def poisson_cdf(k: int, mean: float) -> float:
    """P(X <= k) of a Poisson count."""
    return 0.0 if k < 0 else chi_square_tail(2.0 * mean, 2.0 * (k + 1))


def poisson_tail(k: int, mean: float) -> float:
    """P(X > k), precise however small."""
    return 1.0 if k < 0 else chi_square_cdf(2.0 * mean, 2.0 * (k + 1))


def _check_f(x: float, numerator: float, denominator: float) -> None:
    if not (x >= 0.0 and numerator > 0.0 and denominator > 0.0):
        message = f"F needs x >= 0 and degrees > 0, not x={x}, degrees={numerator}, {denominator}"
        raise OutOfDomain(message)


def _regularized_gamma(a: float, x: float) -> float:
    if x == 0.0:
        return 0.0
    if x >= a + 1.0:
        return 1.0 - _gamma_tail(a, x)
    front = math.exp(a * math.log(x) - x - math.lgamma(a))
    term = total = 1.0 / a
    denominator = a
    while term > total * _PRECISION:
        denominator += 1.0
        term *= x / denominator
        total += term
    return front * total


def _gamma_tail(a: float, x: float) -> float:
    if x < a + 1.0:
        return 1.0 - _regularized_gamma(a, x)
    return math.exp(a * math.log(x) - x - math.lgamma(a)) / _lentz(_gamma_terms(a, x))


def _beta_fraction(x: float, a: float, b: float) -> float:
    """The continued fraction whose reciprocal is I_x a B / (x^a (1-x)^b), by Lentz's method."""
    value = c = 1.0
    d = 0.0
    for m in range(_MAX_TERMS):
        twice = a + 2 * m
        numerator = -(a + m) * (a + b + m) * x / (twice * (twice + 1.0))
        d = 1.0 / ((1.0 + numerator * d) or _TINY)
        c = (1.0 + numerator / c) or _TINY
        value *= c * d
        numerator = (m + 1.0) * (b - m - 1.0) * x / ((twice + 1.0) * (twice + 2.0))
        d = 1.0 / ((1.0 + numerator * d) or _TINY)
        c = (1.0 + numerator / c) or _TINY
        factor = c * d
        value *= factor
        if abs(factor - 1.0) <= 2.0 * _PRECISION:
            break
    return value


def _gamma_terms(a: float, x: float) -> Iterator[tuple[float, float]]:
    """Terms of the continued fraction whose reciprocal is Γ(a, x) / (x^a e^-x)."""
    yield 0.0, x + 1.0 - a
    i = 0
    while True:
        i += 1
        yield -i * (i - a), x + 2.0 * i + 1.0 - a


def _lentz(terms: Iterator[tuple[float, float]]) -> float:
    """The continued fraction b0 + a1/(b1 + a2/(b2 + ...)); the first pair's numerator is not used."""
    _, value = next(terms)
    c, d = value, 0.0
    for _, (numerator, denominator) in zip(range(_MAX_TERMS), terms, strict=False):
        d = 1.0 / ((denominator + numerator * d) or _TINY)
        c = (denominator + numerator / c) or _TINY
        value *= c * d
        if abs(c * d - 1.0) <= 2.0 * _PRECISION:
            break
    return value
