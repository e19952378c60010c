"""Johnson's system: Z = γ + δ·f((X - ξ)/λ) is normal, with f = asinh (SU), the logit (SB) or ln (SL).

Fitted by four sample quantiles at Φ(±z), Φ(±3z), which have closed solutions (Slifker & Shapiro, Technometrics 22,
1980, 239); z runs from 0.25 to 1.25 and the one whose Z is most normal by Anderson-Darling is kept (Chou, Polansky &
Mason, Journal of Quality Technology 30, 1998, 133).
"""

import math
from collections.abc import Sequence
from statistics import NormalDist

import msgspec

from traceability.quality.distributions import normal_cdf
from traceability.quality.errors import NoFigure
from traceability.quality.fit.families import Family
from traceability.quality.fit.likelihood import Fitted
from traceability.quality.normality import anderson_darling_of
from traceability.quality.reason import Reason

_FEWEST = 25
_LOGNORMAL_BAND = 1e-3


class Johnson(msgspec.Struct, frozen=True, kw_only=True, tag="johnson"):
    """One member of the system; for SL λ is 1."""

    family: Family
    gamma: float
    delta: float
    xi: float
    lam: float

    def score(self, x: float) -> float:
        """The normal score Z of a value; infinite outside the range of SB or SL."""
        y = (x - self.xi) / self.lam
        if self.family is Family.JOHNSON_SU:
            return self.gamma + self.delta * math.asinh(y)
        if y <= 0.0:
            return -math.inf
        if self.family is Family.JOHNSON_SL:
            return self.gamma + self.delta * math.log(y)
        return math.inf if y >= 1.0 else self.gamma + self.delta * math.log(y / (1.0 - y))

    def cdf(self, x: float) -> float:
        """P(X <= x)."""
        return normal_cdf(self.score(x))

    def tail(self, x: float) -> float:
        """P(X > x)."""
        return normal_cdf(-self.score(x))

    def quantile(self, probability: float) -> float:
        """The x with cdf(x) = probability."""
        power = (NormalDist().inv_cdf(probability) - self.gamma) / self.delta
        if self.family is Family.JOHNSON_SU:
            return self.xi + self.lam * math.sinh(power)
        if self.family is Family.JOHNSON_SL:
            return self.xi + math.exp(power)
        return self.xi + self.lam / (1.0 + math.exp(-power))

    def log_slope(self, x: float) -> float:
        """ln(dZ/dx), for the likelihood."""
        y = (x - self.xi) / self.lam
        if self.family is Family.JOHNSON_SU:
            return math.log(self.delta / self.lam) - 0.5 * math.log1p(y * y)
        if self.family is Family.JOHNSON_SL:
            return math.log(self.delta / y)
        return math.log(self.delta / self.lam) - math.log(y) - math.log1p(-y)


def fit_johnson(values: Sequence[float]) -> Fitted:
    """The member whose scores are most normal; NoFigure when none holds all the values."""
    if len(values) < _FEWEST:
        raise NoFigure(Reason.NOT_ENOUGH_DATA, f"{len(values)} values, {_FEWEST} needed for a Johnson fit")
    ordered = sorted(values)
    best: tuple[float, Johnson] | None = None
    for hundredth in range(25, 126):
        member = _member(ordered, hundredth / 100.0)
        if member is None:
            continue
        scores = [member.score(x) for x in ordered]
        if not (math.isfinite(scores[0]) and math.isfinite(scores[-1])):
            continue
        statistic = anderson_darling_of(scores)
        if statistic is not None and (best is None or statistic < best[0]):
            best = statistic, member
    if best is None:
        raise NoFigure(Reason.NO_FIT, "no member of Johnson's system holds all the values")
    member = best[1]
    likelihood = math.fsum(
        member.log_slope(x) - 0.5 * member.score(x) ** 2 - 0.5 * math.log(2.0 * math.pi) for x in ordered
    )
    return Fitted(member, likelihood, 3 if member.family is Family.JOHNSON_SL else 4)


def _member(ordered: Sequence[float], z: float) -> Johnson | None:
    """The member through the four quantiles; None where two of them coincide."""
    lowest, low, high, highest = (_quantile(ordered, normal_cdf(score)) for score in (-3 * z, -z, z, 3 * z))
    m, n, p = highest - high, low - lowest, high - low
    if min(m, n, p) <= 0.0:
        return None
    middle = (high + low) / 2.0
    ratio = m * n / (p * p)
    if abs(ratio - 1.0) <= _LOGNORMAL_BAND:
        return _lognormal(m / p, p, z, middle)
    return _unbounded(m / p, n / p, p, z, middle) if ratio > 1.0 else _bounded(p / m, p / n, p, z, middle)


def _unbounded(m: float, n: float, p: float, z: float, middle: float) -> Johnson:
    root, total = math.sqrt(m * n - 1.0), m + n
    delta = 2.0 * z / math.acosh(total / 2.0)
    return Johnson(
        family=Family.JOHNSON_SU,
        delta=delta,
        gamma=delta * math.asinh((n - m) / (2.0 * root)),
        lam=2.0 * p * root / ((total - 2.0) * math.sqrt(total + 2.0)),
        xi=middle + p * (n - m) / (2.0 * (total - 2.0)),
    )


def _bounded(m: float, n: float, p: float, z: float, middle: float) -> Johnson:
    """Here m and n are p/m and p/n."""
    product, rest = (1.0 + m) * (1.0 + n), m * n - 1.0
    delta = z / math.acosh(math.sqrt(product) / 2.0)
    lam = p * math.sqrt((product - 2.0) ** 2 - 4.0) / rest
    return Johnson(
        family=Family.JOHNSON_SB,
        delta=delta,
        gamma=delta * math.asinh((n - m) * math.sqrt(product - 4.0) / (2.0 * rest)),
        lam=lam,
        xi=middle - lam / 2.0 + p * (n - m) / (2.0 * rest),
    )


def _lognormal(m: float, p: float, z: float, middle: float) -> Johnson | None:
    if m <= 1.0:
        return None  # skewed to the left: SB with a distant bound serves
    delta = 2.0 * z / math.log(m)
    return Johnson(
        family=Family.JOHNSON_SL,
        delta=delta,
        gamma=delta * math.log((m - 1.0) / (p * math.sqrt(m))),
        lam=1.0,
        xi=middle - p / 2.0 * (m + 1.0) / (m - 1.0),
    )


def _quantile(ordered: Sequence[float], probability: float) -> float:
    """The value of rank n·P + 1/2, interpolated, as Slifker & Shapiro take it."""
    rank = len(ordered) * probability + 0.5
    below = min(max(int(rank), 1), len(ordered) - 1)
    share = min(max(rank - below, 0.0), 1.0)
    return ordered[below - 1] + share * (ordered[below] - ordered[below - 1])
