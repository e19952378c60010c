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
from collections.abc import Iterable, Sequence
from itertools import chain, repeat
from statistics import NormalDist
from typing import NamedTuple

import msgspec

from traceability.quality.constants import c4
from traceability.quality.distributions import chi_square_cdf, chi_square_quantile, normal_cdf, regularized_beta

SUBGROUP = 5
FALSE_ALARM = 0.01
_DEGREES = SUBGROUP - 1


class Stability(msgspec.Struct, frozen=True, kw_only=True):
    """Both charts in steps of the values' resolution; subgroups are counted from 0."""

    subgroups: int
    centre: float
    sigma_within: float
    """S̄/c4(5)."""
    mean_count: int
    """How many subgroups signal on the chart of means."""
    spread_count: int
    mean_signals: tuple[int, ...] | None
    """Which do; None where only their statistics were kept, not their order."""
    spread_signals: tuple[int, ...] | None
    location_varies: bool
    """By the chart of means alone, one false alarm in a hundred."""
    spread_varies: bool
    stable: bool


class SubgroupSums(NamedTuple):
    """What is kept of one complete subgroup of five: Σx, and the exact 5·Σ(x - x̄)² = 5·Σx² - (Σx)²."""

    total: int
    scatter: int


def check_stability(values: Sequence[int]) -> Stability | None:
    """Charts of values in their order of making; None with fewer than two complete subgroups.

    An incomplete last subgroup is left out.
    """
    count = len(values) // SUBGROUP
    groups = [subgroup_sums(values[i * SUBGROUP : (i + 1) * SUBGROUP]) for i in range(count)]
    return _judged([(group, 1) for group in groups], in_order=True)


def stability_of(counts: Iterable[tuple[SubgroupSums, int]]) -> Stability | None:
    """The same judgement of subgroups whose order is not known, with how often each occurs."""
    return _judged(list(counts), in_order=False)


def subgroup_sums(values: Sequence[int]) -> SubgroupSums:
    """The sums of one complete subgroup."""
    total = sum(values)
    return SubgroupSums(total, SUBGROUP * sum(value * value for value in values) - total * total)


def _judged(counts: Sequence[tuple[SubgroupSums, int]], *, in_order: bool) -> Stability | None:
    number = sum(count for _, count in counts)
    if number < 2:
        return None
    means = [group.total / SUBGROUP for group, _ in counts]
    spreads = [math.sqrt(group.scatter / (SUBGROUP * _DEGREES)) for group, _ in counts]
    centre = sum(group.total * count for group, count in counts) / (number * SUBGROUP)
    # Each as often as it occurs: fsum rounds once, so the order and the grouping of subgroups leave no trace.
    every = chain.from_iterable(repeat(s, count) for s, (_, count) in zip(spreads, counts, strict=True))
    sigma = math.fsum(every) / number / c4(SUBGROUP)
    offsets = [abs(mean - centre) for mean in means]
    mean_signals = _beyond(offsets, 3.0 * sigma / math.sqrt(SUBGROUP))
    spread_signals = _beyond(spreads, _three_sigma_spread() * sigma)
    signals = sum(counts[place][1] for place in {*mean_signals, *spread_signals})
    mean_limit, spread_limit = _extremes(number, sigma)
    far, wide = bool(_beyond(offsets, mean_limit)), bool(_beyond(spreads, spread_limit))
    mean_count = sum(counts[place][1] for place in mean_signals)
    spread_count = sum(counts[place][1] for place in spread_signals)
    mean_chance, spread_chance = _chances()
    either = 1.0 - (1.0 - mean_chance) * (1.0 - spread_chance)
    return Stability(
        subgroups=number,
        centre=centre,
        sigma_within=sigma,
        mean_count=mean_count,
        spread_count=spread_count,
        mean_signals=mean_signals if in_order else None,
        spread_signals=spread_signals if in_order else None,
        location_varies=far or _too_many(mean_count, number, mean_chance),
        spread_varies=wide or _too_many(spread_count, number, spread_chance),
        stable=not far and not wide and not _too_many(signals, number, either),
    )


def _extremes(subgroups: int, sigma: float) -> tuple[float, float]:
    """How far means and how high deviations of so many stable subgroups reach, with 99.5 % probability together."""
    alone = -math.expm1(math.log1p(-FALSE_ALARM / 2.0) / (2 * subgroups))
    mean_limit = -NormalDist().inv_cdf(alone / 2.0) * sigma / math.sqrt(SUBGROUP)
    return mean_limit, sigma * math.sqrt(chi_square_quantile(1.0 - alone, _DEGREES) / _DEGREES)


def _too_many(signals: int, subgroups: int, chance: float) -> bool:
    """Whether P(at least so many signals | stable) is at most half the false alarm rate."""
    return signals > 0 and regularized_beta(chance, signals, subgroups - signals + 1) <= FALSE_ALARM / 2.0


def _chances() -> tuple[float, float]:
    """How often a stable subgroup signals on the chart of means, and on that of deviations."""
    spread_chance = 1.0 - chi_square_cdf(_DEGREES * _three_sigma_spread() ** 2, _DEGREES)
    return 2.0 * normal_cdf(-3.0), spread_chance


def _three_sigma_spread() -> float:
    """Upper limit of S in units of sigma: B4 x c4 = B6."""
    return c4(SUBGROUP) + 3.0 * math.sqrt(1.0 - c4(SUBGROUP) ** 2)


def _beyond(points: Sequence[float], limit: float) -> tuple[int, ...]:
    return tuple(index for index, point in enumerate(points) if point > limit)
