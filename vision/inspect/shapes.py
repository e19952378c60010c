"""Lines and circles through measured points, without the points that belong to something else."""

import math

import msgspec
import numpy as np
from numpy.typing import NDArray

from vision.inspect.result import StepUndecided, Why
from vision.inspect.sampling import Points

OUTLIER = 4.0
"""Robust standard deviations from which a point is no part of the shape."""
PASSES = 4
FEWEST = 3


class Line(msgspec.Struct, frozen=True):
    """Through ``at`` along ``along`` (a unit vector); ``spread`` is the sd of the points across it, divisor n - 2."""

    at: Points
    along: Points
    spread: float
    count: int

    @property
    def u(self) -> float:
        """Standard uncertainty of the line's place at its middle: sd of the mean (GUM 4.2.3)."""
        return self.spread / math.sqrt(self.count)


class FittedCircle(msgspec.Struct, frozen=True):
    """Centre and radius; ``residuals`` are distances of the kept points from it, ``arc`` their share of the points."""

    centre: Points
    radius: float
    residuals: NDArray[np.float64]
    kept: float

    @property
    def spread(self) -> float:
        """The sd of the points about the circle, divisor n - 3."""
        return math.sqrt(float((self.residuals**2).sum()) / max(1, len(self.residuals) - 3))

    @property
    def u_radius(self) -> float:
        """Standard uncertainty of the radius, for points all around it."""
        return self.spread / math.sqrt(len(self.residuals))

    @property
    def u_centre(self) -> float:
        """Standard uncertainty of the centre in one direction, for points all around it (√2 that of the radius)."""
        return self.u_radius * math.sqrt(2.0)


def fit_line(points: Points) -> Line:
    """The line of least squares across it (total least squares), single points left out.

    Raises:
        StepUndecided: fewer than three points stay.
    """
    kept = np.ones(len(points), bool)
    for _ in range(PASSES):
        if kept.sum() < FEWEST:
            raise StepUndecided(Why.EDGE_NOT_FOUND, f"{int(kept.sum())} points on the edge; three are needed")
        at = points[kept].mean(axis=0)
        along = np.linalg.svd(points[kept] - at, full_matrices=False)[2][0]
        across = (points - at) @ np.array([-along[1], along[0]])
        kept = _belong(across, kept)
    inner = across[kept]
    spread = math.sqrt(float(((inner - inner.mean()) ** 2).sum()) / max(1, len(inner) - 2))
    return Line(at, along, spread, len(inner))


def fit_circle(points: Points) -> FittedCircle:
    """The circle of least squares of distances (Gauss-Newton from Kåsa's), single points left out.

    Raises:
        StepUndecided: fewer than half of the points lie on a circle.
    """
    kept = np.ones(len(points), bool)
    for _ in range(PASSES):
        if kept.sum() < max(6, len(points) // 2):
            raise StepUndecided(Why.NO_CIRCLE, f"only {int(kept.sum())} of {len(points)} points lie on a circle")
        centre, radius = _refined(points[kept], *_kasa(points[kept]))
        residuals = np.hypot(*(points - centre).T) - radius
        kept = _belong(residuals, kept)
    return FittedCircle(centre, radius, residuals[kept], float(kept.mean()))


def _belong(residuals: NDArray[np.float64], kept: NDArray[np.bool_]) -> NDArray[np.bool_]:
    middle = np.median(residuals[kept])
    deviation = 1.4826 * float(np.median(np.abs(residuals[kept] - middle)))
    return np.abs(residuals - middle) <= OUTLIER * max(deviation, 1e-6)


def _kasa(points: Points) -> tuple[Points, float]:
    about = points.mean(axis=0)
    shifted = points - about
    matrix = np.column_stack([2 * shifted, np.ones(len(points))])
    (x, y, rest), *_ = np.linalg.lstsq(matrix, (shifted**2).sum(axis=1), rcond=None)
    return about + np.array([x, y]), math.sqrt(max(float(rest + x * x + y * y), 1e-12))


def _refined(points: Points, centre: Points, radius: float) -> tuple[Points, float]:
    for _ in range(10):
        rays = points - centre
        far = np.maximum(np.hypot(*rays.T), 1e-9)
        matrix = np.column_stack([rays / far[:, None], np.ones(len(points))])
        (x, y, grown), *_ = np.linalg.lstsq(matrix, far - radius, rcond=None)
        centre, radius = centre + np.array([x, y]), radius + float(grown)
        if max(abs(x), abs(y), abs(grown)) < 1e-9:
            break
    return centre, radius
