"""Detectors of results: too many failures, failures in a row, a clock that is off."""

import msgspec

from traceability.quality.alarm.rule import ClockRule, ConsecutiveRule, NoReadRule, YieldRule
from traceability.quality.alarm.run_length import count_limit
from traceability.quality.alarm.signal import Signal
from traceability.quality.charts.rule_watch import Side

BERNOULLI, IN_A_ROW, OFFSET = "bernoulli-cusum", "in-a-row", "clock-offset"


class ShareState(msgspec.Struct, frozen=True, array_like=True):
    """The sum in steps, and how many units came and failed since it was last 0."""

    total: int = 0
    units: int = 0
    failed: int = 0


class ShareDetector:
    """Bernoulli CUSUM in whole steps: exact, and the same on every machine."""

    state_type = ShareState
    _total: int
    _units: int
    _failed: int

    def __init__(self, rule: YieldRule | NoReadRule) -> None:
        design = count_limit(float(rule.accepted), float(rule.raised), rule.false_alarm_every)
        self._step, self._limit = design.step, design.limit
        self.restore(ShareState())

    def see(self, failed: bool) -> Signal | None:
        """The signal that this unit gives."""
        total = self._total + self._step if failed else self._total - 1
        if total <= 0:
            self._total = self._units = self._failed = 0
            return None
        self._total = total
        self._units += 1
        self._failed += failed
        if total <= self._limit:
            return None
        found = Signal(
            signs=(BERNOULLI,),
            statistic=float(total),
            limit=float(self._limit),
            side=Side.UPPER,
            units=self._units,
            failed=self._failed,
        )
        self.restore(ShareState())
        return found

    def state(self) -> ShareState:
        """To be kept."""
        return ShareState(self._total, self._units, self._failed)

    def restore(self, state: ShareState) -> None:
        """Go on from a kept state of the same rule."""
        self._total, self._units, self._failed = state.total, state.units, state.failed


class RowState(msgspec.Struct, frozen=True, array_like=True):
    """How many in a row."""

    length: int = 0


class ConsecutiveDetector:
    """Counts failures in a row."""

    state_type = RowState

    def __init__(self, rule: ConsecutiveRule) -> None:
        self._count = rule.count
        self._length = 0

    def see(self, failed: bool) -> Signal | None:
        """The signal that this unit gives."""
        self._length = self._length + 1 if failed else 0
        if self._length < self._count:
            return None
        self._length = 0
        count = self._count
        return Signal(signs=(IN_A_ROW,), statistic=float(count), limit=float(count), units=count, failed=count)

    def state(self) -> RowState:
        """To be kept."""
        return RowState(self._length)

    def restore(self, state: RowState) -> None:
        """Go on from a kept state of the same rule."""
        self._length = state.length


class ClockDetector:
    """Counts results in a row whose device clock is too far off."""

    state_type = RowState

    def __init__(self, rule: ClockRule) -> None:
        self._most, self._count = rule.most_ms, rule.count
        self._length = 0

    def see(self, offset_ms: int) -> Signal | None:
        """The signal that this offset (the author's clock minus the device's) gives."""
        self._length = self._length + 1 if abs(offset_ms) > self._most else 0
        if self._length < self._count:
            return None
        self._length = 0
        side = Side.UPPER if offset_ms > 0 else Side.LOWER
        return Signal(
            signs=(OFFSET,), statistic=float(offset_ms), limit=float(self._most), side=side, units=self._count
        )

    def state(self) -> RowState:
        """To be kept."""
        return RowState(self._length)

    def restore(self, state: RowState) -> None:
        """Go on from a kept state of the same rule."""
        self._length = state.length
