"""Was a process stable? X̄ and S charts over consecutive subgroups of five, with limits from the data (phase I).

The choice made here. Centre line X̿; spread within subgroups σ = S̄/c4; a subgroup *signals* beyond X̿ ± 3σ/√n or above
B4·S̄, strictly (a point on the limit is none). Three-sigma limits alone would call every long stable record unstable: a
stable process shows about 7 signals in 1000 subgroups. So a process counts as unstable when either

* a subgroup lies beyond limits that a stable process of as many subgroups keeps within with 99.5 % probability (for 25
  subgroups 3.9σ/√n, for 2000 4.8σ/√n), or
* more subgroups signal than a stable process shows with 99.5 % probability (for 25 subgroups: three or more),

together one false alarm in a hundred. A low S is no signal: for subgroups of five its limit is zero. Run rules (Western
Electric, Nelson) and frozen baselines belong to charts and would only add ways to be called unstable.
"""

import math
from collections.abc import Sequence
from statistics import NormalDist

import msgspec

from traceability.quality.constants import c4
from traceability.quality.distributions import chi_square_cdf, chi_square_quantile, normal_cdf, regularized_beta
from traceability.quality.moments import Moments, moments_of

SUBGROUP = 5
FALSE_ALARM = 0.01
_DEGREES = SUBGROUP - 1


class Stability(msgspec.Struct, frozen=True, kw_only=True):
    """Both charts in steps of the values' resolution; subgroups are counted from 0."""

    subgroups: int
    centre: float
    sigma_within: float
    """S̄/c4(5)."""
    mean_signals: tuple[int, ...]
    spread_signals: tuple[int, ...]
    stable: bool


def check_stability(values: Sequence[int]) -> Stability | None:
    """Charts of values in their order of making; None with fewer than two complete subgroups.

    An incomplete last subgroup is left out.
    """
    count = len(values) // SUBGROUP
    if count < 2:
        return None
    groups = [moments_of(values[i * SUBGROUP : (i + 1) * SUBGROUP]) for i in range(count)]
    means = [group.total / SUBGROUP for group in groups]
    spreads = [_stdev(group) for group in groups]
    centre = sum(group.total for group in groups) / (count * SUBGROUP)
    sigma = math.fsum(spreads) / count / c4(SUBGROUP)
    mean_signals = _beyond([abs(mean - centre) for mean in means], 3.0 * sigma / math.sqrt(SUBGROUP))
    spread_signals = _beyond(spreads, _three_sigma_spread() * sigma)
    return Stability(
        subgroups=count,
        centre=centre,
        sigma_within=sigma,
        mean_signals=mean_signals,
        spread_signals=spread_signals,
        stable=not _extreme(means, spreads, centre, sigma)
        and not _too_many(len({*mean_signals, *spread_signals}), count),
    )


def _extreme(means: Sequence[float], spreads: Sequence[float], centre: float, sigma: float) -> bool:
    points = 2 * len(means)
    alone = -math.expm1(math.log1p(-FALSE_ALARM / 2.0) / points)
    mean_limit = -NormalDist().inv_cdf(alone / 2.0) * sigma / math.sqrt(SUBGROUP)
    spread_limit = sigma * math.sqrt(chi_square_quantile(1.0 - alone, _DEGREES) / _DEGREES)
    return bool(_beyond([abs(mean - centre) for mean in means], mean_limit) or _beyond(spreads, spread_limit))


def _too_many(signals: int, subgroups: int) -> bool:
    """Whether P(at least so many signals | stable) is at most half the false alarm rate."""
    if signals == 0:
        return False
    mean_chance = 2.0 * normal_cdf(-3.0)
    spread_chance = 1.0 - chi_square_cdf(_DEGREES * _three_sigma_spread() ** 2, _DEGREES)
    chance = 1.0 - (1.0 - mean_chance) * (1.0 - spread_chance)
    return regularized_beta(chance, signals, subgroups - signals + 1) <= FALSE_ALARM / 2.0


def _three_sigma_spread() -> float:
    """Upper limit of S in units of sigma: B4 x c4 = B6."""
    return c4(SUBGROUP) + 3.0 * math.sqrt(1.0 - c4(SUBGROUP) ** 2)


def _beyond(points: Sequence[float], limit: float) -> tuple[int, ...]:
    return tuple(index for index, point in enumerate(points) if point > limit)


def _stdev(group: Moments) -> float:
    variance = group.variance
    return math.sqrt(variance) if variance else 0.0
