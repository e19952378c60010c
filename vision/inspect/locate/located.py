"""What a locator answers."""

from collections.abc import Callable

import msgspec

from vision.inspect.frame import Frame
from vision.inspect.pose import Pose
from vision.inspect.result import StepUndecided, Why


class Located(msgspec.Struct, frozen=True):
    """The pose, and how sure it is: 0 to 1, by the kind's own measure."""

    pose: Pose
    score: float


Locator = Callable[[Frame], Located]
"""Raises StepUndecided (NOT_LOCATED) where the part is not found, or not for certain."""


def not_located(detail: str) -> StepUndecided:
    """The part is not there, not in sight, or not recognised."""
    return StepUndecided(Why.NOT_LOCATED, detail)
