"""Quantiles of values, and capability by percentiles (ISO 22514-2, 6).

Pp = (U - L)/(X99.865 - X0.135), Ppu = (U - X50)/(X99.865 - X50), Ppl = (X50 - L)/(X50 - X0.135), Ppk the smaller. For a
normal distribution these are the usual indices.
"""

from bisect import bisect_left
from collections.abc import Sequence
from fractions import Fraction
from itertools import accumulate

import msgspec

from traceability.quality.errors import NoFigure
from traceability.quality.reason import Reason

LOW, HIGH = 0.00135, 0.99865
ENOUGH = 740
"""Fewer values have no 0.135th percentile: it would lie below the smallest of them."""


class Percentiles(msgspec.Struct, frozen=True):
    """The 0.135th, 50th and 99.865th."""

    low: float
    median: float
    high: float


class PercentileIndices(msgspec.Struct, frozen=True):
    """Indices by halves; None where the limit that they need is missing."""

    pp: float | None
    ppl: float | None
    ppu: float | None
    ppk: float


def quantile_of(counts: Sequence[tuple[int, int]], probability: float) -> float:
    """The value of rank (n + 1)·P, interpolated (Hyndman & Fan's type 6), from rising values and their counts."""
    ends = list(accumulate(count for _, count in counts))
    if not ends:
        raise NoFigure(Reason.NO_VALUES, "a quantile of nothing")
    rank = min(max((ends[-1] + 1) * Fraction(probability), Fraction(1)), Fraction(ends[-1]))
    whole = int(rank)
    below = counts[bisect_left(ends, whole)][0]
    above = counts[bisect_left(ends, min(whole + 1, ends[-1]))][0]
    return float(below + (above - below) * (rank - whole))


def empirical_percentiles(counts: Sequence[tuple[int, int]], unit: Fraction) -> Percentiles:
    """The three of at least 740 values (in steps of ``unit``); NoFigure with fewer."""
    n = sum(count for _, count in counts)
    if n < ENOUGH:
        raise NoFigure(Reason.NOT_ENOUGH_DATA, f"{n} values, {ENOUGH} needed for empirical percentiles")
    step = float(unit)
    low, median, high = (quantile_of(counts, p) * step for p in (LOW, 0.5, HIGH))
    return Percentiles(low, median, high)


def percentile_indices(found: Percentiles, lsl: float | None, usl: float | None) -> PercentileIndices:
    """The indices; NoFigure where a half has no width."""
    if not found.low < found.median < found.high:
        raise NoFigure(Reason.ZERO_SPREAD, "two of the percentiles coincide")
    ppl = None if lsl is None else (found.median - lsl) / (found.median - found.low)
    ppu = None if usl is None else (usl - found.median) / (found.high - found.median)
    pp = None if lsl is None or usl is None else (usl - lsl) / (found.high - found.low)
    sides = [side for side in (ppl, ppu) if side is not None]
    if not sides:
        raise NoFigure(Reason.NO_LIMITS, "neither a lower nor an upper limit")
    return PercentileIndices(pp, ppl, ppu, min(sides))
