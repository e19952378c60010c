"""Was a process stable? X̄ and S charts over consecutive subgroups of five, with limits from the data (phase I).

The choice made here. Centre line X̿; spread within subgroups σ = S̄/c4; a subgroup *signals* beyond X̿ ± 3σ/√n or above
B4·S̄, strictly (a point on the limit is none). Three-sigma limits alone would call every long stable record unstable: a
stable process shows about 7 signals in 1000 subgroups. So a process counts as unstable when either

* a subgroup lies beyond limits that a stable process of as many subgroups keeps within with 99.5 % probability (for 25
  subgroups 3.9σ/√n, for 2000 4.8σ/√n), or
* the charts show more signals than those of a stable process do with 99.5 % probability (for 25 subgroups: three),

together one false alarm in a hundred. A low S is no signal: for subgroups of five its limit is zero. Run rules (Western
Electric, Nelson) and frozen baselines belong to charts and would only add ways to be called unstable.
"""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache
from statistics import NormalDist

import msgspec

from traceability.quality.constants import c4
from traceability.quality.distributions import chi_square_cdf, chi_square_quantile, normal_cdf, regularized_beta

SUBGROUP = 5
FALSE_ALARM = 0.01
_DEGREES = SUBGROUP - 1
_FINE = 2**40  # S is a root: kept as an integer of such parts of a step, so that sums are exact in any order
_EIGHTHS = 8


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


class SubgroupTally(msgspec.Struct, frozen=True, kw_only=True):
    """Complete subgroups of five, in exact integers, whatever their order; histograms rise and count occurrences.

    Means and deviations stand apart, not in pairs: the size then grows with the spread in steps, not with time.
    """

    count: int = 0
    totals: tuple[tuple[int, int], ...] = ()
    """Σx of each subgroup."""
    spreads: tuple[tuple[int, int], ...] = ()
    """S of each subgroup in eighths of a step, rounded: for counting signals."""
    spread_sum: int = 0
    """ΣS in 2^-40 steps, each rounded down: for S̄."""


class TallyBuilder:
    """Counts complete subgroups one by one, and other tallies."""

    def __init__(self) -> None:
        self._totals: Counter[int] = Counter()
        self._spreads: Counter[int] = Counter()
        self._count = self._spread_sum = 0

    def add(self, values: Sequence[int]) -> None:
        """One complete subgroup."""
        total, spread, fine = _sums(values)
        self._totals[total] += 1
        self._spreads[spread] += 1
        self._count += 1
        self._spread_sum += fine

    def add_all(self, tally: SubgroupTally) -> None:
        """Every subgroup of ``tally``."""
        _count_in(self._totals, tally.totals)
        _count_in(self._spreads, tally.spreads)
        self._count += tally.count
        self._spread_sum += tally.spread_sum

    def tally(self) -> SubgroupTally:
        """The tally so far."""
        return SubgroupTally(
            count=self._count,
            totals=tuple(sorted(self._totals.items())),
            spreads=tuple(sorted(self._spreads.items())),
            spread_sum=self._spread_sum,
        )


def scaled(tally: SubgroupTally, scale: int) -> SubgroupTally:
    """The tally in steps ``scale`` times finer."""
    return SubgroupTally(
        count=tally.count,
        totals=tuple((total * scale, count) for total, count in tally.totals),
        spreads=tuple((spread * scale, count) for spread, count in tally.spreads),
        spread_sum=tally.spread_sum * scale,
    )


def check_stability(values: Sequence[int]) -> Stability | None:
    """Charts of values in their order of making; None with fewer than two complete subgroups.

    An incomplete last subgroup is left out.
    """
    groups = [values[start : start + SUBGROUP] for start in range(0, len(values) - SUBGROUP + 1, SUBGROUP)]
    builder = TallyBuilder()
    for group in groups:
        builder.add(group)
    found = stability_of(builder.tally())
    if found is None:
        return None
    sums = [_sums(group) for group in groups]
    mean_limit, spread_limit = _three_sigma(found.sigma_within)
    return msgspec.structs.replace(
        found,
        mean_signals=_beyond([abs(total / SUBGROUP - found.centre) for total, _, _ in sums], mean_limit),
        spread_signals=_beyond([spread / _EIGHTHS for _, spread, _ in sums], spread_limit),
    )


