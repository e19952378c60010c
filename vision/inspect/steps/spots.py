"""Connected spots of a mask: counted, measured, drawn."""

from typing import Literal

import cv2
import msgspec
import numpy as np
from numpy.typing import NDArray

from vision.inspect.program import Blob, Region, Surface
from vision.inspect.result import Finding, Mark
from vision.inspect.scene import Scene, mark_of, patch
from vision.inspect.steps.light import relit

MOST_DRAWN = 50
FLAT = 3.0
"""Otsu's threshold of a region with less contrast would part noise from noise."""
Mask = NDArray[np.uint8]


class Spot(msgspec.Struct, frozen=True):
    """Area in reference pixels, and the box around it: x, y, width, height in the region."""

    area: float
    box: tuple[int, int, int, int]


def spots_of(mask: Mask, least_area: float) -> list[Spot]:
    """The spots of at least that area, largest first."""
    _, _, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    found = [Spot(float(row[4]), (int(row[0]), int(row[1]), int(row[2]), int(row[3]))) for row in stats[1:]]
    return sorted((spot for spot in found if spot.area >= max(1.0, least_area)), key=lambda spot: -spot.area)


def spot_finding(
    scene: Scene, region: Region, spots: list[Spot], measure: Literal["count", "area", "largest"]
) -> Finding:
    """Number, total or largest area of spots, with their boxes drawn."""
    marks = tuple(_mark(scene, region, spot) for spot in spots[:MOST_DRAWN])
    detail = f"{len(spots)} spots, the largest of {spots[0].area:.0f} px" if spots else "no spot"
    if measure == "count":
        return Finding(value=float(len(spots)), uom="{count}", marks=marks, detail=detail)
    areas = [spot.area for spot in spots]
    total = sum(areas) if measure == "area" else max(areas, default=0.0)
    per_px = scene.metric.per_px
    return Finding(
        value=total * per_px * per_px,
        uom="mm2" if scene.metric.calibration else "{px2}",
        marks=marks,
        detail=detail,
    )


def blob(step: Blob, scene: Scene) -> Finding:
    """Spots darker or brighter than a threshold."""
    golden = patch(scene.taught.reference.grey, step.region).astype(np.float32)
    grey = relit(scene.grey(step.region).astype(np.float32), golden).astype(np.uint8)
    kind = cv2.THRESH_BINARY_INV if step.polarity == "dark" else cv2.THRESH_BINARY
    if step.threshold is None and float(grey.std()) < FLAT:
        mask = np.zeros_like(grey)
    elif step.threshold is None:
        mask = np.asarray(cv2.threshold(grey, 0, 255, kind | cv2.THRESH_OTSU)[1], np.uint8)
    else:
        mask = np.asarray(cv2.threshold(grey, step.threshold, 255, kind)[1], np.uint8)
    return spot_finding(scene, step.region, spots_of(mask, step.least_area), step.measure)


def surface(step: Surface, scene: Scene) -> Finding:
    """Spots that leave the median of their surroundings; two in a row join what noise has cut."""
    grey = scene.grey(step.region)
    side = step.window | 1
    around = cv2.medianBlur(grey, side) if side <= 255 else cv2.blur(grey, (side, side))
    calm = cv2.GaussianBlur(grey.astype(np.float32), (0, 0), 0.8)
    above = calm - around.astype(np.float32)
    if step.polarity == "dark":
        above = -above
    elif step.polarity == "both":
        above = np.abs(above)
    mask = (above > step.contrast).astype(np.uint8) * 255
    joined = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    return spot_finding(scene, step.region, spots_of(np.asarray(joined, np.uint8), step.least_area), step.measure)


def _mark(scene: Scene, region: Region, spot: Spot) -> Mark:
    x, y = region[0] + spot.box[0], region[1] + spot.box[1]
    w, h = spot.box[2], spot.box[3]
    outline = np.array([(x - 2.0, y - 2.0), (x + w + 1.0, y - 2.0), (x + w + 1.0, y + h + 1.0), (x - 2.0, y + h + 1.0)])
    return mark_of(scene.moved(outline), closed=True)
