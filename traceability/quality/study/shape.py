"""Which distribution the indices rest on: normal, fitted, transformed, or the values' own percentiles."""

import math
from collections import Counter
from collections.abc import Sequence
from enum import StrEnum
from fractions import Fraction

import msgspec

from traceability.quality.distributions import t_quantile
from traceability.quality.errors import NoFigure
from traceability.quality.fit.boxcox import BoxCox, box_cox_of
from traceability.quality.fit.families import Distribution, Family, Normal
from traceability.quality.fit.goodness import JOHNSON, TWO_PARAMETERS, Candidate, choice_of
from traceability.quality.fit.likelihood import fit
from traceability.quality.intervals import Interval
from traceability.quality.reason import Reason
from traceability.quality.study.limits import Limits
from traceability.quality.study.percentiles import (
    HIGH,
    LOW,
    PercentileIndices,
    Percentiles,
    empirical_percentiles,
    percentile_indices,
)

JACKKNIFE_GROUPS = 20


class Method(StrEnum):
    """How the overall indices are computed."""

    AUTO = "auto"
    """Normal where the values look it, else fitted; unstable processes by percentiles of all the values."""
    NORMAL = "normal"
    FITTED = "fitted percentiles"
    JOHNSON = "johnson percentiles"
    EMPIRICAL = "empirical percentiles"
    BOX_COX = "box-cox"


class Shape(msgspec.Struct, frozen=True, kw_only=True):
    """Indices by percentiles and what they come from."""

    method: Method
    indices: PercentileIndices
    percentiles: Percentiles
    candidates: tuple[Candidate, ...] = ()
    distribution: Distribution | None = None
    ppk_interval: Interval | None = None
    pp_interval: Interval | None = None
    """By the delete-a-group jackknife with 20 groups; None where there is none."""


def fitted_shape(values: Sequence[float], limits: Limits, origin: float, method: Method, confidence: float) -> Shape:
    """By the percentiles of the family that fits best (JOHNSON: of Johnson's system)."""
    families = JOHNSON if method is Method.JOHNSON else (*TWO_PARAMETERS, *JOHNSON)
    choice = choice_of(values, origin, families)
    distribution = _unbiased(choice.best.distribution, len(values))
    family = distribution.family
    found = _by(distribution, limits)
    pp_interval = ppk_interval = None
    if family not in JOHNSON and len(values) >= 5 * JACKKNIFE_GROUPS:
        parts = [_refitted(values, family, origin, limits, group) for group in range(JACKKNIFE_GROUPS)]
        ppk_interval = _jackknife(found[1].ppk, [part.ppk for part in parts], confidence)
        if found[1].pp is not None:
            pp_interval = _jackknife(found[1].pp, [part.pp or 0.0 for part in parts], confidence)
    return Shape(
        method=method,
        indices=found[1],
        percentiles=found[0],
        candidates=choice.candidates,
        distribution=distribution,
        ppk_interval=ppk_interval,
        pp_interval=pp_interval,
    )


def empirical_shape(values: Sequence[int], unit: Fraction, limits: Limits) -> Shape:
    """By the values' own percentiles; NoFigure with fewer than 740."""
    found = empirical_percentiles(sorted(Counter(values).items()), unit)
    indices = percentile_indices(found, *_floats(limits))
    return Shape(method=Method.EMPIRICAL, indices=indices, percentiles=found)


def box_cox_values(values: Sequence[float], confidence: float) -> tuple[BoxCox, list[float]]:
    """The power and the values after it."""
    power = box_cox_of(values, confidence)
    return power, [power.transformed(value) for value in values]


def _by(distribution: Distribution, limits: Limits) -> tuple[Percentiles, PercentileIndices]:
    found = Percentiles(*(distribution.quantile(p) for p in (LOW, 0.5, HIGH)))
    return found, percentile_indices(found, *_floats(limits))


def _refitted(
    values: Sequence[float], family: Family, origin: float, limits: Limits, left_out: int
) -> PercentileIndices:
    kept = [value for place, value in enumerate(values) if place % JACKKNIFE_GROUPS != left_out]
    return _by(_unbiased(fit(family, kept, origin).distribution, len(kept)), limits)[1]


def _jackknife(value: float, parts: Sequence[float], confidence: float) -> Interval | None:
    count = len(parts)
    mean = math.fsum(parts) / count
    error = math.sqrt((count - 1) / count * math.fsum((part - mean) ** 2 for part in parts))
    half = t_quantile((1.0 + confidence) / 2.0, count - 1) * error
    return Interval(value - half, value + half, confidence)


def _unbiased(distribution: Distribution, n: int) -> Distribution:
    """A normal fit with the usual s (divisor n - 1) in place of the maximum likelihood estimate."""
    if isinstance(distribution, Normal):
        return Normal(distribution.mean, distribution.sigma * math.sqrt(n / (n - 1)))
    return distribution


def _floats(limits: Limits) -> tuple[float | None, float | None]:
    lsl = None if limits.lsl is None else float(limits.lsl)
    return lsl, None if limits.usl is None else float(limits.usl)


def transformed_limits(limits: Limits, power: BoxCox) -> tuple[float | None, float | None]:
    """The limits after the power; NoFigure for one that is not above 0."""
    found = []
    for limit in _floats(limits):
        if limit is not None and limit <= 0.0:
            raise NoFigure(Reason.NOT_POSITIVE, f"Box-Cox needs limits above 0, not {limit}")
        found.append(None if limit is None else power.transformed(limit))
    return found[0], found[1]
