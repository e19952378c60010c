"""Families of distributions: what fraction lies below a value, and below which value a fraction lies.

``origin`` is a known lower bound of the values (a thickness cannot be negative, a runout not below 0), never fitted.
"""

import math
from enum import StrEnum
from statistics import NormalDist
from typing import Protocol

import msgspec

from traceability.quality.distributions import chi_square_cdf, chi_square_tail, gamma_quantile, normal_cdf


class Family(StrEnum):
    """The names of the families."""

    NORMAL = "normal"
    LOGNORMAL = "lognormal"
    WEIBULL = "weibull"
    GAMMA = "gamma"
    JOHNSON_SU = "johnson-su"
    JOHNSON_SB = "johnson-sb"
    JOHNSON_SL = "johnson-sl"


class Distribution(Protocol):
    """What capability needs of a distribution."""

    @property
    def family(self) -> Family:
        """Its family."""

    def cdf(self, x: float) -> float:
        """P(X <= x)."""

    def tail(self, x: float) -> float:
        """P(X > x), precise however small."""

    def quantile(self, probability: float) -> float:
        """The x with cdf(x) = probability, strictly between 0 and 1."""


class Normal(msgspec.Struct, frozen=True, tag="normal"):
    """Normal distribution."""

    mean: float
    sigma: float

    @property
    def family(self) -> Family:
        """Its family."""
        return Family.NORMAL

    def cdf(self, x: float) -> float:
        """P(X <= x)."""
        return normal_cdf((x - self.mean) / self.sigma)

    def tail(self, x: float) -> float:
        """P(X > x)."""
        return normal_cdf((self.mean - x) / self.sigma)

    def quantile(self, probability: float) -> float:
        """The x with cdf(x) = probability."""
        return self.mean + self.sigma * NormalDist().inv_cdf(probability)


class Lognormal(msgspec.Struct, frozen=True, tag="lognormal"):
    """ln(X - origin) is normal with ``mu`` and ``sigma``."""

    mu: float
    sigma: float
    origin: float = 0.0

    @property
    def family(self) -> Family:
        """Its family."""
        return Family.LOGNORMAL

    def cdf(self, x: float) -> float:
        """P(X <= x)."""
        return normal_cdf((math.log(x - self.origin) - self.mu) / self.sigma) if x > self.origin else 0.0

    def tail(self, x: float) -> float:
        """P(X > x)."""
        return normal_cdf((self.mu - math.log(x - self.origin)) / self.sigma) if x > self.origin else 1.0

    def quantile(self, probability: float) -> float:
        """The x with cdf(x) = probability."""
        return self.origin + math.exp(self.mu + self.sigma * NormalDist().inv_cdf(probability))


class Weibull(msgspec.Struct, frozen=True, tag="weibull"):
    """P(X > x) = exp(-((x - origin)/scale)^shape)."""

    shape: float
    scale: float
    origin: float = 0.0

    @property
    def family(self) -> Family:
        """Its family."""
        return Family.WEIBULL

    def cdf(self, x: float) -> float:
        """P(X <= x)."""
        return -math.expm1(-self._hazard(x))

    def tail(self, x: float) -> float:
        """P(X > x)."""
        return math.exp(-self._hazard(x))

    def quantile(self, probability: float) -> float:
        """The x with cdf(x) = probability."""
        return float(self.origin + self.scale * (-math.log1p(-probability)) ** (1.0 / self.shape))

    def _hazard(self, x: float) -> float:
        if x <= self.origin:
            return 0.0
        power = self.shape * math.log((x - self.origin) / self.scale)
        return math.exp(power) if power < 700.0 else math.inf


class Gamma(msgspec.Struct, frozen=True, tag="gamma"):
    """(X - origin)/scale has density x^(shape - 1) e^-x / Γ(shape)."""

    shape: float
    scale: float
    origin: float = 0.0

    @property
    def family(self) -> Family:
        """Its family."""
        return Family.GAMMA

    def cdf(self, x: float) -> float:
        """P(X <= x)."""
        return chi_square_cdf(max(0.0, 2.0 * (x - self.origin) / self.scale), 2.0 * self.shape)

    def tail(self, x: float) -> float:
        """P(X > x)."""
        return chi_square_tail(max(0.0, 2.0 * (x - self.origin) / self.scale), 2.0 * self.shape)

    def quantile(self, probability: float) -> float:
        """The x with cdf(x) = probability."""
        return self.origin + self.scale * gamma_quantile(probability, self.shape)
