"""Alarm rules as data. A control plan states them; the agent judges by them, and whoever reads the plan knows them.

Each rule says how often it may raise a false alarm, or has a fixed price that :mod:`traceability.quality.alarm.price`
states. Numbers are decimals, in the characteristic's unit of measure.
"""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, TypeAlias

import msgspec

from traceability.measurement import Characteristic
from traceability.quality.charts.rule import NELSON, WESTERN_ELECTRIC, Rule
from traceability.quality.errors import InvalidRule

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]

SPREAD = "SPREAD"
"""Beside the patterns of Western Electric and Nelson: the moving range (or range of the subgroup) beyond its limit."""

PATTERNS: dict[str, Rule] = {rule.id: rule for rule in (*WESTERN_ELECTRIC, *NELSON)}
FEWEST, MOST = 100, 300_000
"""The bounds of a chosen false-alarm rate: once in so many units."""


class AlarmKind(StrEnum):
    """What an alarm warns of."""

    RULE_VIOLATED = "rule-violated"
    TREND_TO_LIMIT = "trend-to-limit"
    YIELD_DROP = "yield-drop"
    CONSECUTIVE_NOT_OK = "consecutive-not-ok"
    NO_READ_RATE = "no-read-rate"
    DEVICE_DRIFT = "device-drift"


