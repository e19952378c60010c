"""Estimates for linear codes, after ISO/IEC 15416:2016 clause 5: scan profiles across the bars.

A few lines are laid through the place that the reader found, beside each other; elements lie between the crossings of
the global threshold, as in the standard, and each number is the mean over the lines on which there are bars.
"""

from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.picture import Grey
from vision.symbol import Polygon, Quality

Floats = NDArray[np.float64]

LINES = 5
SPREAD = 0.02
"""The lines lie over this part of the code's length on either side of its middle."""

QUIET = 10
"""Modules before and behind; the module is taken to be the narrowest tenth of the elements."""

OVERSAMPLED = 2.0
LEAST_ELEMENTS = 15


def linear_quality(picture: Grey, polygon: Polygon) -> Quality | None:
    """The estimates; None where no line shows bars."""
    found = [quality for line in _lines(polygon) if (quality := _of_line(picture, *line)) is not None]
    if not found:
        return None
    contrast, modulation, defects, quiet = (round(float(np.mean(values)), 3) for values in zip(*found, strict=True))
    return Quality(contrast=contrast, modulation=modulation, defects=defects, quiet_zone=quiet)


def _lines(polygon: Polygon) -> list[tuple[Floats, Floats]]:
    """Starts and ends; the longer sides of the place run across the bars."""
    a, b, c, d = (np.array(point, np.float64) for point in polygon)
    if np.linalg.norm(b - a) + np.linalg.norm(c - d) < np.linalg.norm(d - a) + np.linalg.norm(c - b):
        a, b, c, d = b, c, d, a
    start, end = (a + d) / 2, (b + c) / 2
    along = end - start
    aside = np.array([-along[1], along[0]]) * SPREAD
    return [(start + aside * part, end + aside * part) for part in np.linspace(-1, 1, LINES)]


def _of_line(picture: Grey, start: Floats, end: Floats) -> tuple[float, float, float, float] | None:
    """Contrast, modulation, freedom from defects and quiet zone of one line."""
    length = float(np.linalg.norm(end - start))
    if length < 2 * LEAST_ELEMENTS:
        return None
    inner = _profile(picture, start, end, length)
    threshold = (inner.max() + inner.min()) / 2
    runs = _runs(inner > threshold)
    if len(runs) < LEAST_ELEMENTS:
        return None
    module = max(2.0, float(np.percentile([b - a for a, b in runs], 10))) / OVERSAMPLED
    beside = _beside(picture, start, end, module)
    if all(part.size and part.mean() < threshold for part in beside):  # light on dark
        inner, threshold, beside = 255 - inner, 255 - threshold, [255 - part for part in beside]
    elements = [(inner[a:b], bool(inner[a:b].mean() > threshold)) for a, b in runs]
    light, contrast = float(inner.max()), float(inner.max() - inner.min())
    # Each element's reflectance is its peak or its valley (5.2.3).
    peaks = np.array([part.max() if is_space else part.min() for part, is_space in elements])
    weakest = float(np.abs(np.diff(peaks)).min())
    spots = max(_spot(part if is_space else 255 - part) for part, is_space in elements)
    quiet = min(float((part > threshold).mean()) if part.size else 0.0 for part in beside)
    return contrast / max(light, 1.0), weakest / contrast, 1 - spots / contrast, quiet


def _profile(picture: Grey, start: Floats, end: Floats, length: float) -> Floats:
    """Grey values from start to end, two a pixel, each the mean of three rows."""
    at = np.linspace(0, 1, round(length * OVERSAMPLED))[:, None]
    aside = np.array([-(end - start)[1], (end - start)[0]]) / length
    rows = []
    for shift in (-1.0, 0.0, 1.0):
        points = (start + (end - start) * at + aside * shift).astype(np.float32)
        rows.append(cv2.remap(picture, points[:, :1], points[:, 1:], cv2.INTER_LINEAR)[:, 0])
    return np.asarray(np.mean(rows, axis=0), np.float64)


def _runs(light: NDArray[np.bool_]) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(light.astype(np.int8))) + 1
    bounds = [0, *(int(edge) for edge in edges), len(light)]
    return list(pairwise(bounds))


def _spot(space: Floats) -> float:
    """How far a spot goes down between two peaks of one element (5.2.5); of a bar's negative, a void."""
    left, right = np.maximum.accumulate(space), np.maximum.accumulate(space[::-1])[::-1]
    return float((np.minimum(left, right) - space).max())


def _beside(picture: Grey, start: Floats, end: Floats, module: float) -> list[Floats]:
    """Nine modules of the quiet zones before and behind, but for the one next to the bars; none beyond the picture."""
    step = (end - start) / float(np.linalg.norm(end - start)) * module
    parts = []
    for edge, direction in ((start, -step), (end, step)):
        far = edge + direction * QUIET
        inside = 0 <= far[0] < picture.shape[1] and 0 <= far[1] < picture.shape[0]
        length = max(2.0, (QUIET - 1) * module)
        parts.append(_profile(picture, edge + direction, far, length) if inside else np.empty(0))
    return parts
