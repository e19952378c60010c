"""A trend towards a limit, and when it gets there; says nothing unless the linear trend is significant.

Least squares over the latest ``window`` values with their running numbers as abscissa; all sums are exact integers, so
that nothing drifts however long it runs. A test is made every tenth of a window, at the level at which so many tests
have the chosen false-alarm rate (union bound: the true rate is lower, also because a limit must be within reach). The
time to the limit is where the fitted line crosses it, with Fieller's 95 % interval (Draper & Smith, Applied Regression
Analysis, 3.2); single values cross earlier.
"""

import math
from collections import deque

import msgspec

from traceability.measurement import Characteristic
from traceability.quality.alarm.rule import TrendRule
from traceability.quality.alarm.signal import Forecast, Signal
from traceability.quality.charts.rule_watch import Side
from traceability.quality.distributions import t_quantile

SIGN = "linear-trend"
_TESTS_IN_A_WINDOW = 10
_FARTHEST = 10**9


class TrendState(msgspec.Struct, frozen=True, array_like=True):
    """The values of the window with their times, and how many came since the last test."""

    values: tuple[int, ...]
    times: tuple[int, ...]
    untested: int


class TrendDetector:
    """Sees values in steps of the characteristic's resolution, with their times in milliseconds."""

    state_type = TrendState
    _values: deque[int]
    _times: deque[int]
    _untested: int
    _sum_y: int
    _sum_xy: int
    _sum_yy: int

    def __init__(self, rule: TrendRule, characteristic: Characteristic) -> None:
        n = self._n = rule.window
        self._unit = 10.0**-characteristic.decimals
        self._limits = tuple(
            None if limit is None else float(limit) / self._unit for limit in (characteristic.lsl, characteristic.usl)
        )
        self._within = rule.within
        self._between = max(1, n // _TESTS_IN_A_WINDOW)
        self._sum_x, self._spread_x = n * (n - 1) // 2, n * (n * n - 1) / 12.0
        self._significant = t_quantile(1.0 - self._between / rule.false_alarm_every / 2.0, n - 2) ** 2
        self._confident = t_quantile(0.975, n - 2) ** 2
        self.restore(TrendState((), (), 0))

    def see(self, value: int, at_ms: int) -> Signal | None:
        """The signal that a test with this value gives, where one is due."""
        values, n = self._values, self._n
        if len(values) == n:
            first = values.popleft()
            self._times.popleft()
            self._sum_y -= first
            self._sum_xy -= self._sum_y
            self._sum_yy -= first * first
        self._sum_xy += len(values) * value
        self._sum_y += value
        self._sum_yy += value * value
        values.append(value)
        self._times.append(at_ms)
        self._untested += 1
        if self._untested < self._between or len(values) < n:
            return None
        self._untested = 0
        return self._tested()

    def state(self) -> TrendState:
        """To be kept."""
        return TrendState(tuple(self._values), tuple(self._times), self._untested)

    def restore(self, state: TrendState) -> None:
        """Go on from a kept state of the same rule."""
        self._values, self._times = deque(state.values), deque(state.times)
        self._untested = state.untested
        self._sum_y = sum(state.values)
        self._sum_xy = sum(x * y for x, y in enumerate(state.values))
        self._sum_yy = sum(y * y for y in state.values)

    def _tested(self) -> Signal | None:
        n = self._n
        product = n * self._sum_xy - self._sum_x * self._sum_y
        slope = product / (n * self._spread_x)
        total = (n * self._sum_yy - self._sum_y * self._sum_y) / n
        explained = slope * slope * self._spread_x
        residual = max(0.0, total - explained)
        limit = self._limits[product > 0]
        if not product or limit is None or explained * (n - 2) <= self._significant * residual:
            return None
        forecast = self._forecast(slope, residual / (n - 2), limit)
        if forecast.units > self._within:
            return None
        value = self._values[-1]
        found = Signal(
            signs=(SIGN,),
            statistic=slope * self._unit,
            limit=limit * self._unit,
            side=Side.UPPER if slope > 0.0 else Side.LOWER,
            value=value * self._unit,
            units=n,
            forecast=forecast,
        )
        self.restore(TrendState((), (), 0))
        return found

    def _forecast(self, slope: float, variance: float, limit: float) -> Forecast:
        """Roots of (d + slope·u)² = t²·s²·(1/n + u²/Sxx), where u is counted from the middle of the window."""
        distance = self._sum_y / self._n - limit
        doubt = self._confident * variance
        square = slope * slope - doubt / self._spread_x
        root = math.sqrt(max(0.0, doubt / self._spread_x * distance * distance + doubt / self._n * square))
        ends = sorted((-slope * distance + sign * root) / square for sign in (-1.0, 1.0))
        middle = (self._n - 1) / 2.0
        units, least, most = (
            min(_FARTHEST, max(0, math.ceil(u - middle - 1e-6))) for u in (-distance / slope, ends[0], ends[1])
        )
        pace = (self._times[-1] - self._times[0]) / (self._n - 1) / 1000.0
        seconds = min(_FARTHEST, round(units * pace)) if pace > 0.0 else None
        return Forecast(units=units, least=least, most=most, seconds=seconds)
