"""Values that a device could show: around the examples of its profile, moving as such values move.

Energies and other counted amounts only grow; numbers swing by a few per cent around their first example, exactly on
the steps of their type; what is no number stays what its example says.
"""

import math
from collections.abc import Callable
from decimal import Decimal

from firmware_profiles.decode import FLOATS
from firmware_profiles.format import DataType, Example, Point, Profile, Value

_SWING = 0.02
_SWINGS = {"Hz": 0.001, "V": 0.01}
_NOISE = 0.25
_PERIOD = 20.0
_GROWTH = 1e-5
_COUNTED = (".h", "h", "{piece}")
_FLOAT_STEP = Decimal("0.001")


class Plausible:
    """``uniform`` gives evenly distributed numbers between 0 and 1; the same ones give the same values."""

    def __init__(self, profile: Profile, uniform: Callable[[], float]) -> None:
        self._uniform = uniform
        self._centre = {point.name: _centre(point, profile.examples) for point in profile.points}
        self._phase = {point.name: uniform() * 2 * math.pi for point in profile.points}

    def value(self, point: Point, elapsed: float, now_ms: int) -> Value:
        """What the point shows ``elapsed`` seconds after the start; ``now_ms`` is the device's clock."""
        centre = self._centre[point.name]
        if point.type is DataType.DATETIME:
            return now_ms
        if isinstance(centre, bool) or not isinstance(centre, int | Decimal) or point.flags is not None:
            return centre
        if (point.uom or "").endswith(_COUNTED):
            return _stepped(point, Decimal(centre) * Decimal(1 + _GROWTH * elapsed))
        turn = 2 * math.pi * elapsed / _PERIOD + self._phase[point.name]
        swing = _SWINGS.get(point.uom or "", _SWING) * math.sin(turn)
        noise = 1 + _NOISE * (self._uniform() - 0.5)
        return _stepped(point, Decimal(centre) * Decimal(1 + swing * noise))


def _centre(point: Point, examples: tuple[Example, ...]) -> Value:
    found = [example.value for example in examples if example.point == point.name and not example.fault]
    return next((value for value in found if value is not None), None)


def _stepped(point: Point, number: Decimal) -> Decimal | int:
    """The nearest number that the point's type holds exactly, whole where its steps are."""
    step = _FLOAT_STEP if point.type in FLOATS else abs(point.scale)
    steps = ((number - point.offset) / step).to_integral_value()
    value = steps * step + point.offset
    return int(value) if value == value.to_integral_value() and step == step.to_integral_value() else value
