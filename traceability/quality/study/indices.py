"""Capability figures with their intervals, by a mean and a sigma."""

import math
from fractions import Fraction

import msgspec

from traceability.quality.capability_index import cpm
from traceability.quality.intervals import (
    Interval,
    cp_interval,
    cp_lower_bound,
    cpk_interval,
    cpk_lower_bound,
    cpm_degrees,
)
from traceability.quality.study.limits import Limits


class Figure(msgspec.Struct, frozen=True):
    """An index, its two-sided interval and its one-sided lower bound at the same confidence."""

    value: float
    interval: Interval | None = None
    lower_bound: float | None = None


class NormalIndices(msgspec.Struct, frozen=True, kw_only=True):
    """Cp, Cpl, Cpu, Cpk, whatever spread they use; None where the limit that they need is missing."""

    cp: Figure | None
    cpl: Figure | None
    cpu: Figure | None
    cpk: Figure


def normal_indices(
    mean: float,
    sigma: float,
    limits: tuple[float | None, float | None],
    n: int,
    *,
    confidence: float,
    degrees: float | None = None,
) -> NormalIndices:
    """The indices of ``n`` values; ``degrees``: those of sigma, n - 1 by default."""
    lsl, usl = limits

    def centred(value: float) -> Figure:
        return Figure(
            value, cpk_interval(value, n, confidence, degrees), cpk_lower_bound(value, n, confidence, degrees)
        )

    lower = None if lsl is None else centred((mean - lsl) / (3.0 * sigma))
    upper = None if usl is None else centred((usl - mean) / (3.0 * sigma))
    both = None
    if lsl is not None and usl is not None:
        value = (usl - lsl) / (6.0 * sigma)
        both = Figure(value, cp_interval(value, n, confidence, degrees), cp_lower_bound(value, n, confidence, degrees))
    worse = min((side for side in (lower, upper) if side is not None), key=lambda side: side.value)
    return NormalIndices(cp=both, cpl=lower, cpu=upper, cpk=worse)


def cpm_figure(mean: Fraction, variance: Fraction, limits: Limits, n: int, confidence: float) -> Figure | None:
    """Cpm with Boyles' interval; None without a target or with one limit only."""
    if limits.lsl is None or limits.usl is None or limits.target is None:
        return None
    value = cpm(mean, variance, limits.lsl, limits.usl, limits.target).value
    offset = abs(float(mean - limits.target)) / math.sqrt(variance)
    degrees = cpm_degrees(n, offset)
    return Figure(value, cp_interval(value, n, confidence, degrees), cp_lower_bound(value, n, confidence, degrees))
