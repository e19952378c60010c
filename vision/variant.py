"""A picture prepared for a reader, and the way back to where things were in the original."""

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.picture import Grey
from vision.symbol import Polygon


class Variant(NamedTuple):
    """A prepared picture and the 2 x 3 matrix from its coordinates back to the original's."""

    picture: Grey
    back: NDArray[np.float64]


def original(picture: Grey) -> Variant:
    """The picture itself."""
    return Variant(picture, np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]))


def enlarged(picture: Grey, factor: float) -> Variant:
    """``factor`` times the size (cubic)."""
    large = cv2.resize(picture, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC)
    return Variant(np.asarray(large, np.uint8), _scaled(1 / factor))


def shrunk(picture: Grey, divisor: float) -> Variant:
    """The ``divisor``-th part of the size, each pixel the mean of those it stands for."""
    height, width = picture.shape
    size = (max(1, round(width / divisor)), max(1, round(height / divisor)))
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    back = np.array([[width / size[0], 0.0, 0.0], [0.0, height / size[1], 0.0]])
    return Variant(np.asarray(small, np.uint8), back)


def turned_by(picture: Grey, degrees: float) -> Variant:
    """Turned about its centre, on a ground large enough to keep the corners."""
    height, width = picture.shape
    cosine, sine = abs(np.cos(np.radians(degrees))), abs(np.sin(np.radians(degrees)))
    size = (int(np.ceil(width * cosine + height * sine)), int(np.ceil(width * sine + height * cosine)))
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    matrix[:, 2] += ((size[0] - width) / 2, (size[1] - height) / 2)
    ground = float(np.median(picture[:: max(1, height // 64), :: max(1, width // 64)]))
    rotated = np.asarray(cv2.warpAffine(picture, matrix, size, borderValue=(ground,)), np.uint8)
    return Variant(rotated, np.asarray(cv2.invertAffineTransform(matrix), np.float64))


def mirrored(picture: Grey) -> Variant:
    """Left and right exchanged."""
    flipped = np.ascontiguousarray(picture[:, ::-1])
    return Variant(flipped, np.array([[-1.0, 0.0, picture.shape[1] - 1.0], [0.0, 1.0, 0.0]]))


def moved_back(polygon: Polygon, back: NDArray[np.float64]) -> Polygon:
    """A polygon of a variant in the coordinates of the original."""
    a, b, c, d = ((round(float(x), 2), round(float(y), 2)) for x, y in np.array(polygon) @ back[:, :2].T + back[:, 2])
    return (a, b, c, d)


def _scaled(factor: float) -> NDArray[np.float64]:
    return np.array([[factor, 0.0, 0.0], [0.0, factor, 0.0]])
