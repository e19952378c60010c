"""The control plan's file and the versions of it beside: ``control-plan.toml`` and ``control-plan.d/*.toml``.

Each file in the folder says from when its plan holds (``valid_from``); the file itself may. All of them are of one part
at one plant. What stations measure must be in some version, and fit every version in which it is.
"""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import msgspec

from edge_agent.config.control_plan import parse_plan_version
from edge_agent.config.settings import Station
from edge_agent.config.toml import line_of, read_bytes
from edge_agent.errors import ConfigError
from edge_agent.plans import Plans, PlanVersion
from traceability.downlink import plan_folder_name
from traceability.measurement import Characteristic
from traceability.record.master import ControlPlan, Operation

MOST_VERSIONS = 200
"""Of one line's plan; a file is read at each start and reload."""


class PlanFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file that was read, by its name beside the control plan's file, and what it says."""

    name: str
    content: bytes
    version: PlanVersion


def folder_of(plan_file: Path) -> Path:
    """Where the versions of a control plan lie."""
    return plan_file.with_name(plan_folder_name(plan_file.name))


def read_plans(
    plan_file: Path, named_by: str, candidate: Path | None = None, folder: Path | None = None
) -> tuple[PlanFile, ...]:
    """The plan's own file and those of the folder by their names; ConfigError names file and line.

    ``candidate`` and ``folder`` are read in place of those.
    """
    home = folder_of(plan_file)
    named = {plan_file.name: candidate or plan_file}
    named |= {f"{home.name}/{path.name}": path for path in sorted((folder or home).glob("*.toml"))}
    if len(named) > MOST_VERSIONS:
        raise ConfigError(str(home), "", f"holds {len(named) - 1} files; expected fewer than {MOST_VERSIONS}")
    found: list[PlanFile] = []
    for name, path in named.items():
        content = read_bytes(path, "" if found else named_by)
        one = PlanFile(name=name, content=content, version=parse_plan_version(content, path))
        if found:
            _check_later(one, found)
        found.append(one)
    return tuple(found)


def _check_later(one: PlanFile, others: Sequence[PlanFile]) -> None:
    version, content, file = one.version, one.content, str(one.version.file)
    if version.valid_from is None:
        expected = "is missing; expected from when it holds, as in 2026-03-01T00:00:00+08:00"
        raise ConfigError(file, "valid_from", expected)
    first = others[0].version
    for key in ("part", "plant"):
        wanted, given = getattr(first.plan, key), getattr(version.plan, key)
        if wanted != given:
            expected = f"is {given}, of {first.file} it is {wanted}; expected versions of one line's plan"
            raise ConfigError(file, f"{key} ({line_of(content, key)})", expected)
    for other in others:
        if other.version.valid_from == version.valid_from:
            expected = f"is that of {other.version.file} too; expected one plan from one time on"
            raise ConfigError(file, f"valid_from ({line_of(content, 'valid_from')})", expected)


def stations_of(plans: Plans, stations: Callable[[ControlPlan], tuple[Station, ...]]) -> tuple[Station, ...]:
    """The stations, by the last version of all that they name; ``stations`` checks them against one plan."""
    first, *others = plans.versions
    found = stations(_filled(first.plan, plans.versions))
    for version in others:
        try:
            other = stations(_filled(version.plan, plans.versions))
        except ConfigError as error:
            raise ConfigError(str(version.file), "", f"does not fit the stations: {error}") from None
        _check_programs(found, other, version)
        found = other
    return found


def _filled(plan: ControlPlan, versions: Sequence[PlanVersion]) -> ControlPlan:
    """The plan, and what other versions have beyond it: what a station names need not be in all of them."""
    operations: dict[str, Operation] = {}
    characteristics: dict[str, Characteristic] = {}
    for one in (*(version.plan for version in versions), plan):
        operations |= {entry.id: entry for entry in one.operations}
        characteristics |= {entry.id: entry for entry in one.characteristics}
    return msgspec.structs.replace(
        plan, operations=tuple(operations.values()), characteristics=tuple(characteristics.values())
    )


def _check_programs(found: Iterable[Station], other: Iterable[Station], version: PlanVersion) -> None:
    """An inspection program judges by limits of its own, and its values have one resolution, whatever the time."""
    for mine, its in zip(found, other, strict=True):
        for one, same in zip(mine.inspections, its.inspections, strict=True):
            for step, characteristic in one.measurements.items():
                if characteristic.decimals != same.measurements[step].decimals:
                    expected = "has other decimals in another version; an inspection program needs one resolution"
                    raise ConfigError(str(version.file), f'characteristic "{characteristic.id}"', expected)
