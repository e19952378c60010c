"""What teaching learnt from good pictures, as arrays in the reference picture's frame."""

from collections.abc import Mapping

import msgspec
import numpy as np
from numpy.typing import NDArray

from vision.inspect.frame import Frame
from vision.picture import Grey

Lab = tuple[float, float, float]
Model = Mapping[str, NDArray[np.float32]]


class Taught(msgspec.Struct, frozen=True, kw_only=True):
    """``low`` and ``high`` bound the grey levels of all good pictures, pixel by pixel, in the reference's light.

    ``colours`` are mean colours in CIELAB by step, ``models`` what anomaly steps compare with, ``limits`` the limits
    that teaching found.
    """

    reference: Frame
    low: Grey
    high: Grey
    colours: Mapping[str, Lab] = {}
    models: Mapping[str, Model] = {}
    limits: Mapping[str, float] = {}
