"""``[[alarm]]`` tables of a control plan: every kind is read, every fault named, plans without them stay the same."""

from datetime import UTC, datetime
from decimal import Decimal

import msgspec
import pytest

from edge_agent.config.control_plan import parse_control_plan
from edge_agent.errors import ConfigError
from edge_agent.template import CONTROL_PLAN
from traceability.quality.alarm.rule import (
    ClockRule,
    ConsecutiveRule,
    DriftRule,
    FrozenBaseline,
    NoReadRule,
    PatternRule,
    TrendRule,
    YieldRule,
)
from traceability.record.codec import decode_record, encode_record, plan_id
from traceability.record.master import ControlPlan, ControlPlanRecord

BASELINE = """
[alarm.baseline]
id = "bore-2026-02"
centre = "25.000"
sigma = "0.002"
who = "q7"
at = 2026-02-01T08:00:00Z
why = "capability study"
data = ["study-12"]
"""
FROZEN = FrozenBaseline(
    id="bore-2026-02", centre=Decimal("25.000"), sigma=Decimal("0.002"), who="q7",
    at=datetime(2026, 2, 1, 8, tzinfo=UTC), why="capability study", data=("study-12",),
)  # fmt: skip
SHARE = 'operation = "OP10"\naccepted = 0.01\nraised = "0.05"\nfalse_alarm_every = 5000\n'
SHARED = {
    "operation": "OP10", "accepted": Decimal("0.01"), "raised": Decimal("0.05"), "false_alarm_every": 5000,
}  # fmt: skip


def plan_of(*tables):
    text = CONTROL_PLAN + "".join(f"\n[[alarm]]\n{table}" for table in tables)
    return parse_control_plan(text.encode(), "plan.toml")


@pytest.mark.parametrize(
    ("table", "rule"),
    [
        (
            f'id = "a"\nkind = "patterns"\ncharacteristic = "bore"\npatterns = ["WE1"]\nhold = true\n{BASELINE}',
            PatternRule(id="a", characteristic="bore", baseline=FROZEN, patterns=("WE1",), hold=True),
        ),
        (
            f'id = "a"\nkind = "drift"\ncharacteristic = "bore"\n{BASELINE}',
            DriftRule(id="a", characteristic="bore", baseline=FROZEN),
        ),
        (
            'id = "a"\nkind = "trend"\ncharacteristic = "bore"\nwindow = 30\nwithin = 200\n',
            TrendRule(id="a", characteristic="bore", window=30, within=200),
        ),
        (f'id = "a"\nkind = "yield"\n{SHARE}', YieldRule(id="a", **SHARED)),
        (f'id = "a"\nkind = "no-read"\n{SHARE}', NoReadRule(id="a", **SHARED)),
        ('id = "a"\nkind = "not-ok"\noperation = "OP10"\n', ConsecutiveRule(id="a", operation="OP10")),
        (
            'id = "a"\nkind = "clock"\noperation = "OP10"\nmost_ms = 900\n',
            ClockRule(id="a", operation="OP10", most_ms=900),
        ),
    ],
)  # fmt: skip
def test_every_kind_is_read_and_survives_the_ledger(table, rule):
    plan = plan_of(table)
    assert plan.alarms == (rule,)
    record = ControlPlanRecord(
        id=plan_id(plan), seq=1, salt="0" * 32, event_time=datetime(2026, 3, 1, tzinfo=UTC), plan=plan
    )
    read = decode_record(encode_record(record))
    assert read == record
    assert plan_id(read.plan) == record.id


def test_a_plan_without_rules_keeps_the_hash_it_had_before_there_were_any():
    plan = plan_of()
    before = {name: getattr(plan, name) for name in ControlPlan.__struct_fields__ if name != "alarms"}
    kind = msgspec.defstruct(
        "Before", [(name, type(value)) for name, value in before.items()], kw_only=True, omit_defaults=True
    )
    assert plan_id(plan) == plan_id(kind(**before))
    assert b"alarms" not in msgspec.json.encode(plan)


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ('id = "a"\nkind = "gut-feeling"\n', "alarm \"a\".kind: is 'gut-feeling'; expected one of patterns, drift"),
        ('id = "a"\nkind = "not-ok"\n', 'alarm "a".operation: is missing'),
        ('id = "a"\nkind = "not-ok"\noperation = "OP99"\n', "operation is 'OP99'"),
        ('id = "a"\nkind = "not-ok"\noperation = "OP10"\nwindow = 3\n', 'alarm "a".window: is no key'),
        ('id = "a"\nkind = "drift"\ncharacteristic = "bore"\n', 'alarm "a".baseline: is missing'),
        ('id = "a"\nkind = "trend"\ncharacteristic = "bore"\nwindow = 3\n', "window is 3; expected 10 to 1000"),
        ('id = "a"\nkind = "trend"\ncharacteristics = "bore"\n', "characteristics: is not a key here"),
        (f'id = "a"\nkind = "yield"\n{SHARE.replace("0.05", "0.01")}', "0.0001 <= accepted < raised"),
        (
            f'id = "a"\nkind = "drift"\ncharacteristic = "bore"\n{BASELINE.replace("0.002", "0")}',
            "sigma 0; expected a finite centre",
        ),
    ],
)
def test_a_fault_is_named_with_its_rule_and_key(table, said):
    with pytest.raises(ConfigError) as refused:
        plan_of(table)
    assert said in str(refused.value)
    assert "plan.toml" in str(refused.value)


def test_two_rules_of_one_id_are_refused():
    row = 'id = "a"\nkind = "not-ok"\noperation = "OP10"\n'
    with pytest.raises(ConfigError, match="stands twice"):
        plan_of(row, row)
