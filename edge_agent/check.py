"""``check``: everything that can be known without connecting, and what ``run`` would do."""

from collections.abc import Callable, Iterator
from datetime import datetime

import msgspec

from edge_agent.acquisition.recognised import recognised
from edge_agent.config.settings import AgentConfig, Device, passphrase_of
from edge_agent.config.told import is_pulled, is_told
from edge_agent.drivers.interface import Driver, DriverContext, ResultSource
from edge_agent.drivers.registry import create_driver, create_source
from edge_agent.plan_words import PlanStatus, plan_status, plan_words
from firmware_profiles.format import Point
from traceability.encoding import to_base64
from traceability.keyfile import read_key_file
from traceability.quality.alarm.rule import ValueRule


class CheckedStation(msgspec.Struct, frozen=True, kw_only=True):
    """A station that will run; ``measurements`` by point of the profile."""

    name: str
    work_cell: str
    operation: str
    device: str
    measurements: dict[str, str]
    camera: tuple[str, ...] = ()
    reader: str | None = None
    programs: dict[str, str] = {}
    """Of inspections: name and version by position."""


class CheckedDevice(msgspec.Struct, frozen=True, kw_only=True):
    """A device that will be polled, or that ``manner`` says tells its results (asked at each cycle when pulled)."""

    name: str
    driver: str
    profile: str
    manner: str = "polled"


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """What a configuration that holds will run."""

    config: str
    hash: str
    author: str
    environment: str
    public_key: str
    hub: str
    part: str
    plan: str
    """The one that holds now."""
    later_plans: tuple[PlanStatus, ...] = ()
    devices: tuple[CheckedDevice, ...]
    stations: tuple[CheckedStation, ...]
    doubts: tuple[str, ...] = ()
    """What is allowed and may surprise."""


def check_config(config: AgentConfig, clock: Callable[[], datetime]) -> Checked:
    """Read the key and make every driver without connecting; raises the first error found."""
    signer = read_key_file(config.key_file, passphrase_of(config))
    for device in config.devices:
        make_driver(config, device, clock)
    now = clock()
    return Checked(
        config=str(config.file),
        hash=config.hash,
        author=config.author,
        environment=config.environment,
        public_key=to_base64(signer.public_key),
        hub=config.hub.url,
        part=config.plans.part,
        plan=config.plans.at(now).id,
        later_plans=tuple(plan_status(version) for version in config.plans.later(now)),
        devices=tuple(
            CheckedDevice(name=device.name, driver=device.driver, profile=_profile(device), manner=_manner(device))
            for device in config.devices
        ),
        stations=tuple(
            CheckedStation(
                name=station.name,
                work_cell=station.work_cell,
                operation=station.operation,
                device=station.device,
                measurements={point: entry.id for point, entry in station.measurements.items()},
                camera=station.camera.positions if station.camera else (),
                reader=station.reader.device if station.reader else None,
                programs={one.position: f"{one.name} {one.version}" for one in station.inspections},
            )
            for station in config.stations
        ),
        doubts=tuple(dict.fromkeys(_unheard_holds(config))),
    )


def make_driver(config: AgentConfig, device: Device, clock: Callable[[], datetime]) -> Driver | ResultSource:
    """The driver of a device, or the source of what it tells; connects to nothing."""
    here = [station.resolved.layout for station in config.stations if station.device == device.name]
    forbidden = tuple(gap for layout in here for gap in layout.forbidden)
    layout = msgspec.structs.replace(device.profile.layout, forbidden=forbidden)
    context = DriverContext(
        device=device.name, data=config.data, clock=clock, layout=layout, points=_told_points(config, device)
    )
    if is_told(device):
        return create_source(device.driver, device.settings, context)
    driver = create_driver(device.driver, device.settings, context)
    return recognised(driver, device.name, device.profile, firmware=device.firmware, identify=device.identify)


def _told_points(config: AgentConfig, device: Device) -> tuple[Point, ...]:
    """What is wanted of a device that tells results: the points of the station that takes them."""
    for station in config.stations:
        if station.device == device.name:
            return tuple(station.resolved.points.values())
        if station.reader is not None and station.reader.device == device.name:
            return tuple(station.reader.resolved.points.values())
    return device.profile.points


def check_text(checked: Checked) -> str:
    """For people."""
    lines = [
        f"{checked.config} holds",
        f"author   {checked.author} ({checked.environment}), public key {checked.public_key}",
        f"hub      {checked.hub}",
        f"part     {checked.part}, control plan {checked.plan[:19]}…",
    ]
    lines += [f"later    control plan {plan_words(plan)}" for plan in checked.later_plans]
    lines += [
        f"device   {device.name}: {device.driver}, {device.profile}, {device.manner}" for device in checked.devices
    ]
    for station in checked.stations:
        measured = (
            ", ".join(f"{point} = {entry}" for point, entry in station.measurements.items()) or "nothing measured"
        )
        camera = f"; camera: {', '.join(station.camera)}" if station.camera else ""
        camera += f"; code reader: {station.reader}" if station.reader else ""
        camera += "".join(f"; {place} inspected by {program}" for place, program in station.programs.items())
        lines.append(f"station  {station.name}: operation {station.operation} on {station.device}; {measured}{camera}")
    lines += [f"note     {doubt}" for doubt in checked.doubts]
    return "\n".join(lines)


def _unheard_holds(config: AgentConfig) -> Iterator[str]:
    """Rules that put a station on hold which its device never asks about."""
    for plan in (version.plan for version in config.plans.versions):
        judged_at = {entry.id: entry.operation for entry in plan.characteristics}
        for rule in plan.alarms:
            operation = judged_at[rule.characteristic] if isinstance(rule, ValueRule) else rule.operation
            for station in config.stations:
                if rule.hold and station.operation == operation and station.interlock is None:
                    yield (
                        f'alarm "{rule.id}" puts station "{station.name}" on hold, but the station has no '
                        "[station.interlock]: the hold is recorded and shown, and the device goes on"
                    )


def _manner(device: Device) -> str:
    if not is_told(device):
        return "polled"
    return "asked at each cycle" if is_pulled(device) else "tells its results"


def _profile(device: Device) -> str:
    return f"{device.profile.vendor}/{device.profile.model}"
