"""``control-plan.toml``: operations and characteristics of one part, as a ControlPlan of the ground.

The file mirrors ``traceability.record.master.ControlPlan``; the part is given as its GTIN or private identity, limits
as texts or numbers (read as exact decimals either way). ``valid_from`` says since when it holds and is no part of the
plan: it stays the same plan, under the same hash, whenever it begins.
"""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated

import msgspec

from edge_agent.config.alarms import AlarmTable, check_alarm
from edge_agent.config.file import Name
from edge_agent.config.toml import line_of, parse_toml
from edge_agent.errors import ConfigError
from edge_agent.plans import PlanVersion
from traceability.errors import IdentifierRefused
from traceability.identifier.item import ItemKind, parse_item, part_uri
from traceability.identifier.private import PRIVATE_ROOT
from traceability.measurement import Characteristic
from traceability.record.base import Decimals
from traceability.record.codec import plan_id
from traceability.record.master import ControlPlan, Operation

_YEARS = range(2000, 3000)


class CharacteristicTable(msgspec.Struct, frozen=True, kw_only=True):
    """``[[characteristic]]``: what is measured at ``operation``; limits in ``uom`` (UCUM), ``key`` for 关键特性."""

    id: Name
    name: Name
    operation: Name
    uom: Annotated[str, msgspec.Meta(max_length=20)]
    decimals: Decimals
    lsl: Decimal | None = None
    target: Decimal | None = None
    usl: Decimal | None = None
    key: bool = False


class ControlPlanFile(msgspec.Struct, frozen=True, kw_only=True):
    """The whole file."""

    part: str
    plant: Name
    revision: Name
    name: Name
    name_zh: str = ""
    valid_from: datetime | None = None
    operation: tuple[Operation, ...]
    characteristic: tuple[CharacteristicTable, ...] = ()
    alarm: tuple[AlarmTable, ...] = ()


def parse_plan_version(content: bytes, path: Path) -> PlanVersion:
    """The control plan in a TOML file's bytes, and since when it holds; ConfigError names file and key."""
    written = _written(content, str(path))
    begin = written.valid_from
    if begin is not None and (begin.tzinfo is None or begin.year not in _YEARS):
        expected = f"is {begin.isoformat()}; expected a time with its offset, as in 2026-03-01T00:00:00+08:00"
        raise ConfigError(str(path), f"valid_from ({line_of(content, 'valid_from')})", expected)
    plan = _plan(written, str(path))
    return PlanVersion(plan=plan, id=plan_id(plan), valid_from=begin, file=path)


def parse_control_plan(content: bytes, file: str) -> ControlPlan:
    """The control plan in a TOML file's bytes; ConfigError names file, key and what was expected."""
    return _plan(_written(content, file), file)


def _written(content: bytes, file: str) -> ControlPlanFile:
    return parse_toml(content, file, ControlPlanFile, parse_float=Decimal)


def _plan(written: ControlPlanFile, file: str) -> ControlPlan:
    if not written.operation:
        raise ConfigError(file, "operation", "is empty; expected at least one [[operation]]")
    refuse_twice(file, "operation", "id", [operation.id for operation in written.operation])
    refuse_twice(file, "characteristic", "id", [characteristic.id for characteristic in written.characteristic])
    refuse_twice(file, "alarm", "id", [alarm.id for alarm in written.alarm])
    operations = [operation.id for operation in written.operation]
    for characteristic in written.characteristic:
        _check_characteristic(file, characteristic, operations)
    characteristics = tuple(Characteristic(**msgspec.structs.asdict(entry)) for entry in written.characteristic)
    by_id = {entry.id: entry for entry in characteristics}
    return ControlPlan(
        part=checked_part(written.part, file, "part"),
        plant=written.plant,
        revision=written.revision,
        name=written.name,
        name_zh=written.name_zh,
        operations=written.operation,
        characteristics=characteristics,
        alarms=tuple(check_alarm(entry, by_id, frozenset(operations), file) for entry in written.alarm),
    )


def checked_part(text: str, file: str, key: str) -> str:
    """Canonical identity of the part with that GTIN or private identity."""
    expected = "expected a GTIN of 14 digits as a text, or a private identity such as urn:zhuoyue:id:acme:part:4711"
    try:
        if not text.startswith(PRIVATE_ROOT):
            return part_uri(text)
        kind = parse_item(text).kind
    except IdentifierRefused as error:
        raise ConfigError(file, key, f"{error.what}; {expected}") from None
    if kind is not ItemKind.PART:
        raise ConfigError(file, key, f"names a {kind}; {expected}")
    return text


def refuse_twice(file: str, table: str, key: str, names: Iterable[str]) -> None:
    """ConfigError when a name stands twice."""
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise ConfigError(file, f'{table} "{name}".{key}', "stands twice; expected each one once")
        seen.add(name)


def _check_characteristic(file: str, entry: CharacteristicTable, operations: list[str]) -> None:
    place = f'characteristic "{entry.id}"'
    if entry.operation not in operations:
        expected = f"is {entry.operation!r}; expected an operation of this plan: {', '.join(operations)}"
        raise ConfigError(file, f"{place}.operation", expected)
    limits = [limit for limit in (entry.lsl, entry.target, entry.usl) if limit is not None]
    if any(not limit.is_finite() for limit in limits):
        raise ConfigError(file, place, "has a limit that is no number; leave it out for a one-sided characteristic")
    if limits != sorted(limits) or (entry.lsl is not None and entry.lsl == entry.usl):
        raise ConfigError(file, place, "has limits out of order; expected lsl <= target <= usl and lsl < usl")
