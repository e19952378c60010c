"""A pose to a hundredth of a pixel: Gauss-Newton on the picture itself.

B. D. Lucas, T. Kanade, IJCAI 1981, for the four parameters of a similarity, on grey levels freed of their local mean
and scale, so that neither more nor uneven light moves the part.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.inspect.pose import Pose, cut
from vision.inspect.program import Region
from vision.picture import Grey

STEPS = 20
ENOUGH = 0.002
"""Pixels: a step shorter than this is the last."""
BACKGROUND = 12.0
"""Sigma of the local mean that is taken away, in pixels."""
Levels = NDArray[np.float32]


def refine(
    reference: Grey, picture: Grey, pose: Pose, regions: tuple[Region, ...], *, rigid: bool = False
) -> tuple[Pose, float]:
    """The pose that fits best near ``pose``, and the correlation there over ``regions`` (-1 to 1).

    ``rigid`` keeps the scale: small patches cannot tell blur from size, and far from them that would matter.
    """
    fixed = np.diag([1e12 if rigid else 0.0, 0.0, 0.0, 0.0])
    targets = [_Patch(reference, region) for region in regions]
    for _ in range(STEPS):
        normal, right = np.zeros((4, 4)), np.zeros(4)
        for target in targets:
            target.add(picture, pose, normal, right)
        a, b, dx, dy = np.linalg.solve(
            normal + fixed * normal[0, 0] + 1e-9 * np.diag(np.diag(normal)) + 1e-9 * np.eye(4), right
        )
        linear = pose[:, :2] @ np.array([[1 + a, -b], [b, 1 + a]])
        pose = np.column_stack([linear, pose[:, 2] + pose[:, :2] @ (dx, dy)])
        if max(abs(dx), abs(dy), targets[0].reach * max(abs(a), abs(b))) < ENOUGH:
            break
    weights = [target.levels.size for target in targets]
    return pose, float(np.average([target.likeness(picture, pose) for target in targets], weights=weights))


class _Patch:
    """A region of the reference with its gradients, in coordinates of the reference picture."""

    def __init__(self, reference: Grey, region: Region) -> None:
        x, y, w, h = (round(edge) for edge in region)
        self.region: Region = (x, y, w, h)
        self.levels = _even(reference[y : y + h, x : x + w])
        gx = cv2.Sobel(self.levels, cv2.CV_32F, 1, 0, scale=0.125)
        gy = cv2.Sobel(self.levels, cv2.CV_32F, 0, 1, scale=0.125)
        across, down = np.meshgrid(np.arange(x, x + w, dtype=np.float32), np.arange(y, y + h, dtype=np.float32))
        steep = [gx * across + gy * down, gy * across - gx * down, gx, gy]
        self.jacobian = np.stack([part.ravel() for part in steep], axis=1).astype(np.float64)
        self.normal = self.jacobian.T @ self.jacobian
        self.reach = float(max(x + w, y + h))

    def add(self, picture: Grey, pose: Pose, normal: NDArray[np.float64], right: NDArray[np.float64]) -> None:
        """Adds this patch's share of the normal equations.

        The picture under the pose is the reference moved by (a, b, dx, dy); so their difference, on the reference's
        gradients, is what the pose lacks (inverse composition).
        """
        difference = (self.levels - _even(cut(picture, pose, self.region, beyond=True))).ravel()
        normal += self.normal
        right += self.jacobian.T @ difference

    def likeness(self, picture: Grey, pose: Pose) -> float:
        """The correlation of both."""
        return float((self.levels * _even(cut(picture, pose, self.region, beyond=True))).mean())


def _even(levels: NDArray[np.generic]) -> Levels:
    """Without local mean, of unit variance; all zero where there is nothing to see."""
    smooth = levels.astype(np.float32)
    smooth -= cv2.GaussianBlur(smooth, (0, 0), BACKGROUND)
    deviation = float(smooth.std())
    return smooth / deviation if deviation > 0.5 else np.zeros_like(smooth)
