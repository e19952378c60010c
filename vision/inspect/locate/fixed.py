"""A nest holds the part: it is where it was taught, if there is anything to see at all."""

from vision.inspect.frame import Frame
from vision.inspect.locate.located import Located, Locator
from vision.inspect.pose import unmoved
from vision.inspect.program import Fixed


def fixed(_settings: Fixed, _reference: Frame) -> Locator:
    """The locator of parts that cannot move."""
    return lambda _frame: Located(unmoved(), 1.0)