def stability_of(tally: SubgroupTally) -> Stability | None:
    """The same judgement of subgroups whose order is not known."""
    number = tally.count
    if number < 2:
        return None
    centre = sum(total * count for total, count in tally.totals) / (number * SUBGROUP)
    sigma = tally.spread_sum / (number * _FINE) / c4(SUBGROUP)
    offsets = [(abs(total / SUBGROUP - centre), count) for total, count in tally.totals]
    spreads = [(spread / _EIGHTHS, count) for spread, count in tally.spreads]
    mean_signal, spread_signal = _three_sigma(sigma)
    mean_count, spread_count = _count_beyond(offsets, mean_signal), _count_beyond(spreads, spread_signal)
    mean_limit, spread_limit = _extremes(number, sigma)
    far, wide = _count_beyond(offsets, mean_limit) > 0, _count_beyond(spreads, spread_limit) > 0
    mean_chance, spread_chance = _chances()
    signals = min(number, mean_count + spread_count)  # one that signals on both charts is two signals
    either = 1.0 - (1.0 - mean_chance) * (1.0 - spread_chance)
    return Stability(
        subgroups=number,
        centre=centre,
        sigma_within=sigma,
        mean_count=mean_count,
        spread_count=spread_count,
        mean_signals=None,
        spread_signals=None,
        location_varies=far or _too_many(mean_count, number, mean_chance),
        spread_varies=wide or _too_many(spread_count, number, spread_chance),
        stable=not far and not wide and not _too_many(signals, number, either),
    )


def _sums(values: Sequence[int]) -> tuple[int, int, int]:
    """Of one complete subgroup: Σx, S in eighths of a step, and S in 2^-40 steps."""
    total = sum(values)
    return total, *subgroup_spread(SUBGROUP * sum(value * value for value in values) - total * total)


def subgroup_spread(scatter: int) -> tuple[int, int]:
    """S of a complete subgroup in eighths of a step and in 2^-40 steps, from 5·Σ(x - x̄)², which is 20·S²."""
    fine = math.isqrt(scatter * _FINE * _FINE // (SUBGROUP * _DEGREES))
    return (fine * _EIGHTHS * 2 + _FINE) // (2 * _FINE), fine


def _count_in(counter: Counter[int], histogram: Iterable[tuple[int, int]]) -> None:
    for value, count in histogram:
        counter[value] += count


def _three_sigma(sigma: float) -> tuple[float, float]:
    """How far a mean lies from the centre, and how high S, before the subgroup signals."""
    return 3.0 * sigma / math.sqrt(SUBGROUP), _three_sigma_spread() * sigma


def _extremes(subgroups: int, sigma: float) -> tuple[float, float]:
    """How far means and how high deviations of so many stable subgroups reach, with 99.5 % probability together."""
    alone = -math.expm1(math.log1p(-FALSE_ALARM / 2.0) / (2 * subgroups))
    mean_limit = -NormalDist().inv_cdf(alone / 2.0) * sigma / math.sqrt(SUBGROUP)
    return mean_limit, sigma * math.sqrt(chi_square_quantile(1.0 - alone, _DEGREES) / _DEGREES)


def _too_many(signals: int, subgroups: int, chance: float) -> bool:
    """Whether P(at least so many signals | stable) is at most half the false alarm rate."""
    return signals > 0 and regularized_beta(chance, signals, subgroups - signals + 1) <= FALSE_ALARM / 2.0


@cache
def _chances() -> tuple[float, float]:
    """How often a stable subgroup signals on the chart of means, and on that of deviations."""
    spread_chance = 1.0 - chi_square_cdf(_DEGREES * _three_sigma_spread() ** 2, _DEGREES)
    return 2.0 * normal_cdf(-3.0), spread_chance


@cache
def _three_sigma_spread() -> float:
    """Upper limit of S in units of sigma: B4 x c4 = B6."""
    return c4(SUBGROUP) + 3.0 * math.sqrt(1.0 - c4(SUBGROUP) ** 2)


def _beyond(points: Sequence[float], limit: float) -> tuple[int, ...]:
    return tuple(index for index, point in enumerate(points) if point > limit)


def _count_beyond(points: Iterable[tuple[float, int]], limit: float) -> int:
    return sum(count for point, count in points if point > limit)
