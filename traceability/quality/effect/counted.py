"""Did a share move? Fisher's exact test, and the interval of the difference.

The interval is the hybrid score one: R. G. Newcombe, "Interval estimation for the difference between independent
proportions", Statistics in Medicine 17 (1998) 873, method 10.
"""

import math
from statistics import NormalDist

from traceability.quality.consistency.counted import Counted, fisher_two_sided
from traceability.quality.effect.finding import Effect
from traceability.quality.errors import OutOfDomain
from traceability.quality.intervals import Interval, wilson


def share_effect(before: tuple[int, int], after: tuple[int, int], confidence: float) -> Effect:
    """Of ``(k, n)`` before and after, 0 <= k <= n, n > 0; ``size`` is the difference of the shares."""
    (k, n), (other_k, other_n) = before, after
    one, other = wilson(k, n, confidence), wilson(other_k, other_n, confidence)  # refuse what is no share
    share, other_share = k / n, other_k / other_n
    size = other_share - share
    down = math.hypot(other_share - other.low, one.high - share)
    up = math.hypot(other.high - other_share, share - one.low)
    rare = k + other_k <= n + other_n - k - other_k  # the same test of the rarer of the two, in fewer steps
    counts = (
        (Counted(k, n), Counted(other_k, other_n)) if rare else (Counted(n - k, n), Counted(other_n - other_k, other_n))
    )
    return Effect(
        size=size,
        interval=Interval(max(-1.0, size - down), min(1.0, size + up), confidence),
        p=fisher_two_sided(*counts),
        larger=other_k * n > k * other_n,
    )


def units_for(before: float, after: float, level: float = 0.05, power: float = 0.8) -> int:
    """About how many units on each side show a change between two shares (normal approximation, two-sided)."""
    if not (0.0 <= before <= 1.0 and 0.0 <= after <= 1.0) or before == after:
        message = f"two different shares between 0 and 1 are needed, not {before} and {after}"
        raise OutOfDomain(message)
    normal = NormalDist()
    z = normal.inv_cdf(1 - level / 2) + normal.inv_cdf(power)
    spread = before * (1 - before) + after * (1 - after)
    return math.ceil(z * z * spread / (after - before) ** 2)
