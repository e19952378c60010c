"""Plans on measurements of a normal characteristic, after ISO 3951-1: s-method and σ-method, k form and p* form.

The sample sizes of the s-method go by the code letter. They and the constants k are *derived*, not the standard's: k
is chosen so that the plan and the single plan of ISO 2859-1 with the same letter, AQL and severity accept the same
share half the time (indifference quality). The whole tables of ISO 3951 were not to be had; of the three plans of its
worked examples (ISO 3951-2:2013, 16.2 and 16.3.2: letter B at 4.0 with p* 0.1925, F at 2.5 with k 1.426, K at 0.10
with k 2.580) the constants lie within 0.025 of these, and two have the sample of this module; that of K is 28 there
and 50 here, so that a lot is judged on more items. Whoever has agreed on the standard's own tables gives ``n`` and
``k`` in the agreement (:func:`stated_plan`). The σ-method's sample is derived in the same manner, with the single
plan's consumer's risk quality (10 %) as the second point, and never larger than the s-method's.

Acceptance: for one limit Q = (U - mean)/s ≥ k, or (mean - L)/s ≥ k. For two limits under one AQL the estimated share
of nonconforming items beyond both (minimum variance unbiased; Lieberman & Resnikoff 1955) is at most p*, that of a
one-sided lot just accepted; with one limit this says the same as Q ≥ k.
"""

import math
from collections.abc import Sequence
from decimal import Decimal
from functools import cache
from statistics import NormalDist, fmean

import msgspec

from traceability.quality.distributions import normal_cdf, regularized_beta
from traceability.quality.errors import OutOfDomain
from traceability.quality.sampling_plan.attributes import LARGEST_SHARE, Severity, SinglePlan, single_plan
from traceability.quality.sampling_plan.curve import quality_accepted
from traceability.quality.sampling_plan.letters import LETTERS, InspectionLevel, code_letter

_SAMPLES = dict(zip("BCDEFGHJKLMNPQR", (3, 4, 6, 9, 13, 18, 25, 35, 50, 70, 95, 125, 160, 200, 250), strict=True))
FEWEST = 3
_NODES = 800
_HALVINGS = 40


class VariablesPlan(msgspec.Struct, frozen=True, kw_only=True):
    """Measure ``sample`` items; accept when the quality statistic reaches ``k``. ``sigma`` known: σ-method."""

    sample: int
    k: float
    sigma: float | None = None
    letter: str = ""
    derived: bool = True
    """Whether k is this module's, not one that was agreed."""


class Judgement(msgspec.Struct, frozen=True, kw_only=True):
    """Mean and spread of the sample, the statistic of each limit, the shares estimated beyond them, the verdict."""

    mean: float
    spread: float
    lower: float | None
    upper: float | None
    beyond: float
    allowed: float
    accepted: bool


def s_plan(letter: str, aql: Decimal, severity: Severity = Severity.NORMAL) -> VariablesPlan:
    """The plan for an unknown process spread; arrows lead to the same letters as with attributes."""
    single = _single(letter, aql, severity)
    sample = _SAMPLES[_sized_as(single.letter, severity)]
    return VariablesPlan(sample=sample, k=_k_of_s(sample, single), letter=single.letter)


def sigma_plan(letter: str, aql: Decimal, sigma: float, severity: Severity = Severity.NORMAL) -> VariablesPlan:
    """The plan for a process spread that is known, by a control chart that shows it stable."""
    if not (sigma > 0.0 and math.isfinite(sigma)):
        message = f"a known spread is a positive number, not {sigma}"
        raise OutOfDomain(message)
    single = _single(letter, aql, severity)
    normal = NormalDist()
    k = -normal.inv_cdf(quality_accepted(single, 0.5))
    distance = k + normal.inv_cdf(quality_accepted(single, 0.1))
    sample = min(math.ceil((normal.inv_cdf(0.9) / distance) ** 2), s_plan(letter, aql, severity).sample)
    return VariablesPlan(sample=sample, k=k, sigma=sigma, letter=single.letter)


def s_plan_for_lot(
    size: int, aql: Decimal, severity: Severity = Severity.NORMAL, level: InspectionLevel = InspectionLevel.II
) -> VariablesPlan | None:
    """The s-method's plan for a lot; None for a lot that is not larger than its sample."""
    plan = s_plan(code_letter(size, level), aql, severity)
    return plan if plan.sample < size else None


def stated_plan(sample: int, k: float, sigma: float | None = None) -> VariablesPlan:
    """A plan as agreed, with the constants of whatever table the parties hold."""
    if sample < (FEWEST if sigma is None else 1) or not math.isfinite(k):
        message = f"a plan on measurements needs {FEWEST} items and a number k, not {sample} and {k}"
        raise OutOfDomain(message)
    return VariablesPlan(sample=sample, k=k, sigma=sigma, derived=False)


