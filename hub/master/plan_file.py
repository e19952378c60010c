"""A control plan as ``control-plan.toml``, the file of a line's agent: signed by the plant it is put in force there.

The file says from when the plan holds, the midnight of its day by the plant's clock: a line that has it earlier begins
with it then.
"""

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import msgspec

from hub.errors import NotFound
from hub.master.bodies import body_of
from hub.store.core.database import Reading
from hub.store.master.queries import read_master
from hub.store.master.versions import Thing, counted, in_force, versions_of_kind
from traceability.identifier.gs1_item import parse_gs1_uri
from traceability.identifier.item import CANONICAL_ROOT
from traceability.quality.alarm.rule import FrozenBaseline
from traceability.record.master import ControlPlan


class DatedPlan(msgspec.Struct, frozen=True):
    """A plan and since when it holds."""

    plan: ControlPlan
    begin: datetime


def plan_on(connection: Reading, plant: str, part: str, day: date) -> DatedPlan:
    """The plan that holds on a day; ``NotFound`` where none does."""
    by_thing = counted(versions_of_kind(connection, "control-plan", plant=plant, about=part))
    held = in_force(by_thing.get(Thing("control-plan", plant, part), {}), day)
    if held is None:
        raise NotFound(
            f"no control plan of {part[:100]!r} holds at {plant[:100]!r} on {day}", advice="import one, or ask of a day"
        )
    plan = body_of(held)
    assert isinstance(plan, ControlPlan)
    zone = read_master(connection).zone_of(plant)
    return DatedPlan(plan, datetime.combine(held.begin, time(0), zone))


def plan_toml(plan: ControlPlan, begin: datetime | None = None) -> str:
    """The file; figures are texts, so that they stay exact."""
    part = parse_gs1_uri(plan.part).gtin if plan.part.startswith(CANONICAL_ROOT) else plan.part
    head = {"part": part, "plant": plan.plant, "revision": plan.revision, "name": plan.name, "name_zh": plan.name_zh}
    lines = _pairs(head | {"valid_from": begin})
    for table, several in (("operation", plan.operations), ("characteristic", plan.characteristics)):
        for one in several:
            lines += ["", f"[[{table}]]", *_pairs(_fields(one))]
    for rule in plan.alarms:
        words = {"kind": str(rule.__struct_config__.tag), **_fields(rule)}
        baseline = words.pop("baseline", None)
        lines += ["", "[[alarm]]", *_pairs(words)]
        if isinstance(baseline, FrozenBaseline):
            lines += ["", "[alarm.baseline]", *_pairs(_fields(baseline))]
    return "\n".join(lines) + "\n"


def _fields(body: Any) -> dict[str, Any]:
    return {name: getattr(body, name) for name in body.__struct_fields__}


def _pairs(words: dict[str, Any]) -> list[str]:
    return [f"{name} = {_value(value)}" for name, value in words.items() if value not in (None, "", False)]


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, tuple):
        return "[" + ", ".join(_value(one) for one in value) + "]"
    return _quoted(f"{value:f}" if isinstance(value, Decimal) else str(value))


def _quoted(text: str) -> str:
    """A basic string of TOML 1.0: the backslash, the quote and control characters are escaped."""
    marks = {"\\": "\\\\", '"': '\\"'}
    return '"' + "".join(marks.get(c, c if c.isprintable() else f"\\U{ord(c):08X}") for c in text) + '"'