class FrozenBaseline(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Centre and sigma of single values, frozen: by whom, when, why, from which data (ids of records or studies)."""

    id: Name
    centre: Decimal
    sigma: Decimal
    who: Name
    at: datetime
    why: str
    data: tuple[str, ...]


class PatternRule(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind", tag="patterns"):
    """Patterns on the chart of single values, or of the means of ``subgroup`` neighbours, against a baseline."""

    id: Name
    characteristic: Name
    baseline: FrozenBaseline
    patterns: tuple[str, ...] = ("WE1", "WE2", "WE3", "WE4")
    subgroup: int = 1
    hold: bool = False


class DriftRule(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind", tag="drift"):
    """Small lasting changes against a baseline: EWMA and CUSUM of the mean, EWMA of the squared errors."""

    id: Name
    characteristic: Name
    baseline: FrozenBaseline
    false_alarm_every: int = 10_000
    hold: bool = False


class TrendRule(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind", tag="trend"):
    """A significant linear trend over ``window`` values that reaches a limit within ``within`` units."""

    id: Name
    characteristic: Name
    window: int = 50
    within: int = 1000
    false_alarm_every: int = 10_000
    hold: bool = False


class YieldRule(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind", tag="yield"):
    """First submissions fail more often than ``accepted``; tuned to see ``raised`` soonest."""

    id: Name
    operation: Name
    accepted: Decimal
    raised: Decimal
    false_alarm_every: int = 10_000
    hold: bool = False


class NoReadRule(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind", tag="no-read"):
    """Units cannot be identified more often than ``accepted``; tuned to see ``raised`` soonest."""

    id: Name
    operation: Name
    accepted: Decimal
    raised: Decimal
    false_alarm_every: int = 10_000
    hold: bool = False


class ConsecutiveRule(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind", tag="not-ok"):
    """``count`` first submissions in a row are NOT_OK; ``accepted`` share of failures, only to state the price."""

    id: Name
    operation: Name
    count: int = 3
    accepted: Decimal | None = None
    hold: bool = False


class ClockRule(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind", tag="clock"):
    """The device's clock is off by more than ``most_ms`` in ``count`` results in a row."""

    id: Name
    operation: Name
    most_ms: int = 2_000
    count: int = 3
    hold: bool = False


ValueRule: TypeAlias = PatternRule | DriftRule | TrendRule
ResultRule: TypeAlias = YieldRule | NoReadRule | ConsecutiveRule | ClockRule
AlarmRule: TypeAlias = ValueRule | ResultRule

_KINDS: dict[type, AlarmKind] = {
    PatternRule: AlarmKind.RULE_VIOLATED,
    DriftRule: AlarmKind.DEVICE_DRIFT,
    TrendRule: AlarmKind.TREND_TO_LIMIT,
    YieldRule: AlarmKind.YIELD_DROP,
    NoReadRule: AlarmKind.NO_READ_RATE,
    ConsecutiveRule: AlarmKind.CONSECUTIVE_NOT_OK,
    ClockRule: AlarmKind.DEVICE_DRIFT,
}


def kind_of_rule(rule: AlarmRule) -> AlarmKind:
    """What an alarm of this rule warns of."""
    return _KINDS[type(rule)]


def check_rule(rule: AlarmRule, characteristics: dict[str, Characteristic], operations: frozenset[str]) -> None:
    """InvalidRule, saying which key and what was expected, for a rule that nothing can be judged by."""
    if isinstance(rule, PatternRule | DriftRule | TrendRule):
        if rule.characteristic not in characteristics:
            raise _invalid(rule, f"characteristic is {rule.characteristic!r}", "one of this plan's characteristics")
        _check_values(rule, characteristics[rule.characteristic])
    else:
        if rule.operation not in operations:
            raise _invalid(rule, f"operation is {rule.operation!r}", "one of this plan's operations")
        _check_results(rule)
    every = getattr(rule, "false_alarm_every", FEWEST)
    if not FEWEST <= every <= MOST:
        raise _invalid(rule, f"false_alarm_every is {every}", f"{FEWEST} to {MOST} units")


def _check_values(rule: ValueRule, characteristic: Characteristic) -> None:
    if isinstance(rule, TrendRule):
        if not 10 <= rule.window <= 1000:
            raise _invalid(rule, f"window is {rule.window}", "10 to 1000 values")
        if not 1 <= rule.within <= 1_000_000:
            raise _invalid(rule, f"within is {rule.within}", "1 to 1000000 units")
        if characteristic.lsl is None and characteristic.usl is None:
            raise _invalid(rule, f"characteristic {rule.characteristic!r} has no limit", "one with lsl or usl")
        return
    _check_baseline(rule)
    if isinstance(rule, PatternRule):
        unknown = [name for name in rule.patterns if name not in PATTERNS and name != SPREAD]
        if unknown or not rule.patterns:
            raise _invalid(rule, f"patterns are {list(rule.patterns)}", f"some of {', '.join((*PATTERNS, SPREAD))}")
        if not 1 <= rule.subgroup <= 25:
            raise _invalid(rule, f"subgroup is {rule.subgroup}", "1 to 25 values")


def _check_baseline(rule: PatternRule | DriftRule) -> None:
    baseline = rule.baseline
    if not (baseline.centre.is_finite() and baseline.sigma.is_finite() and baseline.sigma > 0):
        raise _invalid(rule, f"baseline has sigma {baseline.sigma}", "a finite centre and a sigma above 0")
    if baseline.at.tzinfo is None:
        raise _invalid(rule, f"baseline.at is {baseline.at}", "a time with its zone")
    if not (baseline.why and baseline.data):
        raise _invalid(rule, "baseline says not why it was frozen, or from which data", "both")


def _check_results(rule: ResultRule) -> None:
    if isinstance(rule, YieldRule | NoReadRule):
        if not Decimal("0.0001") <= rule.accepted < rule.raised < 1:
            expected = "0.0001 <= accepted < raised < 1"
            raise _invalid(rule, f"accepted is {rule.accepted}, raised is {rule.raised}", expected)
        return
    if not 1 <= rule.count <= 1000:
        raise _invalid(rule, f"count is {rule.count}", "1 to 1000")
    if isinstance(rule, ConsecutiveRule) and rule.accepted is not None and not 0 < rule.accepted < 1:
        raise _invalid(rule, f"accepted is {rule.accepted}", "a share between 0 and 1")
    if isinstance(rule, ClockRule) and rule.most_ms < 1:
        raise _invalid(rule, f"most_ms is {rule.most_ms}", "1 or more")


def _invalid(rule: AlarmRule, found: str, expected: str) -> InvalidRule:
    return InvalidRule(f"alarm rule {rule.id!r}: {found}; expected {expected}")
