"""Grey values between pixels, by cubic convolution.

OpenCV's warps round positions to 1/32 pixel, which is more than a calliper may lose; so callipers read here. Kernel:
R. G. Keys, "Cubic convolution interpolation for digital image processing", IEEE Trans. ASSP 29 (1981) 1153, a = -1/2.
"""

import numpy as np
from numpy.typing import NDArray

from vision.picture import Grey

Points = NDArray[np.float64]
"""Rows of x, y."""


def inside(points: Points, grey: Grey, margin: float = 2.0) -> bool:
    """Whether all points lie in the picture, ``margin`` pixels off its border."""
    height, width = grey.shape
    low, high = points.reshape(-1, 2).min(axis=0), points.reshape(-1, 2).max(axis=0)
    return bool((low >= margin).all() and high[0] <= width - 1 - margin and high[1] <= height - 1 - margin)


def read_at(grey: Grey, points: Points) -> NDArray[np.float64]:
    """Grey levels at ``points`` (any shape that ends in x, y); all must be `inside`."""
    x, y = points[..., 0], points[..., 1]
    left, top = np.floor(x).astype(np.intp), np.floor(y).astype(np.intp)
    across, down = _weights(x - left), _weights(y - top)
    found = np.zeros(x.shape)
    for j in range(4):
        row = np.zeros(x.shape)
        for i in range(4):
            row += across[i] * grey[top + j - 1, left + i - 1]
        found += down[j] * row
    return found


def _weights(t: NDArray[np.float64]) -> tuple[NDArray[np.float64], ...]:
    return (
        ((-0.5 * t + 1.0) * t - 0.5) * t,
        (1.5 * t - 2.5) * t * t + 1.0,
        ((-1.5 * t + 2.0) * t + 0.5) * t,
        (0.5 * t - 0.5) * t * t,
    )
