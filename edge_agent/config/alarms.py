"""``[[alarm]]`` of the control plan: rules of early warning, as the ground's rules. Figures are texts or numbers."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec

from edge_agent.config.file import Name
from edge_agent.errors import ConfigError
from traceability.measurement import Characteristic
from traceability.quality.alarm.rule import (
    AlarmRule,
    ClockRule,
    ConsecutiveRule,
    DriftRule,
    FrozenBaseline,
    NoReadRule,
    PatternRule,
    TrendRule,
    YieldRule,
    check_rule,
)
from traceability.quality.errors import InvalidRule

_KINDS: dict[str, type[AlarmRule]] = {
    str(kind.__struct_config__.tag): kind
    for kind in (PatternRule, DriftRule, TrendRule, YieldRule, NoReadRule, ConsecutiveRule, ClockRule)
}


class BaselineTable(msgspec.Struct, frozen=True, kw_only=True):
    """``[alarm.baseline]``: centre and sigma of single values, who froze them when and why, and from which data."""

    id: Name
    centre: Decimal
    sigma: Decimal
    who: Name
    at: datetime
    why: str
    data: tuple[str, ...]


class AlarmTable(msgspec.Struct, frozen=True, kw_only=True):
    """``[[alarm]]``: every key that some kind has; ``kind`` says which of them it needs."""

    id: Name
    kind: str
    hold: bool = False
    characteristic: Name | None = None
    operation: Name | None = None
    baseline: BaselineTable | None = None
    patterns: tuple[str, ...] | None = None
    subgroup: int | None = None
    window: int | None = None
    within: int | None = None
    accepted: Decimal | None = None
    raised: Decimal | None = None
    count: int | None = None
    most_ms: int | None = None
    false_alarm_every: int | None = None


def check_alarm(
    table: AlarmTable, characteristics: dict[str, Characteristic], operations: frozenset[str], file: str
) -> AlarmRule:
    """The rule of one table; ConfigError names the key."""
    place = f'alarm "{table.id}"'
    kind = _KINDS.get(table.kind)
    if kind is None:
        raise ConfigError(file, f"{place}.kind", f"is {table.kind!r}; expected one of {', '.join(_KINDS)}")
    fields = {field.name: field for field in msgspec.structs.fields(kind)}
    given: dict[str, Any] = {
        name: value
        for name in AlarmTable.__struct_fields__
        if name != "kind" and (value := getattr(table, name)) is not None and (name != "hold" or value)
    }
    for name in given:
        if name not in fields:
            expected = f"is no key of a rule of kind {table.kind}; expected some of {', '.join(fields)}"
            raise ConfigError(file, f"{place}.{name}", expected)
    for name, field in fields.items():
        if field.required and name not in given:
            raise ConfigError(file, f"{place}.{name}", f"is missing; a rule of kind {table.kind} needs it")
    if table.baseline is not None:
        given["baseline"] = FrozenBaseline(**msgspec.structs.asdict(table.baseline))
    rule: AlarmRule = kind(**given)
    try:
        check_rule(rule, characteristics, operations)
    except InvalidRule as error:
        raise ConfigError(file, place, error.what) from None
    return rule
