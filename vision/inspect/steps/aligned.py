"""An anomaly score for rigid parts that are located: each place against the same place of the good parts.

Grey level, local mean and steepness at each place are compared with their mean and spread over all good pictures (as
T. Defard et al. do with a network's features, ICPR 2021). It knows nothing of textures: where good parts differ from
place to place at random (cloth, castings, wood) such features are no better than a guess.
"""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.inspect.steps.light import as_taught
from vision.inspect.taught import Model
from vision.picture import Grey

SPREAD = (3.0, 2.0, 2.0)
"""Least spread of each feature, in grey levels: what a camera's noise and a hundredth of a pixel make."""
SHIFT = 2
"""Half-width in pixels over which spreads are shared: an edge may lie a little aside."""
SMALLEST = 1.5
"""Sigma in pixels over which deviations are averaged: a defect is more than one pixel."""
Maps = NDArray[np.float32]


def learn_aligned(regions: Sequence[Grey], golden: Grey) -> Model:
    """Mean and spread of each feature over good pictures, in the reference's frame."""
    features = np.stack([_features(region, golden) for region in regions])
    kernel = np.ones((2 * SHIFT + 1, 2 * SHIFT + 1), np.uint8)
    steep = _features(golden, golden)[2]
    spread = []
    for channel, least in enumerate(SPREAD):
        seen = np.maximum(features[:, channel].std(axis=0), least + 0.15 * steep)
        spread.append(cv2.dilate(seen.astype(np.float32), kernel))
    return {"mean": features.mean(axis=0).astype(np.float32), "spread": np.stack(spread).astype(np.float32)}


def score_aligned(region: Grey, golden: Grey, model: Model) -> tuple[float, Maps]:
    """The worst place's deviation, in spreads, and the map of all of them."""
    apart = (_features(region, golden) - model["mean"]) / model["spread"]
    calm = [cv2.GaussianBlur(channel, (0, 0), SMALLEST) for channel in apart]
    worst = np.abs(np.stack(calm)).max(axis=0).astype(np.float32)
    return float(worst.max()), worst


def _features(region: Grey, golden: Grey) -> Maps:
    levels = as_taught(region, golden)
    local = cv2.GaussianBlur(levels, (0, 0), 3.0)
    across, down = (cv2.Sobel(levels, cv2.CV_32F, x, 1 - x, scale=0.125) for x in (1, 0))
    return np.stack([levels, local, np.hypot(across, down)]).astype(np.float32)
