"""Patches of the reference, found by normalised correlation over shifts and turns, coarse to fine, then refined."""

import math

import cv2
import msgspec
import numpy as np
from numpy.typing import NDArray

from vision.inspect.frame import Frame
from vision.inspect.locate.located import Located, Locator, not_located
from vision.inspect.locate.refine import refine
from vision.inspect.pose import Pose, cut, similarity, to_picture, turn_of
from vision.inspect.program import Region, Template
from vision.inspect.sampling import Points
from vision.picture import Grey

COARSE_SIDE = 24.0
"""A template's shorter side after shrinking for the first search, in pixels."""
NEAR = 12.0
"""How far a further fiducial may be from where the first one says."""


class _Hit(msgspec.Struct, frozen=True):
    score: float
    middle: Points
    angle: float


class _Search(msgspec.Struct, frozen=True):
    """A template at one size, and its region's middle in the reference."""

    grey: Grey
    middle: Points
    shrink: float


def template(settings: Template, reference: Frame) -> Locator:
    """The locator by templates."""
    first, *others = settings.fiducials
    shrink = min(1.0, COARSE_SIDE / min(first[2:]))
    coarse, fine = _search_of(reference.grey, first, shrink), _search_of(reference.grey, first, 1.0)
    step = math.degrees(1.5 / (max(first[2:]) * shrink / 2))
    full = math.degrees(1.5 / (max(first[2:]) / 2))

    def locate(frame: Frame) -> Located:
        turns = _around(0.0, settings.max_angle, step)
        hit = _best(frame.grey, coarse, coarse.middle, settings.search, turns)
        hit = _best(frame.grey, fine, hit.middle, 3 / shrink, _around(hit.angle, step, full))
        _accept(hit, settings, "the first fiducial")
        pose = similarity(hit.angle, 1.0, (fine.middle[0], fine.middle[1]), (hit.middle[0], hit.middle[1]))
        if others:
            pose = _joined(reference.grey, frame.grey, pose, hit, settings)
        pose, score = refine(reference.grey, frame.grey, pose, settings.fiducials, rigid=True)
        if score < settings.at_least:
            raise not_located(f"the fiducials look different there ({score:.2f})")
        return Located(pose, score)

    return locate


def _joined(reference: Grey, picture: Grey, pose: Pose, first: _Hit, settings: Template) -> Pose:
    """The turn told by fiducials far apart is better than that of one patch."""
    places, seen = [_middle(settings.fiducials[0])], [first.middle]
    for number, region in enumerate(settings.fiducials[1:], 2):
        search = _search_of(reference, region, 1.0)
        hit = _best(picture, search, to_picture(pose, search.middle), NEAR, [turn_of(pose)])
        _accept(hit, settings, f"fiducial {number}")
        places.append(search.middle)
        seen.append(hit.middle)
    taught, there = (points[-1] - points[0] for points in (places, seen))
    turn = math.degrees(math.atan2(there[1], there[0]) - math.atan2(taught[1], taught[0]))
    about, to = np.mean(places, axis=0), np.mean(seen, axis=0)
    return similarity(turn, 1.0, (about[0], about[1]), (to[0], to[1]))


def _accept(hit: _Hit, settings: Template, what: str) -> None:
    if hit.score < settings.at_least:
        raise not_located(f"{what} is not found: best likeness {hit.score:.2f}, {settings.at_least:g} is asked for")


def _middle(region: Region) -> Points:
    x, y, w, h = region
    return np.array([x + (w - 1) / 2, y + (h - 1) / 2])


def _search_of(reference: Grey, region: Region, shrink: float) -> _Search:
    grey = cut(reference, similarity(0, 1, (0, 0), (0, 0)), region, beyond=True)
    if shrink < 1.0:
        grey = np.asarray(cv2.resize(grey, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA), np.uint8)
    return _Search(grey, _middle(region), shrink)


def _around(middle: float, reach: float, step: float) -> list[float]:
    count = math.ceil(reach / step)
    return [middle + step * number for number in range(-count, count + 1) if abs(step * number) <= reach + 1e-9] or [0]


def _best(picture: Grey, search: _Search, about: Points, reach: float, turns: list[float]) -> _Hit:
    """The best match over turns, within ``reach`` of ``about`` in the picture."""
    hits = [_match(picture, search, about, reach, turn) for turn in turns]
    return max(hits, key=lambda hit: hit.score)


def _match(picture: Grey, search: _Search, about: Points, reach: float, turn: float) -> _Hit:
    """One turn: the picture around ``about`` is turned back and shrunk, then slid over."""
    th, tw = search.grey.shape
    pad = math.ceil(reach * search.shrink)
    width, height = tw + 2 * pad, th + 2 * pad
    middle = ((width - 1) / 2, (height - 1) / 2)
    back = similarity(turn, 1 / search.shrink, middle, (about[0], about[1]))
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    window = cv2.warpAffine(picture, back, (width, height), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    scores = _scores(np.asarray(window, np.uint8), search.grey)
    row, column = np.unravel_index(int(scores.argmax()), scores.shape)
    there = np.array([column + (tw - 1) / 2, row + (th - 1) / 2])
    return _Hit(float(scores[row, column]), to_picture(back, there), turn)


def _scores(window: Grey, template: Grey) -> NDArray[np.float32]:
    if float(template.std()) < 1.0:
        raise not_located("a fiducial is blank: nothing in it to be found by")
    found = np.asarray(cv2.matchTemplate(window, template, cv2.TM_CCOEFF_NORMED), np.float32)
    return np.nan_to_num(np.where(np.abs(found) <= 1.001, found, 0.0), nan=0.0, posinf=0.0, neginf=0.0)
