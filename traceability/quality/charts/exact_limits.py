"""Probability limits of counts: so that a stable process signals no oftener on either side than promised.

The upper limit is the smallest count u with P(X > u) <= a, the lower one the largest l with P(X < l) <= a, where a is
the tail of the normal distribution beyond the chart's width (0.00135 for three sigma). Counts strictly outside signal.
"""

from collections.abc import Callable

from traceability.quality.distributions import (
    binomial_cdf,
    binomial_tail,
    normal_cdf,
    poisson_cdf,
    poisson_tail,
)


def binomial_limits(trials: int, p: float, width: float) -> tuple[int, int]:
    """Limits of the number nonconforming among ``trials``."""
    side = normal_cdf(-width)
    upper = _first(lambda k: binomial_tail(k, trials, p) <= side, trials)
    return _lower(lambda k: binomial_cdf(k, trials, p) > side, trials), upper


def poisson_limits(mean: float, width: float) -> tuple[int, int]:
    """Limits of a number of nonconformities with this mean."""
    side = normal_cdf(-width)
    most = 1
    while poisson_tail(most, mean) > side:
        most *= 2
    upper = _first(lambda k: poisson_tail(k, mean) <= side, most)
    return _lower(lambda k: poisson_cdf(k, mean) > side, most), upper


def _lower(exceeds: Callable[[int], bool], most: int) -> int:
    """The largest l with P(X <= l - 1) <= side: the first k whose P(X <= k) exceeds it."""
    return _first(exceeds, most)


def _first(holds: Callable[[int], bool], most: int) -> int:
    """The smallest k in 0 .. most for which a condition holds that stays true once it is; ``most`` always does."""
    low, high = 0, most
    while low < high:
        middle = (low + high) // 2
        if holds(middle):
            high = middle
        else:
            low = middle + 1
    return low
