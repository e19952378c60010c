"""Edges below the pixel, on profiles read across them.

The gradient is taken with the derivative of a Gaussian (J. Canny, IEEE Trans. PAMI 8 (1986) 679). Of a blurred step it
is itself a Gaussian, whose logarithm is a parabola: its top through three samples is exact, whatever the blur.
"""

import math
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from vision.inspect.program import Polarity
from vision.inspect.result import StepUndecided, Why

SIGMA = 1.2
"""Of the smoothing, in samples."""
REACH = 4
"""Samples on either side of an edge over which its contrast is taken, and within which a row's own edge lies."""
FEWEST_ROWS = 0.6
"""Share of rows that must show the edge."""

Seek = Literal["first", "last", "strongest"]

Profiles = NDArray[np.float64]
"""Rows, each read across the edge at steps of one pixel."""


def gradient(profiles: Profiles) -> Profiles:
    """Grey levels per sample; the outermost samples have none."""
    half = math.ceil(4 * SIGMA)
    at = np.arange(-half, half + 1)
    bell = np.exp(-(at**2) / (2 * SIGMA**2))
    kernel = (at * bell) / (at**2 * bell).sum()
    padded = np.pad(profiles, ((0, 0), (half, half)), mode="edge")
    rows = np.apply_along_axis(np.correlate, 1, padded, kernel, "valid")
    rows[:, :half] = rows[:, -half:] = 0.0
    return np.asarray(rows, np.float64)


def find_edge(
    profiles: Profiles, polarity: Polarity, contrast: float, seek: Seek
) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Rows that show the edge, and where in each (in samples from its begin).

    The mean of all rows says which edge it is, since noise of single rows looks like edges; a strip is laid square to
    its edge, so that the mean keeps it.

    Raises:
        StepUndecided: no such edge, or too few rows show it.
    """
    sign = 1.0 if polarity == "dark-to-bright" else -1.0
    mean = profiles.mean(axis=0, keepdims=True)
    about = _which(sign * gradient(mean)[0], sign * mean[0], contrast, seek)
    if about is None:
        raise StepUndecided(Why.EDGE_NOT_FOUND, f"no {polarity} edge of {contrast:g} grey levels or more")
    slopes = sign * gradient(profiles)
    low = max(1, about - REACH)
    near = slopes[:, low : about + REACH + 1]
    peak = near.argmax(axis=1) + low
    floor = 0.3 * np.median(near.max(axis=1))
    rows = np.flatnonzero(_tops(slopes, peak) & (near.max(axis=1) > floor))
    if rows.size < FEWEST_ROWS * len(profiles):
        what = f"only {rows.size} of {len(profiles)} rows show the {polarity} edge"
        raise StepUndecided(Why.EDGE_NOT_FOUND, what)
    return rows, peak[rows] + _offset(slopes, rows, peak[rows])


def strongest_of_each(profiles: Profiles, polarity: Polarity) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """As `find_edge`, but each row for itself: for a first look, where rows do not show the edge at one place yet."""
    slopes = (1.0 if polarity == "dark-to-bright" else -1.0) * gradient(profiles)
    peak = slopes.argmax(axis=1)
    rows = np.flatnonzero(_tops(slopes, peak))
    return rows, peak[rows] + _offset(slopes, rows, peak[rows])


def _which(
    slope: NDArray[np.float64],
    levels: NDArray[np.float64],
    contrast: float,
    seek: Seek,
) -> int | None:
    """The sample of the edge that is meant, on one profile with rising edges."""
    tops = [
        at
        for at in range(1, len(slope) - 1)
        if slope[at] > 0 and slope[at - 1] < slope[at] >= slope[at + 1] and _step(levels, at) >= contrast
    ]
    if not tops:
        return None
    if seek == "strongest":
        return max(tops, key=lambda at: float(slope[at]))
    return tops[0] if seek == "first" else tops[-1]


def _step(levels: NDArray[np.float64], at: int) -> float:
    before, after = levels[max(0, at - REACH) : at], levels[at + 1 : at + 1 + REACH]
    return float(after.max() - before.min())


def _tops(slopes: Profiles, peak: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Rows whose peak is a top with neighbours, not the flank of something else."""
    rows, last = np.arange(len(slopes)), slopes.shape[1] - 1
    within = (peak > 0) & (peak < last)
    at = np.clip(peak, 1, last - 1)
    here = slopes[rows, at]
    around = np.minimum(slopes[rows, at - 1], slopes[rows, at + 1])
    top: NDArray[np.bool_] = within & (here >= slopes[rows, at - 1]) & (here >= slopes[rows, at + 1]) & (around > 0)
    return top


def _offset(slopes: Profiles, rows: NDArray[np.intp], peak: NDArray[np.intp]) -> NDArray[np.float64]:
    a, b, c = (np.log(slopes[rows, peak + shift]) for shift in (-1, 0, 1))
    curve = a - 2 * b + c
    flat = np.abs(curve) < 1e-12
    return np.where(flat, 0.0, 0.5 * (a - c) / np.where(flat, 1.0, curve))
