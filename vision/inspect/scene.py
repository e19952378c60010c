"""One picture under inspection, as the steps see it."""

import msgspec
import numpy as np
from numpy.typing import NDArray

from vision.inspect.frame import Frame
from vision.inspect.metric import Metric
from vision.inspect.pose import Pose, corners, cut, to_picture
from vision.inspect.program import Region
from vision.inspect.result import Mark, Point
from vision.inspect.sampling import Points
from vision.inspect.taught import Taught


class MeasuredCircle(msgspec.Struct, frozen=True):
    """Centre where lengths are taken, the standard uncertainty of each of its coordinates, and where to draw it."""

    centre: Points
    u: float
    drawn: Point


class Scene(msgspec.Struct, frozen=True, kw_only=True):
    """The picture, where the part lies in it, what was taught, and the circles measured so far (by step)."""

    frame: Frame
    pose: Pose
    taught: Taught
    metric: Metric
    circles: dict[str, MeasuredCircle]

    def grey(self, region: Region) -> NDArray[np.uint8]:
        """The region in the reference's frame, in grey."""
        return cut(self.frame.grey, self.pose, region)

    def colour(self, region: Region) -> NDArray[np.uint8]:
        """The region in the reference's frame, in colour."""
        return cut(self.frame.colour, self.pose, region)

    def mark(self, region: Region) -> Mark:
        """The region's outline in the picture."""
        return mark_of(to_picture(self.pose, corners(region)), closed=True)

    def moved(self, points: Points) -> Points:
        """Reference points in the picture."""
        return to_picture(self.pose, points)


def patch(picture: NDArray[np.uint8], region: Region) -> NDArray[np.uint8]:
    """The region of a picture in the reference's frame: what `Scene.grey` is compared with."""
    x, y, w, h = (round(edge) for edge in region)
    return picture[y : y + max(1, h), x : x + max(1, w)]


def mark_of(points: Points, *, closed: bool = False) -> Mark:
    """Points to draw."""
    return Mark(points=tuple((float(x), float(y)) for x, y in points), closed=closed)
