"""Where the part lies: a turn, a shift and a scale from the reference picture to the picture at hand."""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.inspect.program import Region
from vision.inspect.result import Place, StepUndecided, Why
from vision.inspect.sampling import Points

Pose = NDArray[np.float64]
"""2 x 3: reference to picture."""


def unmoved() -> Pose:
    """The pose of the reference picture itself."""
    return np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])


def to_picture(pose: Pose, points: Points) -> Points:
    """Reference points (any shape that ends in x, y) in the picture."""
    moved: Points = points @ pose[:, :2].T + pose[:, 2]
    return moved


def similarity(angle: float, scale: float, about: tuple[float, float], to: tuple[float, float]) -> Pose:
    """The pose that turns by ``angle`` degrees and brings the reference point ``about`` to ``to``."""
    turn = scale * np.array(
        [
            [math.cos(math.radians(angle)), -math.sin(math.radians(angle))],
            [math.sin(math.radians(angle)), math.cos(math.radians(angle))],
        ]
    )
    return np.column_stack([turn, np.array(to) - turn @ np.array(about)])


def fit_similarity(reference: Points, picture: Points) -> Pose:
    """The least-squares similarity of two points or more (S. Umeyama, IEEE Trans. PAMI 13 (1991) 376, in the plane)."""
    a, b = reference.mean(axis=0), picture.mean(axis=0)
    p, q = (reference - a) @ (1, 1j), (picture - b) @ (1, 1j)
    factor = complex((np.conj(p) @ q) / (np.conj(p) @ p))
    return similarity(math.degrees(math.atan2(factor.imag, factor.real)), abs(factor), (a[0], a[1]), (b[0], b[1]))


def turn_of(pose: Pose) -> float:
    """Degrees, positive from x to y."""
    return math.degrees(math.atan2(pose[1, 0], pose[0, 0]))


def scale_of(pose: Pose) -> float:
    """How much larger the part is than in the reference."""
    return math.hypot(pose[0, 0], pose[1, 0])


def place_of(pose: Pose, width: int, height: int, score: float) -> Place:
    """The pose in the words of a result."""
    middle = np.array([(width - 1) / 2, (height - 1) / 2])
    dx, dy = to_picture(pose, middle) - middle
    return Place(angle=turn_of(pose), dx=float(dx), dy=float(dy), scale=scale_of(pose), score=score)


def corners(region: Region) -> Points:
    """The middles of the region's outermost pixels."""
    x, y, w, h = region
    return np.array([(x, y), (x + w - 1, y), (x + w - 1, y + h - 1), (x, y + h - 1)])


def cut(picture: NDArray[np.uint8], pose: Pose, region: Region, beyond: bool = False) -> NDArray[np.uint8]:
    """The region, turned back into the reference's frame, one pixel per pixel of the reference.

    Raises:
        StepUndecided: a part of it lies outside the picture, unless that is taken ``beyond`` its border by repetition.
    """
    at = to_picture(pose, corners(region))
    height, width = picture.shape[:2]
    if not beyond and (at.min() < -1 or at[:, 0].max() > width or at[:, 1].max() > height):
        raise StepUndecided(Why.OUTSIDE_PICTURE, f"the region {[round(v) for v in region]} leaves the picture")
    x, y, w, h = region
    matrix = np.column_stack([pose[:, :2], to_picture(pose, np.array([x, y]))])
    size = (max(1, round(w)), max(1, round(h)))
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(picture, matrix, size, flags=flags, borderMode=cv2.BORDER_REPLICATE), np.uint8)
