"""Round marks told apart by their distances: every pair of marks proposes a pose, the one that most agree with wins."""

import itertools
import math
from collections.abc import Iterator

import cv2
import numpy as np

from vision.inspect.edges import find_edge
from vision.inspect.frame import Frame
from vision.inspect.locate.located import Located, Locator, not_located
from vision.inspect.pose import Pose, fit_similarity, to_picture
from vision.inspect.program import Circles, Polarity
from vision.inspect.result import StepUndecided
from vision.inspect.sampling import Points, inside, read_at
from vision.inspect.shapes import fit_circle
from vision.picture import Grey

MOST_MARKS = 60
PAIRS = 3
"""Pairs of marks that propose; more than one, so that a missing mark is told as one."""
RAYS = 36
CONTRAST = 15.0
ROUND = 0.7
"""Least roundness, 4πA/P² on pixel contours."""


def circles(settings: Circles, _reference: Frame) -> Locator:
    """The locator by round marks, whose places the program gives."""
    taught: Points = np.array(settings.fiducials, np.float64)

    def locate(frame: Frame) -> Located:
        seen = _marks(frame.grey, settings)
        if len(seen) < 2:
            raise not_located(f"{len(seen)} round marks of radius {settings.radius:g} px in sight; two are needed")
        best = max(_proposals(taught, seen, settings), key=lambda one: (one[1], -one[2]), default=None)
        if best is None or best[1] < len(taught):
            most = 0 if best is None else best[1]
            raise not_located(f"{most} of {len(taught)} marks lie as they were taught")
        pose, _, _ = best
        nearest = np.hypot(*(to_picture(pose, taught)[:, None] - seen[None]).transpose(2, 0, 1)).argmin(axis=1)
        fitted = fit_similarity(taught, seen[nearest])
        off = float(np.abs(to_picture(fitted, taught) - seen[nearest]).max())
        return Located(fitted, max(0.0, 1.0 - off / settings.tolerance))

    return locate


def _proposals(taught: Points, seen: Points, settings: Circles) -> Iterator[tuple[Pose, int, float]]:
    """Poses by marks far apart, how many marks agree with each, and how far those are off."""
    pairs = itertools.combinations(range(len(taught)), 2)
    longest = sorted(pairs, key=lambda pair: -math.dist(taught[pair[0]], taught[pair[1]]))[:PAIRS]
    for pair, found in itertools.product(longest, itertools.permutations(range(len(seen)), 2)):
        apart = math.dist(taught[pair[0]], taught[pair[1]])
        if abs(math.dist(seen[found[0]], seen[found[1]]) / apart - 1.0) > settings.max_scale:
            continue
        pose = fit_similarity(taught[list(pair)], seen[list(found)])
        distances = np.hypot(*(to_picture(pose, taught)[:, None] - seen[None]).transpose(2, 0, 1)).min(axis=1)
        agreeing = distances <= settings.tolerance
        yield pose, int(agreeing.sum()), float(distances[agreeing].sum())


def _marks(grey: Grey, settings: Circles) -> Points:
    """Centres of round spots of about the radius, by circles fitted to their edges."""
    window = 2 * round(4 * settings.radius) + 1
    kind = cv2.THRESH_BINARY_INV if settings.polarity == "dark" else cv2.THRESH_BINARY
    level = CONTRAST if settings.polarity == "dark" else -CONTRAST
    spots = cv2.adaptiveThreshold(grey, 255, cv2.ADAPTIVE_THRESH_MEAN_C, kind, window, level)
    contours, _ = cv2.findContours(spots, cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
    wanted = math.pi * settings.radius**2
    found: list[Points] = []
    for contour in contours:
        area, around = cv2.contourArea(contour), cv2.arcLength(contour, True)
        if not 0.5 * wanted < area < 1.8 * wanted or 4 * math.pi * area < ROUND * around**2:
            continue
        (x, y), _ = cv2.minEnclosingCircle(contour)
        centre = _centre(grey, np.array([x, y]), settings)
        if centre is not None and all(math.dist(centre, other) > settings.radius for other in found):
            found.append(centre)
    return np.array(found[:MOST_MARKS], np.float64).reshape(-1, 2)


def _centre(grey: Grey, about: Points, settings: Circles) -> Points | None:
    band = max(4.0, 0.4 * settings.radius)
    angles = 2 * math.pi * np.arange(RAYS) / RAYS
    rays = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    along = np.arange(max(0.0, settings.radius - band - 4), settings.radius + band + 5)
    points = about + rays[:, None] * along[None, :, None]
    if not inside(points, grey):
        return None
    polarity: Polarity = "dark-to-bright" if settings.polarity == "dark" else "bright-to-dark"
    try:
        rows, at = find_edge(read_at(grey, points), polarity, CONTRAST, "strongest")
        circle = fit_circle(about + rays[rows] * (along[0] + at)[:, None])
    except StepUndecided:
        return None
    return circle.centre if abs(circle.radius / settings.radius - 1) <= 0.3 else None
