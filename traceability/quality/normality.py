"""Do values look normal? The Anderson-Darling statistic with estimated mean and sigma (D'Agostino & Stephens 1986)."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence

from traceability.quality.distributions import normal_cdf
from traceability.quality.moments import Moments, moments_of

CRITICAL_5_PERCENT = 0.752
"""Beyond it, normality is rejected at the 5 % level (case 3, adjusted statistic)."""

_FEWEST = 8
_LEAST = 1e-300  # a tail beyond double precision


def anderson_darling(values: Sequence[int]) -> float | None:
    """The adjusted statistic A²(1 + 0.75/n + 2.25/n²); None with fewer than 8 values or without spread."""
    return anderson_darling_counted(moments_of(values), sorted(Counter(values).items()))


def anderson_darling_counted(sums: Moments, counts: Iterable[tuple[int, int]]) -> float | None:
    """As :func:`anderson_darling`, of values in rising order with how often each occurs; ``sums``: over all of them.

    The terms of equal values are added at once: (2i + 1) over ranks i of a block is its length times their middle.
    """
    if sums.n < _FEWEST or sums.mean is None or not sums.variance:
        return None
    mean, sigma, n = float(sums.mean), math.sqrt(sums.variance), sums.n
    erfc, log, root = math.erfc, math.log, math.sqrt(2.0)  # this runs for each value of each figure of a list
    terms, rank = [], 0
    for value, count in counts:
        score = (value - mean) / sigma / root
        below = log(max(_LEAST, 0.5 * erfc(-score)))
        above = log(max(_LEAST, 0.5 * erfc(score)))
        weight = count * (2 * rank + count)
        terms.append(weight * below + (2 * n * count - weight) * above)
        rank += count
    return _adjusted(-n - math.fsum(terms) / n, n)


def anderson_darling_of(scores: Sequence[float]) -> float | None:
    """The adjusted statistic of doubles in rising order; None with fewer than 8 or without spread."""
    n = len(scores)
    if n < _FEWEST:
        return None
    mean = math.fsum(scores) / n
    sigma = math.sqrt(math.fsum((score - mean) ** 2 for score in scores) / (n - 1))
    if sigma == 0.0:
        return None
    tails = [(normal_cdf((s - mean) / sigma), normal_cdf((mean - s) / sigma)) for s in scores]
    return _adjusted(statistic_of(tails), n)


def statistic_of(tails: Sequence[tuple[float, float]]) -> float:
    """A² from (P(X <= x), P(X > x)) of values in rising order, unadjusted."""
    n = len(tails)
    below = [math.log(max(_LEAST, tail[0])) for tail in tails]
    above = [math.log(max(_LEAST, tail[1])) for tail in tails]
    return -n - math.fsum((2 * i + 1) * (below[i] + above[n - 1 - i]) for i in range(n)) / n


def normal_p_value(adjusted: float) -> float:
    """The p value of the adjusted statistic (D'Agostino & Stephens 1986, table 4.9)."""
    a = adjusted
    if a >= 0.6:
        return math.exp(1.2937 - 5.709 * a + 0.0186 * a * a) if a < 13.0 else 0.0
    if a >= 0.34:
        return math.exp(0.9177 - 4.279 * a - 1.38 * a * a)
    if a >= 0.2:
        return 1.0 - math.exp(-8.318 + 42.796 * a - 59.938 * a * a)
    return 1.0 - math.exp(-13.436 + 101.14 * a - 223.73 * a * a)


def _adjusted(statistic: float, n: int) -> float:
    return statistic * (1.0 + 0.75 / n + 2.25 / (n * n))
