"""A control plan that has what stations measure, as the line's only version."""

from edge_agent.config.settings import Station
from edge_agent.plans import Plans, one_plan
from traceability.identifier.item import part_uri
from traceability.measurement import Characteristic
from traceability.record.master import ControlPlan, Operation


def plans_for(*stations: Station, gtin: str) -> Plans:
    found: dict[str, Characteristic] = {}
    for station in stations:
        camera = {} if station.camera is None else station.camera.measurements
        for entries in (
            station.measurements, *camera.values(), *(inspection.measurements for inspection in station.inspections),
        ):  # fmt: skip
            found |= {entry.id: entry for entry in entries.values()}
    operations = tuple(Operation(id=name, name=name) for name in dict.fromkeys(one.operation for one in stations))
    plan = ControlPlan(
        part=part_uri(gtin), plant="p", revision="A", name="x", operations=operations,
        characteristics=tuple(found.values()),
    )  # fmt: skip
    return one_plan(plan)
