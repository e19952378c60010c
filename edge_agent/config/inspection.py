"""``[[station.inspection]]``: the program, its steps and the control plan must agree before the station runs."""

from decimal import Decimal
from pathlib import Path

import msgspec

from edge_agent.config.file import StationTable
from edge_agent.config.inspection_table import InspectionTable
from edge_agent.config.settings import Camera, Inspection
from edge_agent.errors import ConfigError
from traceability.measurement import Characteristic
from traceability.record.master import ControlPlan
from vision.errors import VisionError
from vision.inspect.program import Step
from vision.inspect.program_file import Loaded, load_program
from vision.inspect.steps.registry import limits_of
from vision.inspect.steps.units import uom_of


def check_inspections(
    station: StationTable, camera: Camera | None, plan: ControlPlan, folder: Path, file: str
) -> tuple[Inspection, ...]:
    """The inspections of a station.

    ConfigError for a position without a camera, a program that cannot be loaded, and limits or units that differ.
    """
    here = {entry.id: entry for entry in plan.characteristics if entry.operation == station.operation}
    taken = set(station.measurements.values())
    if camera is not None:
        taken |= {entry.id for wanted in camera.measurements.values() for entry in wanted.values()}
    found: list[Inspection] = []
    for table in station.inspection:
        key = f'station "{station.name}".inspection "{table.position}".'
        positions = () if camera is None else camera.positions
        if table.position not in positions:
            known = ", ".join(positions) or "none: the station has no camera"
            raise ConfigError(file, key + "position", f"is {table.position!r}; expected one of the camera's: {known}")
        if table.position in {other.position for other in found}:
            raise ConfigError(file, key + "position", "stands twice; expected one program for each position")
        found.append(_inspection(table, here, taken, folder / table.program, file=file, key=key))
    return tuple(found)


def _inspection(
    table: InspectionTable, here: dict[str, Characteristic], taken: set[str], path: Path, *, file: str, key: str
) -> Inspection:
    try:
        loaded = load_program(path)
    except VisionError as error:
        raise ConfigError(file, key + "program", str(error)) from None
    steps = {step.id: step for step in loaded.program.step}
    measured: dict[str, Characteristic] = {}
    for step, name in table.measurements.items():
        where = f"{key}measurements.{step}"
        if step not in steps:
            raise ConfigError(file, where, f"is no step of {path}; expected one of {', '.join(steps)}")
        if name not in here:
            known = ", ".join(here) or "none"
            raise ConfigError(file, where, f"is {name!r}; expected a characteristic of this operation: {known}")
        if name in taken:
            raise ConfigError(file, where, f"is {name!r}, which is measured already")
        _check_agreement(steps[step], loaded, here[name], file, where)
        taken.add(name)
        measured[step] = here[name]
    return Inspection(
        position=table.position,
        program=path,
        digest=loaded.digest,
        name=loaded.program.name,
        version=loaded.program.version,
        measurements=measured,
        timeout=table.timeout_s,
    )


def _check_agreement(step: Step, loaded: Loaded, wanted: Characteristic, file: str, where: str) -> None:
    """Limits stand in the program, for use without an agent, and in the plan, which counts: never two truths."""
    uom = uom_of(step, calibrated=loaded.calibration is not None)
    if uom != wanted.uom:
        raise ConfigError(file, where, f"the step gives {uom}, {wanted.id} is in {wanted.uom}; make them agree")
    for name, limit, planned in zip(
        ("lsl", "usl"), limits_of(step, loaded.taught), (wanted.lsl, wanted.usl), strict=True
    ):
        if (None if limit is None else Decimal(str(limit))) != planned:
            said = "none" if limit is None else f"{limit:g}"
            expected = (
                f"{name} of the program is {said}, of the control plan {planned}; make them agree and teach again"
            )
            raise ConfigError(file, where, expected)


def program_tool(inspection: Inspection) -> str:
    """How results name the program they were judged by: name, version and the begin of its hash."""
    return f"program:{inspection.name}:{inspection.version}:{inspection.digest.removeprefix('sha256:')[:16]}"


def only_inspected(camera: Camera | None, station: StationTable) -> Camera | None:
    """The camera, told which of its positions show no code."""
    unread = frozenset(table.position for table in station.inspection if not table.code)
    return camera if camera is None else msgspec.structs.replace(camera, unread=unread)


def with_programs(tools: tuple[str, ...], inspections: tuple[Inspection, ...]) -> tuple[str, ...]:
    """The station's tools and the programs that judge at it."""
    return (*tools, *(program_tool(inspection) for inspection in inspections))
