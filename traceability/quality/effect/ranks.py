"""Did values move, whatever their distribution? Mann and Whitney's test with ties, and Cliff's delta.

Normal approximation with the correction for ties and for continuity; from ``FEWEST`` values on each side. The interval
of delta is from the variances of the placements (E. R. DeLong and others, Biometrics 44 (1988) 837).
"""

import math
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence
from statistics import NormalDist, variance

from traceability.quality.effect.finding import Effect
from traceability.quality.errors import OutOfDomain
from traceability.quality.intervals import Interval

FEWEST = 8


def rank_effect(before: Sequence[float], after: Sequence[float], confidence: float) -> Effect:
    """``size`` is Cliff's delta, -1 to 1: the chance that a value after is above one before less that it is below."""
    n, m = len(before), len(after)
    if min(n, m) < FEWEST:
        message = f"{FEWEST} values on each side are needed, there are {n} and {m}"
        raise OutOfDomain(message)
    above = _placements(after, sorted(before))  # share of the values before that each value after is above
    below = _placements(before, sorted(after))
    share = math.fsum(above) / m
    statistic = share * n * m
    ties = sum(count**3 - count for count in Counter([*before, *after]).values())
    sigma = math.sqrt(n * m / 12 * ((n + m + 1) - ties / ((n + m) * (n + m - 1))))
    distance = max(0.0, abs(statistic - n * m / 2) - 0.5)
    p = math.erfc(distance / sigma / math.sqrt(2)) if sigma else 1.0
    half = NormalDist().inv_cdf((1 + confidence) / 2) * math.sqrt(variance(above) / m + variance(below) / n)
    size = 2 * share - 1
    return Effect(
        size=size,
        interval=Interval(max(-1.0, size - 2 * half), min(1.0, size + 2 * half), confidence),
        p=p,
        statistic=statistic,
        larger=size > 0,
    )


def _placements(values: Sequence[float], others: Sequence[float]) -> list[float]:
    return [(bisect_left(others, one) + bisect_right(others, one)) / 2 / len(others) for one in values]
