"""``run --once``: what would be recorded, read once from every station; nothing is written to device or outbox."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import cast

import msgspec

from edge_agent.acquisition.cycle import CycleData, read_cycle, read_words
from edge_agent.acquisition.measure import measure
from edge_agent.check import make_driver
from edge_agent.config.settings import AgentConfig, Station
from edge_agent.config.told import is_told
from edge_agent.drivers.interface import Driver, Sample
from edge_agent.errors import AgentError, CycleFault
from edge_agent.station.handshakes.registry import HANDSHAKES
from edge_agent.station.points import polled_points
from firmware_profiles.decode import decode
from firmware_profiles.errors import DecodeFault
from traceability.measurement import Measurement

_TOLD = "the device tells its results by itself; start the agent and make a part"


class PointRead(msgspec.Struct, frozen=True, kw_only=True):
    """A point as it was read; ``fault`` says why it has no value."""

    point: str
    status: str
    value: str | None = None
    fault: str | None = None


class StationOnce(msgspec.Struct, frozen=True, kw_only=True):
    """One station; ``cycle`` is None when none is shown or it cannot be read, ``fault`` says why."""

    station: str
    device: str
    due: bool = False
    fault: str | None = None
    cycle: dict[str, object] | None = None
    measurements: tuple[Measurement, ...] = ()
    points: tuple[PointRead, ...] = ()


class Once(msgspec.Struct, frozen=True, kw_only=True):
    """All stations."""

    stations: tuple[StationOnce, ...]


def read_once(config: AgentConfig, clock: Callable[[], datetime]) -> Once:
    """Read every station once; what fails stands in the answer."""
    return asyncio.run(_read(config, clock))


async def _read(config: AgentConfig, clock: Callable[[], datetime]) -> Once:
    found: list[StationOnce] = []
    for device in config.devices:
        stations = [station for station in config.stations if station.device == device.name]
        if is_told(device):
            found += [StationOnce(station=station.name, device=device.name, fault=_TOLD) for station in stations]
        else:
            found += await _device(cast("Driver", make_driver(config, device, clock)), stations)
    return Once(stations=tuple(found))


async def _device(driver: Driver, stations: list[Station]) -> list[StationOnce]:
    try:
        await driver.connect()
    except AgentError as error:
        return [StationOnce(station=station.name, device=station.device, fault=str(error)) for station in stations]
    try:
        return [await _station(driver, station) for station in stations]
    finally:
        await driver.close()


async def _station(driver: Driver, station: Station) -> StationOnce:
    try:
        samples = await driver.read(polled_points(station, permits=station.interlock is not None))
    except AgentError as error:
        return StationOnce(station=station.name, device=station.device, fault=str(error))
    points = tuple(_point(station, name, sample) for name, sample in samples.items())
    once = StationOnce(station=station.name, device=station.device, points=points)
    try:
        kind = HANDSHAKES[station.handshake]
        due = kind.make().due(read_words(station.resolved, samples, kind.watch.words))
        cycle = read_cycle(station.resolved, samples)
    except CycleFault as fault:
        return msgspec.structs.replace(once, fault=str(fault))
    measured = tuple(_measured(station, samples))
    return msgspec.structs.replace(once, due=due, cycle=_said(cycle), measurements=measured)


def _measured(station: Station, samples: dict[str, Sample]) -> list[Measurement]:
    return [
        measure(samples[point], station.resolved.points[point], characteristic)
        for point, characteristic in station.measurements.items()
        if point in samples
    ]


def _point(station: Station, name: str, sample: Sample) -> PointRead:
    status = str(sample.status)
    try:
        return PointRead(point=name, status=status, value=str(decode(station.resolved.points[name], sample.raw)))
    except DecodeFault as fault:
        return PointRead(point=name, status=status, fault=fault.reason)


def _said(cycle: CycleData) -> dict[str, object]:
    return {
        "cycle": cycle.cycle,
        "serial": cycle.serial,
        "verdict": str(cycle.verdict),
        "purpose": str(cycle.purpose),
        "flags": sorted(str(flag) for flag in cycle.flags),
        "lot": cycle.lot,
        "defect": cycle.defect,
        "source_time": cycle.source_time,
    }


def once_text(once: Once) -> str:
    """For people."""
    lines: list[str] = []
    for station in once.stations:
        lines += _station_lines(station)
    return "\n".join([*lines, "nothing was written to any device, and nothing was recorded"])


def _station_lines(station: StationOnce) -> list[str]:
    lines = [f"station {station.station} on {station.device}: {_headline(station)}"]
    if station.cycle is not None:
        said = ", ".join(f"{name} {value}" for name, value in station.cycle.items() if value not in (None, [], ""))
        lines.append(f"  {said}")
    for measured in station.measurements:
        value = (
            "no value" if measured.value is None else f"{measured.value / 10**measured.decimals:.{measured.decimals}f}"
        )
        raw = f", device {measured.raw}" if measured.raw else ""
        lines.append(f"  {measured.characteristic} = {value} {measured.uom} ({measured.status}{raw})")
    lines += [f"  point {point.point}: {point.fault}" for point in station.points if point.fault]
    return lines


def _headline(station: StationOnce) -> str:
    if station.fault is not None:
        return station.fault
    return "this cycle would be recorded now" if station.due else "no cycle is due; this is what the device holds"
