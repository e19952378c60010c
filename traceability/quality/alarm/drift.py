"""Small lasting changes against a frozen baseline: EWMA and CUSUM of the mean, EWMA of the squared errors (MSE).

The average of squares (MacGregor & Harris, Journal of Quality Technology 25, 1993, 106) grows with the spread and with
any offset of the mean. Each of the three has a third of the rule's false-alarm rate, so that together they have at
most that.
"""

import math

import msgspec

from traceability.measurement import Characteristic
from traceability.quality.alarm.rule import DriftRule
from traceability.quality.alarm.run_length import (
    ALLOWANCE,
    EWMA_WEIGHT,
    SQUARES_WEIGHT,
    cusum_interval,
    ewma_width,
    squares_limit,
)
from traceability.quality.alarm.signal import Signal
from traceability.quality.charts.rule_watch import Side

_STATISTICS = 3
EWMA, CUSUM, SPREAD = "ewma-mean", "cusum-mean", "ewma-squares"


class DriftState(msgspec.Struct, frozen=True, array_like=True):
    """Average, both sums and the average of squares, in sigmas; ``seen`` values since the start or the last signal."""

    average: float = 0.0
    high: float = 0.0
    low: float = 0.0
    squares: float = 1.0
    seen: int = 0


class DriftDetector:
    """Sees values in steps of the characteristic's resolution."""

    state_type = DriftState
    _average: float
    _high: float
    _low: float
    _squares: float
    _seen: int

    def __init__(self, rule: DriftRule, characteristic: Characteristic) -> None:
        self._unit = 10.0**-characteristic.decimals
        self._centre = float(rule.baseline.centre) / self._unit
        self._per_step = self._unit / float(rule.baseline.sigma)
        each = rule.false_alarm_every * _STATISTICS
        self._far = ewma_width(each) * math.sqrt(EWMA_WEIGHT / (2.0 - EWMA_WEIGHT))
        self._interval = cusum_interval(each)
        self._widest = squares_limit(each)
        self.restore(DriftState())

    def see(self, value: int, at_ms: int) -> Signal | None:  # noqa: ARG002 - as all detectors of values
        """The signal that this value gives."""
        z = (value - self._centre) * self._per_step
        average = self._average = self._average + EWMA_WEIGHT * (z - self._average)
        high, low = self._high + z - ALLOWANCE, self._low - z - ALLOWANCE
        self._high = high = max(0.0, high)
        self._low = low = max(0.0, low)
        squares = self._squares = self._squares + SQUARES_WEIGHT * (z * z - self._squares)
        self._seen += 1
        if -self._far <= average <= self._far and high <= self._interval >= low and squares <= self._widest:
            return None
        return self._signal(value)

    def state(self) -> DriftState:
        """To be kept."""
        return DriftState(self._average, self._high, self._low, self._squares, self._seen)

    def restore(self, state: DriftState) -> None:
        """Go on from a kept state of the same rule."""
        self._average, self._high, self._low = state.average, state.high, state.low
        self._squares, self._seen = state.squares, state.seen

    def _signal(self, value: int) -> Signal:
        found = [
            (EWMA, abs(self._average), self._far),
            (CUSUM, max(self._high, self._low), self._interval),
            (SPREAD, self._squares, self._widest),
        ]
        beyond = [entry for entry in found if entry[1] > entry[2]]
        name, statistic, limit = beyond[0]
        side = None if name == SPREAD else Side.UPPER if self._average > 0.0 else Side.LOWER
        units = self._seen
        self.restore(DriftState())
        return Signal(
            signs=tuple(name for name, _, _ in beyond),
            statistic=statistic,
            limit=limit,
            side=side,
            value=value * self._unit,
            units=units,
        )
