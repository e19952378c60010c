"""The configuration files of an agent of the demo, as text."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import msgspec

from demo.devices.modbus_cell import DEVICE, base_of
from demo.story.shape import Line, Step
from edge_agent.simulate.opcua_device import certificate_path

POLL_MS = 10
PICTURES_S = 5.0
_STUDIED = datetime(2026, 1, 5, 8, tzinfo=UTC)


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where an agent finds its hub and its device; ``hub_key`` is base64, ``data`` the folder of the demo.

    ``page_port`` is that of the agent's own page.
    """

    hub_url: str
    hub_key: str
    device_port: int
    page_port: int
    data: Path


def agent_toml(line: Line, place: Place) -> str:
    """``agent.toml`` of a line."""
    tables = [
        _table("[agent]", author=line.author, environment="demo", control_plan="control-plan.toml"),
        _table("[hub]", url=place.hub_url, public_key=place.hub_key),
        _table("[sealing]", max_records=500, max_age_s=1.0),
        _table("[page]", port=place.page_port),
        *_device(line, place),
        *(text for step in line.steps for text in _station(line, step, place)),
    ]
    return "\n".join(tables)


def control_plan_toml(line: Line) -> str:
    """``control-plan.toml`` of a line."""
    head = _keys(part=line.gtin, plant=line.plant, revision="A", name=line.part_name, name_zh=line.part_name_zh)
    operations = [_table("[[operation]]", **msgspec.structs.asdict(step.operation)) for step in line.steps]
    characteristics = [
        _table("[[characteristic]]", **msgspec.structs.asdict(reading.characteristic))
        for step in line.steps
        for reading in step.readings
    ]
    return "\n".join([head, *operations, *characteristics, *_alarms(line)])


def _alarms(line: Line) -> Iterator[str]:
    """What the line warns of: a value far from its frozen process, and failures in a row. Nothing is put on hold."""
    for step in line.steps:
        yield _table(
            "[[alarm]]", id=f"{step.operation.id}-failures", kind="not-ok", operation=step.operation.id, count=3
        )
        for reading in step.readings:
            name = reading.characteristic.id
            yield _table("[[alarm]]", id=f"{name}-far", kind="patterns", characteristic=name, patterns=["WE1"])
            yield _table(
                "[alarm.baseline]",
                id=f"{name}-study",
                centre=reading.mean,
                sigma=reading.sigma,
                who="q1",
                at=_STUDIED,
                why="capability study at the start of production",
                data=[f"study-{name}"],
            )


def speaks_opcua(line: Line) -> bool:
    """Supplier B's device speaks OPC UA, the others Modbus TCP."""
    return line.name == "supplier-b"


def _device(line: Line, place: Place) -> Iterator[str]:
    if speaks_opcua(line):
        yield _table("[[device]]", name="cell", driver="opcua", profile="zhuoyue/opcua-cell", poll_ms=POLL_MS)
        url = f"opc.tcp://127.0.0.1:{place.device_port}"
        yield _table("[device.settings]", url=url, trust=str(certificate_path(place.data).absolute()))
    else:
        yield _table("[[device]]", name="cell", driver="modbus-tcp", profile="zhuoyue/four-phase-cell", poll_ms=POLL_MS)
        yield _table("[device.settings]", host="127.0.0.1", port=place.device_port, unit_id=DEVICE)


def _station(line: Line, step: Step, place: Place) -> Iterator[str]:
    operation = step.operation.id
    first = step is line.steps[0]
    yield _table(
        "[[station]]",
        name=operation,
        work_cell=f"{line.work_center}/{operation}",
        operation=operation,
        device="cell",
        base=operation if speaks_opcua(line) else base_of(line, operation),
        lot_part=line.lot_gtin if first else None,
        reports=["recipe", "recipe_version", *(["tool"] if step.tools else [])],
    )
    yield _table("[station.measurements]", **{reading.point: reading.characteristic.id for reading in step.readings})
    if step.labels:
        folder = str((place.data / "camera").absolute())
        positions = list(step.labels)
        yield _table("[station.camera]", folder=folder, positions=positions, timeout_s=PICTURES_S)


def _table(title: str, **keys: object) -> str:
    return f"{title}\n{_keys(**keys)}"


def _keys(**keys: object) -> str:
    return "".join(f"{key} = {_value(value)}\n" for key, value in keys.items() if value not in (None, ""))


def _value(value: object) -> str:
    """A TOML value; limits are written as texts, which keeps them exact."""
    if isinstance(value, datetime):
        return value.isoformat()
    return json.dumps(str(value) if isinstance(value, Decimal) else value, ensure_ascii=False)
