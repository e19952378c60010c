"""Golden picture: what lies outside of what good parts showed within a pixel or two.

Both ways: the picture against the range of the good ones around each pixel (something more), and the good ones against
the range of the picture (something missing, thin lines too).
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.inspect.program import Differing, Region
from vision.inspect.result import Finding
from vision.inspect.scene import Scene, patch
from vision.inspect.steps.light import as_taught
from vision.inspect.steps.spots import spot_finding, spots_of

Smooth = NDArray[np.float32]
NOT_SMALLER = 8
"""A dark part's light cannot be told from fewer pixels."""


def difference(step: Differing, scene: Scene) -> Finding:
    """Area that differs; spots smaller than the step's least area are noise."""
    live = as_taught(scene.grey(step.region), patch(scene.taught.reference.grey, step.region))
    low, high = (patch(bound, step.region).astype(np.float32) for bound in (scene.taught.low, scene.taught.high))
    apart = np.maximum(_more(live, low, high, step.tolerance), _missing(live, low, high, step.tolerance))
    mask = (apart > step.threshold).astype(np.uint8) * 255
    for region in step.ignore:
        _blank(mask, region, step.region)
    return spot_finding(scene, step.region, spots_of(mask, step.least_area), "area")


def _more(live: Smooth, low: Smooth, high: Smooth, band: int) -> Smooth:
    return np.asarray(np.maximum(live - _highest(high, band), _lowest(low, band) - live), np.float32)


def _missing(live: Smooth, low: Smooth, high: Smooth, band: int) -> Smooth:
    """A good pixel that is bright in all good parts, but nowhere near it in the picture; and the dark alike."""
    return np.asarray(np.maximum(low - _highest(live, band), _lowest(live, band) - high), np.float32)


def _highest(levels: Smooth, band: int) -> Smooth:
    return np.asarray(cv2.dilate(levels, _disc(band)), np.float32)


def _lowest(levels: Smooth, band: int) -> Smooth:
    return np.asarray(cv2.erode(levels, _disc(band)), np.float32)


def _disc(radius: int) -> NDArray[np.uint8]:
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1)), np.uint8)


def _blank(mask: NDArray[np.uint8], ignored: Region, region: Region) -> None:
    left, top = (max(0, round(ignored[axis] - region[axis])) for axis in (0, 1))
    right, bottom = (max(0, round(ignored[axis] + ignored[axis + 2] - region[axis])) for axis in (0, 1))
    mask[top:bottom, left:right] = 0
