"""What is tried on a picture, cheap first.

A pass is one reader on one variant of the picture. Gains measured on public label sets: doubling with unsharp
masking reads what is blurred by half a module or printed at 1.5 pixels per module; local contrast (CLAHE) reads
low contrast and uneven light; one turn by 45 degrees reads matrix codes whose finder search is weakest there.
Linear codes are scanned along rows only: a tilted one is missed, or, worse, ITF is read cut short where the row
leaves the bars. Levelling finds the direction of the bars by the structure tensor and turns the picture once.
"""

from collections.abc import Callable
from typing import NamedTuple

import cv2
import msgspec
import numpy as np
from numpy.typing import NDArray

from vision.formats import ALL, MATRIX, Format
from vision.picture import Grey
from vision.readers import ZBAR, ZXING
from vision.symbol import Polygon

UNSHARP_AMOUNT = 1.5
UNSHARP_SIGMA = 2.0
CLAHE_CLIP = 3.0
CLAHE_TILES = (8, 8)
TENSOR_SIDE = 640
TENSOR_WINDOW = 15
BAR_AVERAGE = 7

LEVELLED = frozenset({"levelled", "levelled doubled", "inverted"})
"""Variants in which the bars of a linear code stand upright."""

LINEAR = ALL - MATRIX


class Variant(NamedTuple):
    """A prepared picture and the 2 x 3 matrix from its coordinates back to the original's."""

    picture: Grey
    back: NDArray[np.float64]


class Pass(msgspec.Struct, frozen=True, kw_only=True):
    """One attempt. It is left out where ``prepare`` would begin with more than ``max_pixels``."""

    name: str
    reader: str
    prepare: Callable[[Grey], Variant]
    thorough: bool = True
    formats: frozenset[Format] = ALL
    max_pixels: int = 100_000_000
    turns: bool = False

    def fits(self, picture: Grey) -> bool:
        """Whether the picture is small enough; turning a long narrow one makes a large square of it."""
        height, width = picture.shape
        return ((width + height) ** 2 // 2 if self.turns else picture.size) <= self.max_pixels

    @property
    def variant(self) -> str:
        """What the reader gets to see: two passes of one reader on one variant are one opinion, not two."""
        return "original" if self.prepare is original else self.name


def original(picture: Grey) -> Variant:
    """The picture itself."""
    return Variant(picture, np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]))


