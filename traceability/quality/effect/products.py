"""Did a product of shares move? Rolled yields, from the counts of every operation.

The variance of a product of independent estimates by its first-order terms (the delta method; L. A. Goodman, "On the
exact variance of products", JASA 55 (1960) 708): P² Σ (1 - p)/(n p). In it, and in p, one success and one failure are
added to every operation, after A. Agresti and B. Caffo, The American Statistician 54 (2000) 280: an operation at which
all was good would else be taken for sure. Output weighs the families, and is taken as given.
"""

import math
from collections.abc import Sequence
from statistics import NormalDist

import msgspec

from traceability.quality.effect.finding import Effect
from traceability.quality.errors import OutOfDomain
from traceability.quality.intervals import Interval


class Family(msgspec.Struct, frozen=True, kw_only=True):
    """A product family: its output in units, and of each operation ``(k, n)``, good ones of those submitted."""

    output: int
    steps: tuple[tuple[int, int], ...]


def product_effect(before: Sequence[Family], after: Sequence[Family], confidence: float) -> Effect:
    """The difference of the output-weighted products; ``OutOfDomain`` for counts that are no shares."""
    (one, variance), (other, more) = _estimate(before), _estimate(after)
    size, normal = other - one, NormalDist()
    sigma = math.sqrt(variance + more)
    half = normal.inv_cdf((1 + confidence) / 2) * sigma
    z = size / sigma
    return Effect(
        size=size,
        interval=Interval(max(-1.0, size - half), min(1.0, size + half), confidence),
        p=math.erfc(abs(z) / math.sqrt(2)),
        statistic=z,
        larger=size > 0,
    )


def _estimate(families: Sequence[Family]) -> tuple[float, float]:
    """The weighted product as it is, and its variance."""
    steps = [step for family in families for step in family.steps]
    output = sum(family.output for family in families)
    if not steps or output <= 0 or any(not 0 <= k <= n or n == 0 for k, n in steps):
        raise OutOfDomain("the figure is no product of counted shares")
    value = variance = 0.0
    for family in families:
        weight = family.output / output
        shares = [((k + 1) / (n + 2), n + 2) for k, n in family.steps]
        product = math.prod(share for share, _ in shares)
        value += weight * math.prod(k / n for k, n in family.steps)
        variance += (weight * product) ** 2 * math.fsum((1 - share) / (share * n) for share, n in shares)
    return value, variance
