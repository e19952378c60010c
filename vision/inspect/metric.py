"""Picture points to lengths, and how well they are known.

The budget of a length (GUM, JCGM 100:2008, clause 5.1.2, all contributions taken as independent): scatter of the edge
points, the edge's own systematic error, the calibration's residuals at both ends, and the calibrated scale.
"""

import math
from collections.abc import Sequence

import msgspec
import numpy as np

from vision.calibrate.camera import Calibration, to_mm
from vision.inspect.result import Contribution
from vision.inspect.sampling import Points

EDGE_SYSTEMATIC_PX = 0.02
"""Standard uncertainty of an edge's place that no averaging takes away: interpolation, grey levels, uneven light."""


class Metric(msgspec.Struct, frozen=True):
    """Pixels, or millimetres where there is a calibration."""

    calibration: Calibration | None

    @property
    def uom(self) -> str:
        """Of lengths (UCUM)."""
        return "mm" if self.calibration else "{px}"

    @property
    def per_px(self) -> float:
        """Length of a pixel."""
        return self.calibration.mm_per_px if self.calibration else 1.0

    def plane(self, points: Points) -> Points:
        """Picture points where lengths are taken."""
        return to_mm(self.calibration, points) if self.calibration else np.asarray(points, np.float64)

    def budget(self, length: float, scatter: Sequence[float], edges: float) -> tuple[Contribution, ...]:
        """Contributions to the uncertainty of ``length``.

        ``scatter``: standard uncertainties of what the points give; ``edges``: how many times an edge's systematic
        error enters (√2 for two edges on their own, 2 for a diameter, less for centres, where it cancels).
        """
        found = [Contribution("scatter", math.hypot(*scatter))]
        found.append(Contribution("edge", edges * EDGE_SYSTEMATIC_PX * self.per_px))
        if self.calibration:
            found.append(Contribution("calibration", math.sqrt(2.0) * self.calibration.u_place_mm))
            found.append(Contribution("scale", abs(length) * self.calibration.u_scale))
        return tuple(found)


def combined(budget: Sequence[Contribution]) -> float | None:
    """The combined standard uncertainty (GUM equation 10), None for no budget."""
    return math.hypot(*(line.u for line in budget)) if budget else None
