"""Is what belongs in the region there? Structure and contrast compared with the reference, in any light.

The measure is the contrast and structure part of SSIM, (2 cov + C) / (var a + var b + C) (Z. Wang et al., IEEE Trans.
Image Processing 13 (2004) 600), over the whole region: 1 for the same, near 0 for something else, and defined for a
flat region too, where a correlation is not.
"""

import itertools

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.inspect.pose import corners, to_picture
from vision.inspect.program import Presence, Region
from vision.inspect.result import Finding, StepUndecided, Why
from vision.inspect.sampling import inside
from vision.inspect.scene import Scene, patch

NOISE = 6.0
"""Grey levels: contrast below this says nothing."""
Levels = NDArray[np.float64]


def presence(step: Presence, scene: Scene) -> Finding:
    """The best likeness over small shifts: a screw may sit a little aside."""
    taught = _calm(patch(scene.taught.reference.grey, step.region))
    x, y, w, h = step.region
    wide: Region = (x - step.shift, y - step.shift, w + 2 * step.shift, h + 2 * step.shift)
    if not inside(to_picture(scene.pose, corners(step.region)), scene.frame.grey, 0.0):
        raise StepUndecided(Why.OUTSIDE_PICTURE, f"the region {[round(v) for v in step.region]} leaves the picture")
    seen = _calm(_around(scene, wide))
    rows, columns = taught.shape
    places = itertools.product(range(seen.shape[0] - rows + 1), range(seen.shape[1] - columns + 1))
    best = max(_likeness(taught, seen[r : r + rows, c : c + columns]) for r, c in places)
    return Finding(value=best, marks=(scene.mark(step.region),))


def _around(scene: Scene, region: Region) -> NDArray[np.uint8]:
    x, y, w, h = (round(edge) for edge in region)
    rows, columns = np.arange(y, y + h), np.arange(x, x + w)
    points = to_picture(scene.pose, np.stack(np.meshgrid(columns, rows), axis=-1).astype(np.float64))
    near = cv2.INTER_LINEAR
    at = points.astype(np.float32)
    found = cv2.remap(scene.frame.grey, at[..., 0], at[..., 1], near, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(found, np.uint8)


def _calm(grey: NDArray[np.uint8]) -> Levels:
    return np.asarray(cv2.GaussianBlur(grey.astype(np.float32), (0, 0), 1.0), np.float64)


def _likeness(a: Levels, b: Levels) -> float:
    da, db = a - a.mean(), b - b.mean()
    calm = NOISE * NOISE
    return float((2 * (da * db).mean() + calm) / ((da * da).mean() + (db * db).mean() + calm))
