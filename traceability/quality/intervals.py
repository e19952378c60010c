"""Confidence intervals of proportions and of capability indices.

Wilson (1927) is for display; Clopper & Pearson (1934) is conservative and decides evidence class A. Capability bounds
are Bissell's normal approximation (1990); Cp uses the chi-square distribution of its variance.
"""

import math
from statistics import NormalDist

import msgspec

from traceability.quality.distributions import beta_quantile, chi_square_quantile
from traceability.quality.errors import OutOfDomain

CONFIDENCE = 0.95


class Interval(msgspec.Struct, frozen=True):
    """Two-sided limits, in the unit of the figure they belong to."""

    low: float
    high: float
    confidence: float = CONFIDENCE


def wilson(successes: int, trials: int, confidence: float = CONFIDENCE) -> Interval:
    """Wilson's score interval of a proportion, without continuity correction: 0 of 20 gives 0 .. 0.161."""
    _check(successes, trials, confidence)
    z = NormalDist().inv_cdf((1.0 + confidence) / 2.0)
    share = successes / trials
    centre = (share + z * z / (2.0 * trials)) / (1.0 + z * z / trials)
    spread = share * (1.0 - share) / trials + z * z / (4.0 * trials * trials)
    half = z * math.sqrt(spread) / (1.0 + z * z / trials)
    low = 0.0 if successes == 0 else max(0.0, centre - half)
    high = 1.0 if successes == trials else min(1.0, centre + half)
    return Interval(low, high, confidence)


def clopper_pearson(successes: int, trials: int, confidence: float = CONFIDENCE) -> Interval:
    """The exact two-sided interval of a proportion; each side keeps (1 + confidence) / 2."""
    side = (1.0 + confidence) / 2.0
    low = proportion_lower_bound(successes, trials, side)
    return Interval(low, proportion_upper_bound(successes, trials, side), confidence)


def proportion_lower_bound(successes: int, trials: int, confidence: float = CONFIDENCE) -> float:
    """Clopper-Pearson's one-sided lower bound of a proportion."""
    _check(successes, trials, confidence)
    if successes == 0:
        return 0.0
    if successes == trials:
        return math.exp(math.log1p(-confidence) / trials)
    return beta_quantile(1.0 - confidence, successes, trials - successes + 1)


def proportion_upper_bound(successes: int, trials: int, confidence: float = CONFIDENCE) -> float:
    """Clopper-Pearson's one-sided upper bound of a proportion."""
    _check(successes, trials, confidence)
    if successes == trials:
        return 1.0
    if successes == 0:
        return -math.expm1(math.log1p(-confidence) / trials)
    return beta_quantile(confidence, successes + 1, trials - successes)


def units_needed(failure_share: float, confidence: float = CONFIDENCE) -> int:
    """How many units without a single failure show that no more than ``failure_share`` fail (0 < share < 1)."""
    if not (0.0 < failure_share < 1.0 and 0.0 < confidence < 1.0):
        message = f"shares and confidences lie strictly between 0 and 1, not {failure_share}, {confidence}"
        raise OutOfDomain(message)
    return math.ceil(math.log1p(-confidence) / math.log1p(-failure_share))


def cp_interval(cp: float, values: int, confidence: float = CONFIDENCE, degrees: float | None = None) -> Interval:
    """Two-sided interval of Cp or Pp: √(χ²/ν), ν = values - 1 of the overall sigma or the ``degrees`` of another."""
    freedom = _degrees(values, degrees)
    low = math.sqrt(chi_square_quantile((1.0 - confidence) / 2.0, freedom) / freedom)
    high = math.sqrt(chi_square_quantile((1.0 + confidence) / 2.0, freedom) / freedom)
    return Interval(cp * low, cp * high, confidence)


def cpk_interval(cpk: float, values: int, confidence: float = CONFIDENCE, degrees: float | None = None) -> Interval:
    """Two-sided interval of Cpk, Ppk, Cpu or Cpl of ``values`` normal values; ``degrees`` as in :func:`cp_interval`."""
    half = _cpk_half_width(cpk, values, (1.0 + confidence) / 2.0, degrees)
    return Interval(cpk - half, cpk + half, confidence)


def cpk_lower_bound(cpk: float, values: int, confidence: float = CONFIDENCE, degrees: float | None = None) -> float:
    """One-sided lower bound of Cpk or Ppk."""
    return cpk - _cpk_half_width(cpk, values, confidence, degrees)


def cp_lower_bound(cp: float, values: int, confidence: float = CONFIDENCE, degrees: float | None = None) -> float:
    """One-sided lower bound of Cp or Pp."""
    freedom = _degrees(values, degrees)
    return cp * math.sqrt(chi_square_quantile(1.0 - confidence, freedom) / freedom)


def cpm_degrees(values: int, offset: float) -> float:
    """Degrees of freedom of Cpm's χ²: n(1 + e²)²/(1 + 2e²), e the mean's distance from target in sigmas.

    R. A. Boyles, "The Taguchi capability index", Journal of Quality Technology 23 (1991) 17.
    """
    _degrees(values, None)
    squared = offset * offset
    return values * (1.0 + squared) ** 2 / (1.0 + 2.0 * squared)


def cpk_needed(threshold: float, values: int, confidence: float = CONFIDENCE) -> float | None:
    """The smallest index whose one-sided bound meets ``threshold`` > 0; None if with so few values none does."""
    z_squared = NormalDist().inv_cdf(confidence) ** 2
    quadratic = 1.0 - z_squared / (2.0 * _degrees(values, None))
    if quadratic <= 0.0:
        return None
    constant = threshold * threshold - z_squared / (9.0 * values)
    return (threshold + math.sqrt(threshold * threshold - quadratic * constant)) / quadratic


def _cpk_half_width(cpk: float, values: int, side: float, degrees: float | None) -> float:
    variance = 1.0 / (9.0 * values) + cpk * cpk / (2.0 * _degrees(values, degrees))
    return NormalDist().inv_cdf(side) * math.sqrt(variance)


def _degrees(values: int, degrees: float | None) -> float:
    if values < 2 or (degrees is not None and not degrees > 0.0):
        message = f"an interval of a capability index needs two values or more, not {values} ({degrees} degrees)"
        raise OutOfDomain(message)
    return values - 1 if degrees is None else degrees


def _check(successes: int, trials: int, confidence: float) -> None:
    if not (0 <= successes <= trials and trials > 0 and 0.0 < confidence < 1.0):
        message = f"{successes} of {trials} at confidence {confidence} is no proportion"
        raise OutOfDomain(message)
