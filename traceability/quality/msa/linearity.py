"""Linearity: does the bias change over the measuring range? (AIAG MSA, chapter III B, independent sample.)

Regression of every single bias on its reference value, bias = slope·reference + intercept, with t tests of both and
the confidence band of the line; a gauge is acceptable where "bias = 0" lies within the band over the whole range.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

import msgspec

from traceability.quality.distributions import t_quantile, t_tail
from traceability.quality.errors import NoFigure
from traceability.quality.intervals import CONFIDENCE, Interval
from traceability.quality.reason import Reason
from traceability.quality.refusal import or_refused
from traceability.quality.steps import Number, grouped_steps


class Coefficient(msgspec.Struct, frozen=True):
    """One regression coefficient with its test against 0 (two-sided)."""

    value: float
    error: float
    t: float | None
    p: float | None
    interval: Interval


class BandPoint(msgspec.Struct, frozen=True):
    """One reference: the mean bias there, the line, and the band of the line."""

    reference: float
    mean_bias: float
    line: float
    band: Interval


class Linearity(msgspec.Struct, frozen=True, kw_only=True):
    """The line through the biases."""

    n: int
    slope: Coefficient
    intercept: Coefficient
    r_squared: float
    residual_deviation: float
    points: tuple[BandPoint, ...]

    @property
    def zero_within_band(self) -> bool:
        """Whether zero bias lies in the band at every reference."""
        return all(point.band.low <= 0.0 <= point.band.high for point in self.points)


class _Line(msgspec.Struct, frozen=True):
    slope: Fraction
    intercept: Fraction
    mean_x: Fraction
    spread_x: Fraction
    residual: Fraction
    total: Fraction
    n: int


@or_refused
def linearity_study(values: Mapping[Number, Sequence[Number]], confidence: float = CONFIDENCE) -> Linearity:
    """``values``: what was read at each reference value."""
    if len(values) < 2:
        raise NoFigure(Reason.NOT_ENOUGH_DATA, f"{len(values)} references, two are needed")
    references = list(values)
    groups, unit = grouped_steps([references, *(values[reference] for reference in references)])
    xs = groups[0]
    if len({step for group in groups[1:] for step in group}) == 1 and sum(map(len, groups[1:])) > 1:
        raise NoFigure(Reason.ZERO_SPREAD, "all readings are equal: the gauge does not follow the references")
    pairs = [(x * unit, (y - x) * unit) for x, group in zip(xs, groups[1:], strict=True) for y in group]
    line = _line(pairs)
    sigma = math.sqrt(line.residual / (line.n - 2))
    factor = t_quantile((1.0 + confidence) / 2.0, line.n - 2)
    slope_error = sigma / math.sqrt(line.spread_x)
    intercept_error = sigma * math.sqrt(Fraction(1, line.n) + line.mean_x**2 / line.spread_x)
    points = []
    for x, group in sorted(zip(xs, groups[1:], strict=True)):
        at = line.intercept + line.slope * x * unit
        half = factor * sigma * math.sqrt(Fraction(1, line.n) + (x * unit - line.mean_x) ** 2 / line.spread_x)
        mean = (Fraction(sum(group), len(group)) - x) * unit
        points.append(
            BandPoint(float(x * unit), float(mean), float(at), Interval(float(at) - half, float(at) + half, confidence))
        )
    return Linearity(
        n=line.n,
        slope=_coefficient(float(line.slope), slope_error, line.n - 2, confidence),
        intercept=_coefficient(float(line.intercept), intercept_error, line.n - 2, confidence),
        r_squared=float(1 - line.residual / line.total) if line.total else 0.0,
        residual_deviation=sigma,
        points=tuple(points),
    )


def _line(pairs: Sequence[tuple[Fraction, Fraction]]) -> _Line:
    n = len(pairs)
    if n < 3:
        raise NoFigure(Reason.NOT_ENOUGH_DATA, f"{n} readings, three are needed")
    mean_x, mean_y = _total(x for x, _ in pairs) / n, _total(y for _, y in pairs) / n
    spread_x = _total((x - mean_x) ** 2 for x, _ in pairs)
    if not spread_x:
        raise NoFigure(Reason.ZERO_SPREAD, "all references are equal")
    slope = _total((x - mean_x) * (y - mean_y) for x, y in pairs) / spread_x
    intercept = mean_y - slope * mean_x
    residual = _total((y - intercept - slope * x) ** 2 for x, y in pairs)
    total = _total((y - mean_y) ** 2 for _, y in pairs)
    return _Line(slope, intercept, mean_x, spread_x, residual, total, n)


def _total(terms: Iterable[Fraction]) -> Fraction:
    return sum(terms, Fraction(0))


def _coefficient(value: float, error: float, degrees: int, confidence: float) -> Coefficient:
    half = t_quantile((1.0 + confidence) / 2.0, degrees) * error
    t = value / error if error else None
    p = None if t is None else 2.0 * t_tail(abs(t), degrees)
    return Coefficient(value, error, t, p, Interval(value - half, value + half, confidence))