def doubled(picture: Grey) -> Variant:
    """Twice the size (cubic), edges raised by unsharp masking."""
    large = cv2.resize(picture, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
    soft = cv2.GaussianBlur(large, (0, 0), UNSHARP_SIGMA)
    sharp = cv2.addWeighted(large, 1 + UNSHARP_AMOUNT, soft, -UNSHARP_AMOUNT, 0)
    return Variant(np.asarray(sharp, np.uint8), np.array([[0.5, 0.0, 0.0], [0.0, 0.5, 0.0]]))


def evened(picture: Grey) -> Variant:
    """Local contrast raised, light evened out."""
    even = cv2.createCLAHE(CLAHE_CLIP, CLAHE_TILES).apply(picture)
    return original(np.asarray(even, np.uint8))


def turned(picture: Grey) -> Variant:
    """Turned by 45 degrees."""
    return _turned_by(picture, 45.0)


def levelled(picture: Grey) -> Variant:
    """Turned so that the bars of a linear code stand upright, and averaged along them."""
    upright = _turned_by(picture, direction_of_bars(picture))
    averaged = cv2.blur(upright.picture, (1, BAR_AVERAGE))
    return Variant(np.asarray(averaged, np.uint8), upright.back)


def levelled_doubled(picture: Grey) -> Variant:
    """Levelled, then doubled; not averaged, so that it is an opinion of its own."""
    upright = _turned_by(picture, direction_of_bars(picture))
    large = doubled(upright.picture)
    back = upright.back.copy()
    back[:, :2] *= 0.5
    return Variant(large.picture, back)


def inverted(picture: Grey) -> Variant:
    """The negative, levelled; readers look for light on dark themselves, but only in matrix codes."""
    return levelled(np.asarray(cv2.bitwise_not(picture), np.uint8))


def direction_of_bars(picture: Grey) -> float:
    """Degrees between the x axis and the direction across the bars, -90 to 90 (structure tensor).

    Each neighbourhood votes for its own direction, weighted by its contrast and by how much of it runs one way:
    bars do, text and matrix codes do not.
    """
    height, width = picture.shape
    shrink = min(1.0, TENSOR_SIDE / max(picture.shape))
    size = (max(1, round(width * shrink)), max(1, round(height * shrink)))
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    along_x = cv2.Scharr(small, cv2.CV_32F, 1, 0)
    along_y = cv2.Scharr(small, cv2.CV_32F, 0, 1)
    window = (TENSOR_WINDOW, TENSOR_WINDOW)
    xx, yy, xy = (cv2.blur(product, window) for product in (along_x**2, along_y**2, along_x * along_y))
    difference, twice = xx - yy, 2 * xy
    oneness = (difference**2 + twice**2) / ((xx + yy) ** 2 + 1e-6)
    degrees = np.degrees(np.arctan2(twice, difference)) / 2
    votes, edges = np.histogram(degrees, bins=180, range=(-90, 90), weights=(xx + yy) * oneness**4)
    around = np.convolve(np.concatenate([votes[-2:], votes, votes[:2]]), np.ones(5), "valid")
    best = int(around.argmax())
    near = (best + np.arange(-2, 3)) % 180
    offset = float((votes[near] * np.arange(-2, 3)).sum() / max(float(votes[near].sum()), 1e-9))
    return float(edges[best]) + 0.5 + offset


def _turned_by(picture: Grey, degrees: float) -> Variant:
    """Turned about its centre, on a ground large enough to keep the corners."""
    height, width = picture.shape
    cosine, sine = abs(np.cos(np.radians(degrees))), abs(np.sin(np.radians(degrees)))
    size = (int(np.ceil(width * cosine + height * sine)), int(np.ceil(width * sine + height * cosine)))
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    matrix[:, 2] += ((size[0] - width) / 2, (size[1] - height) / 2)
    ground = float(np.median(picture[:: max(1, height // 64), :: max(1, width // 64)]))
    rotated = np.asarray(cv2.warpAffine(picture, matrix, size, borderValue=(ground,)), np.uint8)
    return Variant(rotated, np.asarray(cv2.invertAffineTransform(matrix), np.float64))


def moved_back(polygon: Polygon, back: NDArray[np.float64]) -> Polygon:
    """A polygon of a variant in the coordinates of the original."""
    a, b, c, d = ((round(float(x), 2), round(float(y), 2)) for x, y in np.array(polygon) @ back[:, :2].T + back[:, 2])
    return (a, b, c, d)


PASSES: tuple[Pass, ...] = (
    Pass(name="fast", reader=ZXING, prepare=original, thorough=False),
    Pass(name="full", reader=ZXING, prepare=original),
    Pass(name="levelled", reader=ZXING, prepare=levelled, formats=LINEAR, turns=True, max_pixels=40_000_000),
    Pass(name="doubled", reader=ZXING, prepare=doubled, max_pixels=6_000_000),
    Pass(
        name="levelled doubled",
        reader=ZXING,
        prepare=levelled_doubled,
        formats=LINEAR,
        turns=True,
        max_pixels=10_000_000,
    ),
    Pass(name="inverted", reader=ZXING, prepare=inverted, formats=LINEAR, turns=True, max_pixels=40_000_000),
    Pass(name="evened", reader=ZXING, prepare=evened),
    Pass(name="turned", reader=ZXING, prepare=turned, formats=MATRIX, turns=True, max_pixels=40_000_000),
    Pass(name="zbar", reader=ZBAR, prepare=original, max_pixels=25_000_000),
)
"""In this order. Those that fit neither the picture nor the formats asked for are left out."""
