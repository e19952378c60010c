"""Patterns on the chart of single values (I-MR) or of means (X̄-R), against a frozen baseline, value by value."""

import math

import msgspec

from traceability.measurement import Characteristic
from traceability.quality.alarm.rule import PATTERNS, SPREAD, PatternRule
from traceability.quality.alarm.signal import Signal
from traceability.quality.charts import factors
from traceability.quality.charts.chart import Constants
from traceability.quality.charts.rule_watch import ROUNDING, RuleWatch, Side, WatchState

_WIDTH = 3.0


class PatternState(msgspec.Struct, frozen=True, array_like=True):
    """The watch, how many points it saw, and the subgroup that is not full yet (of single values: the last one)."""

    watch: WatchState
    seen: int
    values: tuple[int, ...]


class PatternDetector:
    """Sees values in steps of the characteristic's resolution."""

    state_type = PatternState

    def __init__(self, rule: PatternRule, characteristic: Characteristic) -> None:
        self._unit = 10.0**-characteristic.decimals
        sigma = float(rule.baseline.sigma) / self._unit
        size = max(2, rule.subgroup)
        self._size = rule.subgroup
        self._centre, self._sigma = float(rule.baseline.centre) / self._unit, sigma / math.sqrt(rule.subgroup)
        self._lower, self._upper = self._centre - _WIDTH * self._sigma, self._centre + _WIDTH * self._sigma
        limit = factors.d2(size, Constants.EXACT) + _WIDTH * factors.d3(size, Constants.EXACT)
        self._widest = (limit + ROUNDING) * sigma if SPREAD in rule.patterns else math.inf
        self._watch = RuleWatch([PATTERNS[name] for name in rule.patterns if name in PATTERNS])
        self._seen = 0
        self._values: list[int] = []

    def see(self, value: int, at_ms: int) -> Signal | None:  # noqa: ARG002 - as all detectors of values
        """The signal that this value completes."""
        values = self._values
        values.append(value)
        if self._size == 1:
            spread = abs(value - values[0])
            if len(values) > 1:
                del values[0]
            point = float(value)
        else:
            if len(values) < self._size:
                return None
            spread, point = max(values) - min(values), sum(values) / self._size
            values.clear()
        self._seen += 1
        found = self._watch.see(self._seen, point, self._centre, self._sigma, lcl=self._lower, ucl=self._upper)
        if not found and spread <= self._widest:
            return None
        signs = [violation.rule for violation in found]
        if found:
            side, units = found[0].side, len(found[0].points)
            statistic, limit = point, self._lower if side is Side.LOWER else self._upper
        else:
            side, units, statistic, limit = Side.UPPER, 1, float(spread), self._widest
        if spread > self._widest:
            signs.append(SPREAD)
        self._watch.restart()
        values.clear()
        return Signal(
            signs=tuple(dict.fromkeys(signs)),
            statistic=statistic * self._unit,
            limit=limit * self._unit,
            side=side,
            value=point * self._unit,
            units=units * self._size,
        )

    def state(self) -> PatternState:
        """To be kept."""
        return PatternState(self._watch.state(), self._seen, tuple(self._values))

    def restore(self, state: PatternState) -> None:
        """Go on from a kept state of the same rule."""
        self._watch.restore(state.watch)
        self._seen, self._values = state.seen, list(state.values)
