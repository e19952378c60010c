"""Corners and textures matched to the reference (SIFT: D. Lowe, IJCV 60 (2004) 91), agreed on by RANSAC, refined."""

from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.inspect.frame import Frame
from vision.inspect.locate.located import Located, Locator, not_located
from vision.inspect.locate.refine import refine
from vision.inspect.pose import Pose, fit_similarity, to_picture
from vision.inspect.program import Features, Region
from vision.inspect.sampling import Points

RATIO = 0.8
"""Lowe's: the best match is closer than this share of the second best."""
NEAR_PX = 3.0
LEAST_LIKE = 0.5
"""Correlation of the whole region after refining; a part that merely shares some marks is another part."""


def features(settings: Features, reference: Frame) -> Locator:
    """The locator by features; StepUndecided when the reference has too few."""
    detector = cv2.SIFT.create(nfeatures=2000)
    height, width = reference.grey.shape
    region: Region = settings.region or (0, 0, width, height)
    mask = np.zeros_like(reference.grey)
    x, y, w, h = (round(edge) for edge in region)
    mask[y : y + h, x : x + w] = 255
    taught, described = detector.detectAndCompute(reference.grey, mask)
    if len(taught) < settings.at_least:
        raise not_located(f"the reference shows only {len(taught)} features; {settings.at_least} are asked for")
    places: Points = np.array([point.pt for point in taught], np.float64)

    def locate(frame: Frame) -> Located:
        seen, words = detector.detectAndCompute(frame.grey, None)
        if len(seen) < settings.at_least:
            raise not_located("the picture shows too few features")
        pairs = _matched(np.asarray(described, np.float32), np.asarray(words, np.float32))
        there: Points = np.array([point.pt for point in seen], np.float64)
        pose, agreed = _agreed(places[pairs[:, 0]], there[pairs[:, 1]], settings)
        refined, likeness = refine(reference.grey, frame.grey, pose, (region,))
        if likeness < LEAST_LIKE:
            raise not_located(f"{agreed} features agree, but the part as a whole looks different ({likeness:.2f})")
        return Located(refined, likeness)

    return locate


def _matched(described: NDArray[np.float32], words: NDArray[np.float32]) -> NDArray[np.intp]:
    found = cv2.BFMatcher(cv2.NORM_L2).knnMatch(described, words, k=2)
    pairs = [(m[0].queryIdx, m[0].trainIdx) for m in found if len(m) == 2 and m[0].distance < RATIO * m[1].distance]
    return np.array(pairs, np.intp).reshape(-1, 2)


def _agreed(reference: Points, picture: Points, settings: Features) -> tuple[Pose, int]:
    if len(reference) < settings.at_least:
        raise not_located(f"{len(reference)} features match; {settings.at_least} are asked for")
    cv2.setRNGSeed(settings.seed)
    found, inliers = cv2.estimateAffinePartial2D(
        reference, picture, method=cv2.RANSAC, ransacReprojThreshold=NEAR_PX, maxIters=2000, confidence=0.999
    )
    # OpenCV answers None where nothing agrees, whatever its types say.
    kept = np.zeros(len(reference), bool) if cast("object", found) is None else np.asarray(inliers).ravel().astype(bool)
    if kept.sum() < settings.at_least:
        raise not_located(f"only {int(kept.sum())} features agree on one pose; {settings.at_least} are asked for")
    pose = fit_similarity(reference[kept], picture[kept])
    near = np.abs(to_picture(pose, reference[kept]) - picture[kept]).max(axis=1) < NEAR_PX
    return (fit_similarity(reference[kept][near], picture[kept][near]) if near.sum() > 1 else pose), int(kept.sum())
