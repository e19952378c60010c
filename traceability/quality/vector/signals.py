"""Rules of charts over whole arrays: the points that complete a pattern, as ``charts.rule_watch`` finds them."""

from collections.abc import Iterable, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from traceability.quality.charts.rule import Alternating, Beyond, Outside, Rule, Run, Trend, Within, ZoneCount
from traceability.quality.charts.rule_watch import ROUNDING, Side
from traceability.quality.vector.steps import Doubles

Facts = NDArray[np.bool_]


class Signal(msgspec.Struct, frozen=True):
    """The points, by place from 0, at which a rule is broken on a side."""

    rule: str
    side: Side | None
    points: NDArray[np.intp]


class Limited(msgspec.Struct, frozen=True):
    """A plotted statistic with what it is judged by; all but ``values`` one number, or one a point."""

    values: Doubles
    centre: Doubles | float
    sigma: Doubles | float
    lcl: Doubles | float
    ucl: Doubles | float


def signals(plotted: Limited, rules: Sequence[Rule]) -> tuple[Signal, ...]:
    """Those of each rule and side that has any, in the rules' order."""
    judged = _Judged(plotted)
    found = [
        Signal(rule.id, side, np.flatnonzero(judged.completed(facts, enough, length)))
        for rule in rules
        for side, facts, enough, length in judged.registers(rule)
    ]
    return tuple(each for each in found if each.points.size)


class _Judged:
    """Facts about every point, each worked out once."""

    def __init__(self, plotted: Limited) -> None:
        self._plotted = plotted
        self._margin = ROUNDING * plotted.sigma
        self._offset = plotted.values - plotted.centre
        self._zones: dict[float, tuple[Facts, Facts]] = {}
        self._directions: NDArray[np.int8] | None = None

    def registers(self, rule: Rule) -> Iterable[tuple[Side | None, Facts, int, int]]:
        """Side, facts, how many of the latest must be so, and of how many."""
        match rule.pattern:
            case Beyond():
                plotted = self._plotted
                yield Side.UPPER, plotted.values - plotted.ucl > self._margin, 1, 1
                yield Side.LOWER, plotted.lcl - plotted.values > self._margin, 1, 1
            case ZoneCount(k, n, z):
                above, below = self._zone(z)
                yield Side.UPPER, above, k, n
                yield Side.LOWER, below, k, n
            case Run(n):
                above, below = self._zone(0.0)
                yield Side.UPPER, above, n, n
                yield Side.LOWER, below, n, n
            case Trend(n):
                yield Side.UPPER, self._direction() > 0, n - 1, n - 1
                yield Side.LOWER, self._direction() < 0, n - 1, n - 1
            case Alternating(n):
                direction = self._direction()
                turned = np.zeros(direction.size, np.bool_)
                turned[1:] = (direction[1:] != 0) & (direction[1:] == -direction[:-1])
                yield None, turned, n - 2, n - 2
            case Outside(n, z):
                yield None, np.logical_or(*self._zone(z)), n, n
            case Within(n, z):
                yield None, ~np.logical_or(*self._zone(z)), n, n

    @staticmethod
    def completed(facts: Facts, enough: int, length: int) -> Facts:
        """Where a fact is so, and ``enough`` of the latest ``length`` with it."""
        if length == 1 or not facts.any():
            return facts
        so_far = np.cumsum(facts, dtype=np.int32)
        recent = so_far.copy()
        recent[length:] -= so_far[:-length]
        return facts & (recent >= enough)

    def _zone(self, z: float) -> tuple[Facts, Facts]:
        if z not in self._zones:
            edge = z * self._plotted.sigma + self._margin
            self._zones[z] = self._offset > edge, -self._offset > edge
        return self._zones[z]

    def _direction(self) -> NDArray[np.int8]:
        if self._directions is None:
            values = self._plotted.values
            found = np.zeros(values.size, np.int8)
            found[1:] = (values[1:] > values[:-1]).astype(np.int8) - (values[1:] < values[:-1]).astype(np.int8)
            self._directions = found
        return self._directions
