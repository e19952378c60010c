"""The kinds of locating, in one visible table."""

from collections.abc import Callable, Mapping
from typing import Any

from vision.inspect.frame import Frame
from vision.inspect.locate.aruco import aruco
from vision.inspect.locate.circles import circles
from vision.inspect.locate.features import features
from vision.inspect.locate.fixed import fixed
from vision.inspect.locate.located import Located, Locator, not_located
from vision.inspect.locate.template import template
from vision.inspect.pose import scale_of, turn_of
from vision.inspect.program import Aruco, Circles, Features, Fixed, Locate, Template

LOCATORS: Mapping[type, Callable[[Any, Frame], Locator]] = {
    Fixed: fixed,
    Template: template,
    Circles: circles,
    Aruco: aruco,
    Features: features,
}


def locator_of(settings: Locate, reference: Frame) -> Locator:
    """The locator for a program, taught with its reference picture.

    Raises:
        StepUndecided: the reference itself lacks what the part is to be located by.
    """
    kind = LOCATORS[type(settings)](settings, reference)

    def locate(frame: Frame) -> Located:
        found = kind(frame)
        turn, scale = turn_of(found.pose), scale_of(found.pose)
        if abs(turn) > settings.max_angle:
            raise not_located(f"the part is turned by {turn:.1f}°, {settings.max_angle:g}° are allowed")
        if abs(scale - 1.0) > settings.max_scale:
            raise not_located(f"the part is {scale:.3f} times as large as taught")
        return found

    return locate
