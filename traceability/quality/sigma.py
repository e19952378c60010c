"""Product quality level 产品质量水平 (σ): nonconforming units per million, and the sigma level they mean.

σ = Φ⁻¹(1 − DPMO/10⁶) + 1.5. The shift of 1.5 belongs to a long-term share counted on attributes and to nothing else
(rule R6). The notice counts nonconforming *units*; defects per opportunity need a declared, versioned list of
opportunities, and the figure by units always stands beside (rule R4).
"""

import math
from fractions import Fraction
from statistics import NormalDist

import msgspec

from traceability.quality.acceptance import Acceptance
from traceability.quality.distributions import normal_cdf
from traceability.quality.errors import OutOfDomain
from traceability.quality.intervals import Interval, proportion_upper_bound, wilson
from traceability.quality.reason import Reason

MILLION = 1_000_000
SHIFT = 1.5
_Z_GAP = 0.5


class DeclaredOpportunities(msgspec.Struct, frozen=True):
    """A declared list: how many opportunities a unit has, the defects found on them, and which list (signed record)."""

    per_unit: int
    defects: int
    list_id: str


class SigmaResult(msgspec.Struct, frozen=True, kw_only=True):
    """Quality level of the units at final acceptance, first submission, pooled over product families (rule R5)."""

    units: int
    nonconforming: int
    opportunities: DeclaredOpportunities | None = None
    dpmo: Fraction | None = None
    """What is graded: per million opportunities when they are declared, else per million units."""
    unit_dpmo: Fraction | None = None
    sigma: float | None = None
    """None at zero or all nonconforming, where the normal quantile is infinite: see ``dpmo_upper_bound``."""
    dpmo_interval: Interval | None = None
    """Wilson, two-sided."""
    dpmo_upper_bound: float | None = None
    """Clopper-Pearson, one-sided."""
    trials: int | None = None
    """Where lots were judged on samples: as many single units would carry as much evidence. ``nonconforming`` is then
    rounded up; ``dpmo`` is exact."""
    reason: Reason | None = None


def assess_sigma(units: int, nonconforming: int, opportunities: DeclaredOpportunities | None = None) -> SigmaResult:
    """The quality level from counts; no units or impossible counts give a reason instead."""
    trials, failures = units, nonconforming
    possible = 0 <= nonconforming <= units
    if opportunities is not None:
        trials, failures = units * opportunities.per_unit, opportunities.defects
        possible = possible and opportunities.per_unit > 0 and 0 <= failures <= trials
    if units == 0 or not possible:
        reason = Reason.NOT_MEASURED if (units, nonconforming) == (0, 0) else Reason.INCONSISTENT_COUNTS
        return SigmaResult(units=units, nonconforming=nonconforming, opportunities=opportunities, reason=reason)
    dpmo = Fraction(failures * MILLION, trials)
    share = wilson(failures, trials)
    return SigmaResult(
        units=units,
        nonconforming=nonconforming,
        opportunities=opportunities,
        dpmo=dpmo,
        unit_dpmo=Fraction(nonconforming * MILLION, units),
        sigma=sigma_level(dpmo),
        dpmo_interval=Interval(share.low * MILLION, share.high * MILLION, share.confidence),
        dpmo_upper_bound=proportion_upper_bound(failures, trials) * MILLION,
    )


def assess_acceptance(found: Acceptance) -> SigmaResult:
    """The quality level of what was submitted at final acceptance."""
    if not found.sampled:
        return assess_sigma(found.submitted, int(found.nonconforming))
    return _sampled(found.submitted, found.nonconforming, found.trials)


def with_field_returns(result: SigmaResult, returned: int) -> SigmaResult:
    """The level with units of the same ship cohorts that failed in the field: shown beside, never better (rule R5)."""
    if returned < 0 or result.nonconforming + returned > result.units:
        return SigmaResult(units=result.units, nonconforming=result.nonconforming, reason=Reason.INCONSISTENT_COUNTS)
    if result.trials is not None and result.unit_dpmo is not None:
        return _sampled(result.units, result.unit_dpmo * result.units / MILLION + returned, result.trials)
    return assess_sigma(result.units, result.nonconforming + returned)


def worse(result: SigmaResult, with_returns: SigmaResult | None) -> SigmaResult:
    """The result that is graded: field returns can only lower it (rule R5)."""
    return result if with_returns is None or result.dpmo is None else with_returns


def _sampled(units: int, nonconforming: Fraction, trials: int) -> SigmaResult:
    share = nonconforming / units
    few, many = math.floor(share * trials), math.ceil(share * trials)
    low, high = wilson(few, trials), wilson(many, trials)
    return SigmaResult(
        units=units,
        nonconforming=math.ceil(nonconforming),
        dpmo=share * MILLION,
        unit_dpmo=share * MILLION,
        sigma=sigma_level(share * MILLION),
        dpmo_interval=Interval(low.low * MILLION, high.high * MILLION, low.confidence),
        dpmo_upper_bound=proportion_upper_bound(many, trials) * MILLION,
        trials=trials,
    )


def sigma_level(dpmo: Fraction) -> float | None:
    """σ with the shift of 1.5; None where it would be infinite (0 or a million)."""
    z = z_without_shift(dpmo)
    return None if z is None else z + SHIFT


def z_without_shift(dpmo: Fraction) -> float | None:
    """The normal quantile of a share of failures, unshifted: what compares with 3 x Ppk."""
    share = float(dpmo / MILLION)
    return -NormalDist().inv_cdf(share) if 0.0 < share < 1.0 else None


def dpmo_of(sigma: float) -> float:
    """Failures per million at a sigma level, one tail, shift of 1.5."""
    if not 0.0 <= sigma < 40.0:
        message = f"a sigma level lies between 0 and 40, not {sigma}"
        raise OutOfDomain(message)
    return MILLION * normal_cdf(SHIFT - sigma)


def counts_disagree_with_index(dpmo: Fraction, ppk: float) -> bool:
    """Whether counts and measured values of one characteristic tell different stories (rule R6): a data warning."""
    z = z_without_shift(dpmo)
    return z is not None and abs(z - 3.0 * ppk) > _Z_GAP
