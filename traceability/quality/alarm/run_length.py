"""Average run lengths: how many units a rule judges between two false alarms, and the limit for a wanted number.

- CUSUM: Siegmund's approximation (Sequential Analysis, 1985, 2.5; Montgomery 9.1.3), both sides together; for
  k = 0.5 and h = 4.77 it gives 371, published are 369 to 370.
- EWMA of weight 0.2 and EWMA of squares of weight 0.1: limits computed by a Markov chain (Brook & Evans, Biometrika 59,
  1972, 539) with 301 and 600 states, tabled here, and interpolated in the logarithm of the run length.
- Bernoulli CUSUM: exact. With weights +m for a failure and -1 for a good unit the sum walks down by single steps, so
  the chance and the expected time of going down one step follow from those of the steps above.
"""

import math
from bisect import bisect_left
from collections.abc import Iterator
from itertools import count

import msgspec

from traceability.quality.errors import OutOfDomain

ALLOWANCE = 0.5
EWMA_WEIGHT = 0.2
SQUARES_WEIGHT = 0.1
_CORRECTION = 1.166

_RUN_LENGTHS = (100, 300, 1_000, 3_000, 10_000, 30_000, 100_000, 300_000, 1_000_000)
_EWMA_WIDTHS = (2.3596, 2.7848, 3.1867, 3.5116, 3.8345, 4.1062, 4.3841, 4.6228, 4.8710)
_SQUARES_LIMITS = (1.6455, 1.9492, 2.2518, 2.5077, 2.7740, 3.0088, 3.2600, 3.4856, 3.7299)

PUBLISHED: dict[frozenset[str], float] = {
    frozenset({"WE1"}): 370.40,
    frozenset({"WE1", "WE2"}): 225.44,
    frozenset({"WE1", "WE3"}): 166.05,
    frozenset({"WE1", "WE4"}): 152.73,
    frozenset({"WE1", "WE2", "WE3", "WE4"}): 91.75,
}
"""Sets of patterns whose run length on a stable normal process is published (Champ & Woodall 1987)."""


class CountLimit(msgspec.Struct, frozen=True):
    """A Bernoulli CUSUM in whole steps: ``step`` for a failure, -1 for a good unit, a signal above ``limit``."""

    step: int
    limit: int


def ewma_width(every: float) -> float:
    """Width L of the steady limits of an EWMA of weight 0.2, both sides, for one false alarm in so many values."""
    return _interpolated(every, _EWMA_WIDTHS)


def squares_limit(every: float) -> float:
    """Upper limit of an EWMA (weight 0.1, from 1) of squared standardised errors for one false alarm in so many."""
    return _interpolated(every, _SQUARES_LIMITS)


def cusum_run_length(h: float, shift: float = 0.0) -> float:
    """Of a two-sided CUSUM with k = 0.5, at a shift of the mean in sigmas."""
    return 1.0 / (1.0 / _one_sided(h, shift) + 1.0 / _one_sided(h, -shift))


def cusum_interval(every: float) -> float:
    """Decision interval h for one false alarm in so many values."""
    low, high = 0.1, 40.0
    for _ in range(60):
        middle = (low + high) / 2.0
        if cusum_run_length(middle) < every:
            low = middle
        else:
            high = middle
    return high


def count_step(accepted: float, raised: float) -> int:
    """What a failure adds in steps of a good unit: the ratio of the likelihoods' logarithms, made whole."""
    good = math.log1p(-accepted) - math.log1p(-raised)
    return max(1, round(math.log(raised / accepted) / good))


def count_limit(accepted: float, raised: float, every: float) -> CountLimit:
    """The smallest limit with at most one false alarm in ``every`` units at the accepted share."""
    step = count_step(accepted, raised)
    for limit, length in enumerate(_count_lengths(accepted, step)):
        if length >= every:
            return CountLimit(step, limit)
    raise AssertionError("run lengths grow without end")


def count_run_length(design: CountLimit, share: float) -> float:
    """Average number of units to a signal when this share of them fails, from a sum of 0."""
    if not 0.0 < share < 1.0:
        message = f"a share lies between 0 and 1, not {share}"
        raise OutOfDomain(message)
    return next(length for limit, length in enumerate(_count_lengths(share, design.step)) if limit == design.limit)


def consecutive_run_length(share: float, length: int) -> float:
    """Average number of units to ``length`` failures in a row: (1 - p^k) / ((1 - p)·p^k) (Feller I, XIII.7)."""
    return (1.0 - share**length) / ((1.0 - share) * share**length)


def _count_lengths(p: float, step: int) -> Iterator[float]:
    """Run lengths for the limits 0, 1, 2 …; levels are counted downwards from the limit.

    ``down[d]``: the chance of getting one step down from level d before a signal; products of them, and expected times
    weighted by these products, are kept as running sums, so that a jump of ``step`` levels costs no more than one.
    """
    q = 1.0 - p
    products, times = [1.0], [0.0]
    for level in count():
        if level < step:
            again, taken = 0.0, 0.0
        else:
            above = products[level - step]
            again, taken = products[level] / above, (times[level] - times[level - step]) / above
        yield (1.0 + p * taken) / (p * (1.0 - again))
        down, time = q / (1.0 - p * again), (1.0 + p * taken) / (1.0 - p * again)
        products.append(products[level] * down)
        times.append(times[level] + time * products[level])


def _one_sided(h: float, shift: float) -> float:
    drift, height = shift - ALLOWANCE, h + _CORRECTION
    if abs(drift) < 1e-9:
        return height * height
    return (math.exp(-2.0 * drift * height) + 2.0 * drift * height - 1.0) / (2.0 * drift * drift)


def _interpolated(every: float, limits: tuple[float, ...]) -> float:
    if not _RUN_LENGTHS[0] <= every <= _RUN_LENGTHS[-1]:
        message = f"limits are known for one false alarm in {_RUN_LENGTHS[0]} to {_RUN_LENGTHS[-1]}, not {every}"
        raise OutOfDomain(message)
    right = max(1, bisect_left(_RUN_LENGTHS, every))
    low, high = math.log(_RUN_LENGTHS[right - 1]), math.log(_RUN_LENGTHS[right])
    share = (math.log(every) - low) / (high - low)
    return limits[right - 1] + share * (limits[right] - limits[right - 1])
