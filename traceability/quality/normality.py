"""Do values look normal? The Anderson-Darling statistic with estimated mean and sigma (D'Agostino & Stephens 1986)."""

import math
from collections.abc import Sequence

from traceability.quality.distributions import normal_cdf
from traceability.quality.moments import moments_of

CRITICAL_5_PERCENT = 0.752
"""Beyond it, normality is rejected at the 5 % level (case 3, adjusted statistic)."""

_FEWEST = 8
_LEAST = 1e-300  # a tail beyond double precision


def anderson_darling(values: Sequence[int]) -> float | None:
    """The adjusted statistic A²(1 + 0.75/n + 2.25/n²); None with fewer than 8 values or without spread."""
    sums = moments_of(values)
    if sums.n < _FEWEST or sums.mean is None or not sums.variance:
        return None
    mean, sigma = float(sums.mean), math.sqrt(sums.variance)
    scores = [(value - mean) / sigma for value in sorted(values)]
    n = sums.n
    below = [math.log(max(_LEAST, normal_cdf(score))) for score in scores]
    above = [math.log(max(_LEAST, normal_cdf(-score))) for score in scores]
    weighted = math.fsum((2 * i + 1) * (below[i] + above[n - 1 - i]) for i in range(n))
    return (-n - weighted / n) * (1.0 + 0.75 / n + 2.25 / (n * n))
