"""A metric on the scale of Levels L0 to L4: five equal steps, however unlike their thresholds are. Pure geometry.

Within a step a value stands where it lies between the step's two thresholds; the open ends of the scale are given a
sensible width. Where a value ends up in is decided by its grade alone, never by this drawing.
"""

from fractions import Fraction

import msgspec

from traceability.quality.level import Level
from traceability.quality.metric_grade import MetricGrade
from traceability.quality.sigma import sigma_level
from traceability.quality.threshold import Metric

STEP = 100 / len(Level)
_INSET = 0.06
"""How near a mark may come to the edge of its step, as a share of the step, so that it never seems to stand on it."""

_BEST_SIGMA = 6.9
# Edges of the five steps from L0's open end to L4's, in the figure that people read (σ, not failures per million).
_EDGES: dict[Metric, tuple[float, ...]] = {
    Metric.SIGMA: (1.5, 3, 4, 5, 6, 7),
    Metric.CPK: (0, 1, 1.33, 1.67, 2, 2.5),
    Metric.RTY: (0.80, 0.90, 0.95, 0.97, 0.98, 1.0),
    Metric.INTERNAL_LOSS: (0.09, 0.06, 0.03, 0.015, 0.0075, 0.0),
    Metric.EXTERNAL_LOSS: (0.069, 0.046, 0.023, 0.01, 0.005, 0.0),
}


class ScaleMark(msgspec.Struct, frozen=True):
    """Where a value stands and how far its interval reaches, in percent of the scale's width."""

    at: float
    low: float | None = None
    high: float | None = None


def scale_mark(grade: MetricGrade) -> ScaleMark | None:
    """The place of a metric's value; None where there is no value. A value that may not be rated is placed too."""
    if grade.value is None:
        return None
    level = grade.level if grade.rated else None
    at = _place(grade.metric, _read(grade.metric, grade.value), level)
    if grade.interval is None:
        return ScaleMark(at)
    ends = [
        _place(grade.metric, _read(grade.metric, Fraction(end)), None)
        for end in (grade.interval.low, grade.interval.high)
    ]
    return ScaleMark(at, min(*ends, at), max(*ends, at))


def _read(metric: Metric, value: Fraction) -> float:
    """The figure in which the edges are given."""
    if metric is not Metric.SIGMA:
        return float(value)
    sigma = sigma_level(value)
    if sigma is not None:
        return sigma
    return _BEST_SIGMA if value <= 0 else 0.0


def _place(metric: Metric, figure: float, level: Level | None) -> float:
    edges = _EDGES[metric]
    falling = edges[0] > edges[-1]
    if level is None:
        passed = sum((figure < edge) if falling else (figure >= edge) for edge in edges[1:-1])
        level = Level(passed)
    begin, end = edges[level], edges[level + 1]
    within = (figure - begin) / (end - begin)
    return round((level + min(max(within, _INSET), 1 - _INSET)) * STEP, 2)