def judge(
    plan: VariablesPlan, values: Sequence[float], *, lower: float | None = None, upper: float | None = None
) -> Judgement:
    """Judge a sample of just the plan's size against one limit or both under one AQL."""
    if len(values) != plan.sample or (lower is None and upper is None):
        message = f"the plan asks for {plan.sample} values and a limit; there are {len(values)} values"
        raise OutOfDomain(message)
    mean = fmean(values)
    spread = plan.sigma or math.sqrt(math.fsum((value - mean) ** 2 for value in values) / (plan.sample - 1))
    below = None if lower is None else _statistic(mean - lower, spread)
    above = None if upper is None else _statistic(upper - mean, spread)
    beyond = sum(_estimated(plan, each) for each in (below, above) if each is not None)
    allowed = _estimated(plan, plan.k)
    one = below if above is None else above if below is None else None
    accepted = beyond <= allowed if one is None else one >= plan.k
    return Judgement(
        mean=mean, spread=spread, lower=below, upper=above, beyond=beyond, allowed=allowed, accepted=accepted
    )


def acceptance_by_variables(plan: VariablesPlan, p: float) -> float:
    """The chance that a lot with the share ``p`` beyond one limit is accepted (noncentral t, or normal for known σ)."""
    if not 0.0 < p < 1.0:
        message = f"a share lies strictly between 0 and 1, not {p}"
        raise OutOfDomain(message)
    distance = -NormalDist().inv_cdf(p)
    if plan.sigma is not None:
        return normal_cdf(math.sqrt(plan.sample) * (distance - plan.k))
    return _noncentral(plan.sample, plan.k, distance)


def _single(letter: str, aql: Decimal, severity: Severity) -> SinglePlan:
    if aql > LARGEST_SHARE:
        message = f"measurements speak of nonconforming items: the AQL is at most {LARGEST_SHARE} per cent, not {aql}"
        raise OutOfDomain(message)
    return single_plan(letter, aql, severity)


def _sized_as(letter: str, severity: Severity) -> str:
    """Reduced samples are those of the letter two before, as with attributes; there is none smaller than B's."""
    at = LETTERS.index(letter) - (2 if severity is Severity.REDUCED else 0)
    return LETTERS[min(max(at, LETTERS.index("B")), LETTERS.index("R"))]


@cache
def _k_of_s(sample: int, single: SinglePlan) -> float:
    distance = -NormalDist().inv_cdf(quality_accepted(single, 0.5))
    low, high = distance - 2.0, distance + 2.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2.0
        low, high = (middle, high) if _noncentral(sample, middle, distance) > 0.5 else (low, middle)
    return round(low, 4)


def _noncentral(sample: int, k: float, distance: float) -> float:
    """P(mean + k s ≤ U) of a normal sample with U ``distance`` σ above the mean, by Simpson's rule over s/σ."""
    freedom, root = sample - 1, math.sqrt(sample)
    width = 1.0 / math.sqrt(2.0 * freedom)
    low, high = max(0.0, 1.0 - 10.0 * width), 1.0 + 12.0 * width
    log_scale = math.log(2.0) + freedom / 2.0 * math.log(freedom / 2.0) - math.lgamma(freedom / 2.0)
    step = (high - low) / _NODES

    def at(ratio: float) -> float:
        if ratio <= 0.0:
            return 0.0 if freedom > 1 else math.exp(log_scale) * normal_cdf(root * distance)
        density = math.exp(log_scale + (freedom - 1) * math.log(ratio) - freedom * ratio * ratio / 2.0)
        return density * normal_cdf(root * (distance - k * ratio))

    odd = math.fsum(at(low + step * i) for i in range(1, _NODES, 2))
    even = math.fsum(at(low + step * i) for i in range(2, _NODES, 2))
    return min(1.0, step / 3.0 * (at(low) + 4.0 * odd + 2.0 * even + at(high)))


def _statistic(distance: float, spread: float) -> float:
    if spread > 0.0:
        return distance / spread
    return math.inf if distance >= 0.0 else -math.inf


def _estimated(plan: VariablesPlan, statistic: float) -> float:
    """The share beyond a limit at that statistic: unbiased, of minimum variance."""
    n = plan.sample
    if plan.sigma is not None:
        if n == 1:
            return 0.0 if statistic >= 0.0 else 1.0
        return normal_cdf(-statistic * math.sqrt(n / (n - 1)))
    x = 0.5 - 0.5 * statistic * math.sqrt(n) / (n - 1)
    return regularized_beta(min(1.0, max(0.0, x)), n / 2.0 - 1.0, n / 2.0 - 1.0)
