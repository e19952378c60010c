"""``control-plan.toml``: operations and characteristics of one part, as a ControlPlan of the ground.

The file mirrors ``traceability.record.master.ControlPlan``; the part is given as its GTIN, limits as texts or numbers
(read as exact decimals either way).
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import Annotated

import msgspec

from edge_agent.config.file import Name
from edge_agent.config.toml import parse_toml
from edge_agent.errors import ConfigError
from traceability.errors import IdentifierRefused
from traceability.identifier.item import part_uri
from traceability.measurement import Characteristic
from traceability.record.base import Decimals
from traceability.record.master import ControlPlan, Operation


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
    operation: tuple[Operation, ...]
    characteristic: tuple[CharacteristicTable, ...] = ()


class LoadedPlan(msgspec.Struct, frozen=True):
    """The plan and the GTIN it is for."""

    gtin: str
    plan: ControlPlan


def parse_control_plan(content: bytes, file: str) -> LoadedPlan:
    """The control plan in a TOML file's bytes; ConfigError names file, key and what was expected."""
    written = parse_toml(content, file, ControlPlanFile, parse_float=Decimal)
    if not written.operation:
        raise ConfigError(file, "operation", "is empty; expected at least one [[operation]]")
    refuse_twice(file, "operation", "id", [operation.id for operation in written.operation])
    refuse_twice(file, "characteristic", "id", [characteristic.id for characteristic in written.characteristic])
    operations = [operation.id for operation in written.operation]
    for characteristic in written.characteristic:
        _check_characteristic(file, characteristic, operations)
    plan = ControlPlan(
        part=checked_part(written.part, file, "part"),
        plant=written.plant,
        revision=written.revision,
        name=written.name,
        name_zh=written.name_zh,
        operations=written.operation,
        characteristics=tuple(Characteristic(**msgspec.structs.asdict(entry)) for entry in written.characteristic),
    )
    return LoadedPlan(written.part, plan)


def checked_part(gtin: str, file: str, key: str) -> str:
    """Canonical identity of the part with that GTIN."""
    try:
        return part_uri(gtin)
    except IdentifierRefused as error:
        raise ConfigError(file, key, f"{error.what}; expected a GTIN of 14 digits as a text") from None


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
