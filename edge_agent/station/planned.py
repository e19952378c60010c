"""What a station measures under one version of the control plan: its characteristics as they stand there."""

from collections.abc import Iterable

import msgspec

from edge_agent.config.settings import Station
from edge_agent.plans import PlanVersion
from traceability.measurement import Characteristic, Measurement


def planned_station(station: Station, version: PlanVersion) -> Station:
    """The station, with resolution, limits and unit of measure of this version; what it does not have is left out."""
    camera = station.camera
    if camera is not None and camera.measurements:
        wanted = {place: _planned(entries, version) for place, entries in camera.measurements.items()}
        camera = msgspec.structs.replace(camera, measurements=wanted)
    return msgspec.structs.replace(station, measurements=_planned(station.measurements, version), camera=camera)


def planned_values(
    station: Station, measurements: Iterable[Measurement], version: PlanVersion
) -> Iterable[Measurement]:
    """What inspection programs measured, of the characteristics that this version has."""
    entries = (entry for one in station.inspections for entry in one.measurements.values())
    gone = {entry.id for entry in entries if version.find(entry) is None}
    return (one for one in measurements if one.characteristic not in gone)


def _planned(entries: dict[str, Characteristic], version: PlanVersion) -> dict[str, Characteristic]:
    found = ((name, version.find(entry)) for name, entry in entries.items())
    return {name: entry for name, entry in found if entry is not None}
