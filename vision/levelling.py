"""Variants in which the bars of a linear code stand upright.

Linear codes are scanned along rows only: a tilted one is missed, or, worse, ITF is read cut short where the row
leaves the bars. Levelling finds the direction of the bars by the structure tensor and turns the picture once.
"""

import cv2
import numpy as np

from vision.picture import Grey
from vision.restore import doubled
from vision.variant import Variant, original, turned_by

TENSOR_SIDE = 640
TENSOR_WINDOW = 15
TENSOR_STEP = 3
BAR_AVERAGE = 7
LONG_AVERAGE = 31
LEVEL_ENOUGH = 0.5


def levelled(picture: Grey) -> Variant:
    """Turned so that the bars of a linear code stand upright, and averaged along them."""
    upright = _upright(picture)
    averaged = cv2.blur(upright.picture, (1, BAR_AVERAGE))
    return Variant(np.asarray(averaged, np.uint8), upright.back)


def levelled_long(picture: Grey) -> Variant:
    """Levelled, and averaged along a long piece of the bars: noise and scratches go, and what is short goes too."""
    upright = _upright(picture)
    averaged = cv2.blur(upright.picture, (2, LONG_AVERAGE))
    return Variant(np.asarray(averaged, np.uint8), upright.back)


def levelled_doubled(picture: Grey) -> Variant:
    """Levelled, then doubled; not averaged, so that it is an opinion of its own."""
    upright = _upright(picture)
    large = doubled(upright.picture)
    back = upright.back.copy()
    back[:, :2] *= 0.5
    return Variant(large.picture, back)


def inverted(picture: Grey) -> Variant:
    """The negative, levelled; readers look for light on dark themselves, but only in matrix codes."""
    return levelled(np.asarray(cv2.bitwise_not(picture), np.uint8))


def inverted_doubled(picture: Grey) -> Variant:
    """The negative, levelled and doubled: the second opinion about a weak code that is light on dark."""
    return levelled_doubled(np.asarray(cv2.bitwise_not(picture), np.uint8))


def _upright(picture: Grey) -> Variant:
    """Turned, unless it is level already: turning costs time and sharpness."""
    degrees = direction_of_bars(picture)
    return original(picture) if abs(degrees) <= LEVEL_ENOUGH else turned_by(picture, degrees)


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
    products = (along_x * along_x, along_y * along_y, along_x * along_y)
    # Neighbourhoods overlap, so that every third one in each direction tells as much as all of them.
    xx, yy, xy = (cv2.blur(product, window)[::TENSOR_STEP, ::TENSOR_STEP] for product in products)
    difference, twice = xx - yy, 2 * xy
    oneness = (difference * difference + twice * twice) / ((xx + yy) * (xx + yy) + np.float32(1e-6))
    degrees = np.degrees(np.arctan2(twice, difference)) / 2
    bins = np.clip(np.floor(degrees + 90).astype(np.int64), 0, 179)
    weights = (xx + yy) * (oneness * oneness) * (oneness * oneness)
    votes = np.bincount(bins.ravel(), weights.ravel(), minlength=180)
    around = np.convolve(np.concatenate([votes[-2:], votes, votes[:2]]), np.ones(5), "valid")
    best = int(around.argmax())
    near = (best + np.arange(-2, 3)) % 180
    offset = float((votes[near] * np.arange(-2, 3)).sum() / max(float(votes[near].sum()), 1e-9))
    return best - 90 + 0.5 + offset
