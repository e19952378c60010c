"""All detectors of one operation, as one station's results pass them; sans-I/O, its state is plain bytes.

What a result brings is seen by the detectors it concerns:

- values of trust, of a unit's first submission: the summary and the detectors of their characteristic;
- whether a first submission failed: yield and failures in a row;
- whether the unit could be identified, of every result: the rate of NOREAD;
- the offset of the device's clock, of every result that has one.

So a retest, which repeats what was measured before, is no second piece of evidence.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from traceability.measurement import Characteristic
from traceability.quality.alarm.counts import ClockDetector, ConsecutiveDetector, ShareDetector
from traceability.quality.alarm.drift import DriftDetector
from traceability.quality.alarm.patterns import PatternDetector
from traceability.quality.alarm.rule import (
    AlarmRule,
    ClockRule,
    ConsecutiveRule,
    DriftRule,
    NoReadRule,
    PatternRule,
    TrendRule,
    ValueRule,
    YieldRule,
)
from traceability.quality.alarm.signal import Signal
from traceability.quality.alarm.summary import Summary, SummaryState
from traceability.quality.alarm.trend import TrendDetector
from traceability.quality.errors import OutOfDomain

ValueDetector = PatternDetector | DriftDetector | TrendDetector
ResultDetector = ShareDetector | ConsecutiveDetector | ClockDetector

_encode = msgspec.msgpack.Encoder().encode
_json = msgspec.json.Encoder(decimal_format="string").encode


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """What one result brought; ``failed`` is None unless it is its unit's first submission.

    ``values`` are those of trust, in steps of their characteristics; ``offset_ms`` is None where it was not measured.
    """

    at_ms: int
    failed: bool | None
    no_read: bool
    offset_ms: int | None = None
    values: Sequence[tuple[str, int]] = ()


class Warned(msgspec.Struct, frozen=True):
    """A rule that a result broke, and how."""

    rule: AlarmRule
    signal: Signal


class _Channel:
    """Summary and detectors of one characteristic."""

    __slots__ = ("detectors", "summary")

    def __init__(self) -> None:
        self.summary = Summary()
        self.detectors: list[tuple[ValueRule, ValueDetector]] = []


class Watch:
    """``rules`` are those of a plan; what is not of ``operation`` does not concern it. InvalidRule: checked before."""

    def __init__(self, rules: Iterable[AlarmRule], characteristics: Iterable[Characteristic], operation: str) -> None:
        self._here = {entry.id: entry for entry in characteristics if entry.operation == operation}
        self._channels: dict[str, _Channel] = {}
        self._first: list[tuple[AlarmRule, ShareDetector | ConsecutiveDetector]] = []
        self._reads: list[tuple[AlarmRule, ShareDetector]] = []
        self._clocks: list[tuple[AlarmRule, ClockDetector]] = []
        self._keyed: list[tuple[str, ValueDetector | ResultDetector]] = []
        for rule in rules:
            self._add(rule, operation)
        self.any = bool(self._keyed)
        """Whether there is anything to watch."""

    def see(self, seen: Seen) -> list[Warned]:
        """Every rule that this result breaks."""
        found: list[Warned] = []
        for rule, reads in self._reads:
            if (signal := reads.see(seen.no_read)) is not None:
                found.append(Warned(rule, signal))
        if seen.offset_ms is not None:
            for rule, clock in self._clocks:
                if (signal := clock.see(seen.offset_ms)) is not None:
                    found.append(Warned(rule, signal))
        if seen.failed is not None:
            for rule, share in self._first:
                if (signal := share.see(seen.failed)) is not None:
                    found.append(Warned(rule, signal))
            self._see_values(seen, found)
        return found

    def _see_values(self, seen: Seen, found: list[Warned]) -> None:
        for characteristic, value in seen.values:
            channel = self._channels.get(characteristic)
            if channel is not None:
                channel.summary.add(value)
                for watched, detector in channel.detectors:
                    if (signal := detector.see(value, seen.at_ms)) is not None:
                        found.append(Warned(watched, signal))

    def summary(self, characteristic: str) -> Summary | None:
        """The running sums of a characteristic that a rule watches."""
        channel = self._channels.get(characteristic)
        return None if channel is None else channel.summary

    def state(self) -> bytes:
        """Everything that later results are judged by."""
        detectors = {key: detector.state() for key, detector in self._keyed}
        summaries = {name: channel.summary.state() for name, channel in self._channels.items()}
        return _encode((detectors, summaries))

    def restore(self, state: bytes) -> None:
        """Go on from a kept state: detectors whose rule and limits are unchanged; the others begin anew."""
        try:
            detectors, summaries = msgspec.msgpack.decode(state, type=tuple[dict[str, Any], dict[str, SummaryState]])
        except msgspec.DecodeError:
            return
        for key, detector in self._keyed:
            if key in detectors:
                _restore(detector, detectors[key])
        for name, channel in self._channels.items():
            channel.summary = Summary(summaries.get(name))

    def _add(self, rule: AlarmRule, operation: str) -> None:
        if isinstance(rule, PatternRule | DriftRule | TrendRule):
            characteristic = self._here.get(rule.characteristic)
            if characteristic is None:
                return
            detector = _value_detector(rule, characteristic)
            self._channels.setdefault(characteristic.id, _Channel()).detectors.append((rule, detector))
            self._keyed.append((_key(rule, characteristic), detector))
        elif rule.operation == operation:
            self._keyed.append((_key(rule, None), self._result_detector(rule)))

    def _result_detector(self, rule: YieldRule | NoReadRule | ConsecutiveRule | ClockRule) -> ResultDetector:
        if isinstance(rule, ClockRule):
            clock = ClockDetector(rule)
            self._clocks.append((rule, clock))
            return clock
        if isinstance(rule, ConsecutiveRule):
            row = ConsecutiveDetector(rule)
            self._first.append((rule, row))
            return row
        share = ShareDetector(rule)
        (self._reads if isinstance(rule, NoReadRule) else self._first).append((rule, share))
        return share


def _value_detector(rule: ValueRule, characteristic: Characteristic) -> ValueDetector:
    if isinstance(rule, PatternRule):
        return PatternDetector(rule, characteristic)
    if isinstance(rule, DriftRule):
        return DriftDetector(rule, characteristic)
    return TrendDetector(rule, characteristic)


def _restore(detector: Any, state: Mapping[str, Any]) -> None:
    try:
        detector.restore(msgspec.convert(state, detector.state_type))
    except (msgspec.ValidationError, OutOfDomain):
        return  # kept by another version: it begins anew


def _key(rule: AlarmRule, characteristic: Characteristic | None) -> str:
    """Names the rule and what it judges by, so that a state is taken up by an unchanged rule only."""
    judged = hashlib.sha256(_json(rule) + _json(characteristic)).hexdigest()[:16]
    return f"{rule.id}:{judged}"
