"""The price of a rule: after how many good units of a stable process it raises a false alarm, on average."""

from collections.abc import Iterable

from traceability.quality.alarm.rule import AlarmRule, ClockRule, ConsecutiveRule, PatternRule
from traceability.quality.alarm.run_length import PUBLISHED, consecutive_run_length


def false_alarm_every(rule: AlarmRule) -> int | None:
    """Units between two false alarms: as chosen (then at least that), or as published; None where nobody can know.

    A set of patterns has a published run length or none; on subgroups it counts subgroups, here units.
    """
    if isinstance(rule, PatternRule):
        length = PUBLISHED.get(frozenset(rule.patterns))
        return None if length is None else round(length * rule.subgroup)
    if isinstance(rule, ConsecutiveRule):
        return None if rule.accepted is None else round(consecutive_run_length(float(rule.accepted), rule.count))
    if isinstance(rule, ClockRule):
        return None
    return rule.false_alarm_every


def together(rules: Iterable[AlarmRule]) -> int | None:
    """All these rules taken together, at worst: their rates added. None without any known price."""
    prices = [price for rule in rules if (price := false_alarm_every(rule)) is not None]
    return round(1.0 / sum(1.0 / price for price in prices)) if prices else None
