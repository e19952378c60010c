"""Laney's σz: how much points scatter beside what their count model allows.

D. B. Laney, "Improved control charts for attributes", Quality Engineering 14 (2002) 531: with z the standardised
points, σz = M̄R(z)/1.128. It is 1 under the binomial or Poisson model; above, points vary for other reasons too.
"""

from collections.abc import Sequence
from itertools import pairwise

from traceability.quality.charts.chart import Constants, Point
from traceability.quality.charts.factors import d2


def dispersion_of(points: Sequence[Point], constants: Constants = Constants.EXACT) -> float | None:
    """σz of neighbouring points; None with fewer than two neighbours or where nothing can vary."""
    steps = []
    for before, after in pairwise(points):
        earlier, later = _z(before), _z(after)
        if earlier is not None and later is not None:
            steps.append(abs(later - earlier))
    return sum(steps) / len(steps) / d2(2, constants) if steps else None


def _z(point: Point) -> float | None:
    if point.value is None or point.excluded is not None or point.sigma <= 0.0:
        return None
    return (point.value - point.centre) / point.sigma
