"""Rules judged point by point, in constant memory: the agent's watch and every chart's evaluation alike.

Each rule becomes one or two shift registers of yes/no facts about the latest points (beyond two sigma above, rose,
turned ...) and signals when the newest fact is yes and enough of the others are. A register holds as many facts as the
pattern has points, so a watch that sees the last ``reach`` points again is in the state it was; its state can also be
kept and put back.
"""

from collections import deque
from collections.abc import Iterable, Sequence
from enum import StrEnum

import msgspec

from traceability.quality.charts.rule import (
    Alternating,
    Beyond,
    Outside,
    Rule,
    Run,
    Trend,
    Within,
    ZoneCount,
)
from traceability.quality.errors import OutOfDomain

ROUNDING = 1e-9
"""Share of sigma by which a value must exceed a limit: limits are rounded doubles, and a point *on* one is inside."""

_FIXED = ("above", "below", "rose", "fell", "turned")


class Side(StrEnum):
    """Where a pattern lies, or which way a trend goes."""

    UPPER = "upper"
    LOWER = "lower"


class Violation(msgspec.Struct, frozen=True):
    """A rule broken at ``point``, which completes the pattern; ``points`` take part in it, in order."""

    rule: str
    point: int
    points: tuple[int, ...]
    side: Side | None = None


class WatchState(msgspec.Struct, frozen=True, array_like=True):
    """A watch's whole memory: the registers in the rules' order, the latest points, the last value, where it went."""

    registers: tuple[int, ...]
    points: tuple[int, ...]
    last: float | None
    direction: int


class _Register:
    """The latest facts of one rule on one side."""

    __slots__ = ("before", "bits", "fact", "k", "length", "mask", "rule", "side")

    def __init__(self, rule: str, side: Side | None, fact: int, k: int, *, n: int, before: int = 0) -> None:
        self.rule, self.side, self.fact = rule, side, fact
        self.k, self.length, self.before = k, n, before
        self.mask = (1 << n) - 1
        self.bits = 0

    def involved(self, points: Sequence[int]) -> tuple[int, ...]:
        """The points whose facts are yes, and those before them that the first fact compares with."""
        latest = points[-self.length - self.before :]
        if self.before:
            return tuple(latest)
        return tuple(p for age, p in zip(range(len(latest) - 1, -1, -1), latest, strict=True) if self.bits >> age & 1)


class RuleWatch:
    """Judges one chart's points in order. Points that are excluded are simply not shown to it."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._zones: list[float] = []
        self._registers = [register for rule in rules for register in self._registers_of(rule)]
        self.reach = max((r.length + r.before for r in self._registers), default=1)
        """How many latest points the state depends on."""
        self._points: deque[int] = deque(maxlen=self.reach)
        self._last: float | None = None
        self._direction = 0

    def see(
        self, point: int, value: float, centre: float, sigma: float, *, lcl: float | None, ucl: float | None
    ) -> tuple[Violation, ...]:
        """The patterns that this point completes; ``sigma`` > 0 is that of the plotted statistic."""
        facts = self._facts(value, centre, sigma, lcl, ucl)
        self._points.append(point)
        found: list[Violation] | None = None
        for register in self._registers:
            fact = facts[register.fact]
            bits = register.bits = ((register.bits << 1) | fact) & register.mask
            if fact and bits.bit_count() >= register.k:
                if found is None:
                    found = []
                found.append(Violation(register.rule, point, register.involved(list(self._points)), register.side))
        return tuple(found) if found else ()

    def state(self) -> WatchState:
        """All that later points are judged by."""
        return WatchState(tuple(r.bits for r in self._registers), tuple(self._points), self._last, self._direction)

    def restore(self, state: WatchState) -> None:
        """Go on from a state that a watch of the same rules was in; OutOfDomain when it is of others."""
        if len(state.registers) != len(self._registers):
            message = f"a state of {len(state.registers)} registers, this watch has {len(self._registers)}"
            raise OutOfDomain(message)
        for register, bits in zip(self._registers, state.registers, strict=True):
            register.bits = bits & register.mask
        self._points = deque(state.points, maxlen=self.reach)
        self._last, self._direction = state.last, state.direction

    def restart(self) -> None:
        """Forget every point, as after a correction of the process."""
        for register in self._registers:
            register.bits = 0
        self._points.clear()
        self._last, self._direction = None, 0

    def _facts(self, value: float, centre: float, sigma: float, lcl: float | None, ucl: float | None) -> list[bool]:
        """In the order of ``_FIXED``, then per zone: above, below, outside, within."""
        margin = ROUNDING * sigma
        direction = 0 if self._last is None or value == self._last else 1 if value > self._last else -1
        turned = direction != 0 and direction == -self._direction
        self._last, self._direction = value, direction
        facts = [
            ucl is not None and value - ucl > margin,
            lcl is not None and lcl - value > margin,
            direction > 0,
            direction < 0,
            turned,
        ]
        offset = value - centre
        for z in self._zones:
            edge = z * sigma + margin
            above, below = offset > edge, -offset > edge
            facts += (above, below, above or below, not (above or below))
        return facts

    def _registers_of(self, rule: Rule) -> list[_Register]:
        match rule.pattern:
            case Beyond():
                found = _both(rule.id, _FIXED.index("above"), 1, n=1)
            case ZoneCount(k, n, z):
                found = _both(rule.id, self._zone(z), k, n=n)
            case Run(n):
                found = _both(rule.id, self._zone(0.0), n, n=n)
            case Trend(n):
                found = _both(rule.id, _FIXED.index("rose"), n - 1, n=n - 1, before=1)
            case Alternating(n):
                found = [_Register(rule.id, None, _FIXED.index("turned"), n - 2, n=n - 2, before=2)]
            case Outside(n, z):
                found = [_Register(rule.id, None, self._zone(z) + 2, n, n=n)]
            case Within(n, z):
                found = [_Register(rule.id, None, self._zone(z) + 3, n, n=n)]
        return found

    def _zone(self, z: float) -> int:
        """Where the facts about this zone start."""
        if z not in self._zones:
            self._zones.append(z)
        return len(_FIXED) + 4 * self._zones.index(z)


def _both(rule: str, fact: int, k: int, *, n: int, before: int = 0) -> list[_Register]:
    """A register per side; the fact of the lower side follows that of the upper."""
    return [
        _Register(rule, Side.UPPER, fact, k, n=n, before=before),
        _Register(rule, Side.LOWER, fact + 1, k, n=n, before=before),
    ]
