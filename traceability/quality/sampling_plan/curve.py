"""What a plan lets through: operating characteristic, outgoing quality, sample number, and both sides' risks.

``p`` is a share of nonconforming items. From a process the count in a sample is binomial (curves of type B), from one
lot of known content hypergeometric (type A, exact fractions); nonconformities per item are Poisson. Schilling &
Neubauer, *Acceptance Sampling in Quality Control*, chapters 5 to 7. Rectifying inspection for the outgoing quality:
rejected lots are inspected whole, what is nonconforming is replaced.
"""

import math
from collections.abc import Callable
from fractions import Fraction

import msgspec

from traceability.quality.distributions import binomial_cdf, poisson_cdf
from traceability.quality.errors import OutOfDomain
from traceability.quality.sampling_plan.attributes import SinglePlan
from traceability.quality.sampling_plan.double import DoublePlan

Plan = SinglePlan | DoublePlan
_STEPS = 400
_HALVINGS = 200


def acceptance(plan: Plan, p: float) -> float:
    """The chance that a lot of a process with the share ``p`` is accepted (type B)."""
    if not 0.0 <= p <= 1.0:
        message = f"a share lies between 0 and 1, not {p}"
        raise OutOfDomain(message)
    return _accepted(plan, lambda k, n: binomial_cdf(k, n, p) if 0.0 < p < 1.0 else float(p == 0.0 or k >= n))


def acceptance_of_count(plan: Plan, per_item: float) -> float:
    """The chance of acceptance with ``per_item`` nonconformities an item (AQL above 10: per hundred items)."""
    return _accepted(plan, lambda k, n: poisson_cdf(k, per_item * n))


def acceptance_of_lot(plan: Plan, size: int, nonconforming: int) -> Fraction:
    """The chance that one lot of ``size`` items, ``nonconforming`` of them, is accepted (type A, exact)."""
    drawn = plan.sample if isinstance(plan, SinglePlan) else plan.first + plan.second
    if not (0 <= nonconforming <= size and drawn <= size):
        message = f"{nonconforming} nonconforming and {drawn} drawn of {size}"
        raise OutOfDomain(message)
    if isinstance(plan, SinglePlan):
        return sum((_drawn(k, plan.sample, size, nonconforming) for k in range(plan.accept + 1)), Fraction(0))
    chance = Fraction(0)
    for k in range(min(plan.first, plan.first_reject - 1) + 1):
        here = _drawn(k, plan.first, size, nonconforming)
        if k > plan.first_accept and here:
            left, bad = size - plan.first, nonconforming - k
            here *= sum((_drawn(more, plan.second, left, bad) for more in range(plan.accept - k + 1)), Fraction(0))
        chance += here
    return chance


def average_sample_number(plan: Plan, p: float) -> float:
    """Items inspected of a lot, on average; every sample that is begun is finished."""
    if isinstance(plan, SinglePlan):
        return float(plan.sample)
    between = binomial_cdf(plan.first_reject - 1, plan.first, p) - binomial_cdf(plan.first_accept, plan.first, p)
    return plan.first + plan.second * between


def outgoing_quality(plan: SinglePlan, size: int, p: float) -> float:
    """AOQ: the share of nonconforming items behind rectifying inspection of lots of ``size``."""
    return acceptance(plan, p) * p * (size - plan.sample) / size


class OutgoingLimit(msgspec.Struct, frozen=True):
    """AOQL: the worst outgoing quality, and at which incoming one."""

    limit: float
    at: float


def outgoing_limit(plan: SinglePlan, size: int) -> OutgoingLimit:
    """The maximum of :func:`outgoing_quality` over all p (golden section around the best of a grid)."""

    def quality(p: float) -> float:
        return outgoing_quality(plan, size, p)

    best = max(range(1, _STEPS), key=lambda step: quality(step / _STEPS))
    low, high = (best - 1) / _STEPS, (best + 1) / _STEPS
    ratio = (math.sqrt(5.0) - 1.0) / 2.0
    for _ in range(_HALVINGS):
        left, right = high - ratio * (high - low), low + ratio * (high - low)
        if quality(left) < quality(right):
            low = left
        else:
            high = right
    return OutgoingLimit(quality(low), low)


def quality_accepted(plan: Plan, chance: float) -> float:
    """The share p that is accepted with this chance: 0.95 producer's, 0.5 indifference, 0.10 consumer's quality."""
    if not 0.0 < chance < 1.0:
        message = f"a chance lies strictly between 0 and 1, not {chance}"
        raise OutOfDomain(message)
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2.0
        low, high = (middle, high) if acceptance(plan, middle) > chance else (low, middle)
    return low


class Risks(msgspec.Struct, frozen=True, kw_only=True):
    """``producer``: the chance that a lot as good as the AQL is rejected; ``consumer``: what passes one time in ten."""

    producer: float
    indifference: float
    consumer: float


def risks(plan: Plan, aql_share: float) -> Risks:
    """The risks of a plan at an AQL that is given as a share."""
    return Risks(
        producer=1.0 - acceptance(plan, aql_share),
        indifference=quality_accepted(plan, 0.5),
        consumer=quality_accepted(plan, 0.1),
    )


def _accepted(plan: Plan, at_most: Callable[[int, int], float]) -> float:
    if isinstance(plan, SinglePlan):
        return at_most(plan.accept, plan.sample)
    chance = at_most(plan.first_accept, plan.first)
    for k in range(plan.first_accept + 1, min(plan.first, plan.first_reject - 1) + 1):
        here = at_most(k, plan.first) - at_most(k - 1, plan.first)
        chance += here * at_most(plan.accept - k, plan.second)
    return chance


def _drawn(k: int, sample: int, size: int, nonconforming: int) -> Fraction:
    """The chance of just ``k`` nonconforming in a sample without replacement."""
    if not 0 <= k <= nonconforming or sample - k > size - nonconforming or k > sample:
        return Fraction(0)
    ways = math.comb(nonconforming, k) * math.comb(size - nonconforming, sample - k)
    return Fraction(ways, math.comb(size, sample))
