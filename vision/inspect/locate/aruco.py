"""Printed ArUco markers, all four corners of each."""

import cv2
import numpy as np

from vision.inspect.frame import Frame
from vision.inspect.locate.located import Located, Locator, not_located
from vision.inspect.pose import fit_similarity, to_picture
from vision.inspect.program import Aruco
from vision.inspect.sampling import Points
from vision.picture import Grey

_DICTIONARIES = {"4x4": cv2.aruco.DICT_4X4_1000, "5x5": cv2.aruco.DICT_5X5_1000, "6x6": cv2.aruco.DICT_6X6_1000}
WORST_PX = 2.0
"""A corner further from the fitted pose than this is a marker that was moved, or no similarity."""


def aruco(settings: Aruco, reference: Frame) -> Locator:
    """The locator of parts with markers; StepUndecided when the reference lacks one."""
    parameters = cv2.aruco.DetectorParameters()
    parameters.cornerRefinementMethod = cv2.aruco.CORNER_REFINE_SUBPIX
    dictionary = cv2.aruco.getPredefinedDictionary(_DICTIONARIES[settings.dictionary])
    detector = cv2.aruco.ArucoDetector(dictionary, parameters)
    taught = _wanted(detector, settings, reference.grey)

    def locate(frame: Frame) -> Located:
        seen = _wanted(detector, settings, frame.grey)
        pose = fit_similarity(taught, seen)
        off = float(np.abs(to_picture(pose, taught) - seen).max())
        if off > WORST_PX:
            raise not_located(f"the markers do not lie as they were taught: {off:.1f} px off")
        return Located(pose, 1.0 - off / WORST_PX)

    return locate


def _wanted(detector: cv2.aruco.ArucoDetector, settings: Aruco, grey: Grey) -> Points:
    """Corners of all wanted markers, in the order of the settings."""
    found, numbers, _ = detector.detectMarkers(grey)
    seen = [] if not found else [int(number) for number in numbers.ravel()]
    missing = [str(marker) for marker in settings.markers if seen.count(marker) != 1]
    if missing:
        raise not_located(f"marker {', '.join(missing)} is not in sight, or more than once")
    return np.concatenate([np.asarray(found[seen.index(m)], np.float64).reshape(4, 2) for m in settings.markers])
