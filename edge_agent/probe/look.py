"""Who is at an address: the units of a Modbus host, or the identity and the nodes of an OPC UA server."""

import asyncio
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path

import msgspec

from edge_agent.drivers.interface import Driver, DriverContext
from edge_agent.drivers.registry import ModbusTcpSettings, create_driver
from edge_agent.errors import AgentError, DeviceRefused, DeviceUnreachable
from edge_agent.probe.place import ModbusPlace
from edge_agent.probe.scan import register
from firmware_profiles.format import Profile, Table
from firmware_profiles.identify import Claim, suggestions

_DEVICE = "probed"


class Surroundings(msgspec.Struct, frozen=True, kw_only=True):
    """What every probe needs: the clock, a folder for certificates, and how long to wait for an answer (seconds)."""

    clock: Callable[[], datetime]
    data: Path
    timeout: float


class UnitFound(msgspec.Struct, frozen=True, kw_only=True):
    """A unit that answers; ``said`` is None when it does not say what it is."""

    unit: int
    said: Claim | None
    profiles: tuple[str, ...]


def modbus_driver(place: ModbusPlace, unit: int, around: Surroundings) -> Driver:
    """The agent's own driver for a unit."""
    settings = ModbusTcpSettings(host=place.host, port=place.port, unit_id=unit, timeout=around.timeout)
    return create_driver("modbus-tcp", settings, context(around))


def context(around: Surroundings) -> DriverContext:
    """What a driver is given in a probe."""
    return DriverContext(device=_DEVICE, data=around.data, clock=around.clock)


async def look_for_units(
    place: ModbusPlace, units: Iterable[int], profiles: Iterable[Profile], around: Surroundings, pause: float
) -> list[UnitFound]:
    """The units that answer; DeviceUnreachable when nothing listens there at all."""
    known = list(profiles)
    found: list[UnitFound] = []
    for unit in units:
        driver = modbus_driver(place, unit, around)
        await driver.connect()
        try:
            if await _alive(driver):
                said = await _said(driver)
                names = tuple(_name(profile) for profile in suggestions(known, said)) if said else ()
                found.append(UnitFound(unit=unit, said=said, profiles=names))
        finally:
            await driver.close()
        await asyncio.sleep(pause)
    return found


async def _alive(driver: Driver) -> bool:
    """Whether the unit answers anything: a register, or that it has none."""
    for table in (Table.HOLDING, Table.INPUT):
        try:
            await driver.read([register(table, 0)])
        except DeviceRefused as refused:
            if "gateway" not in str(refused):
                return True
        except DeviceUnreachable:
            return False
        except AgentError:
            return True
        else:
            return True
    return False


async def _said(driver: Driver) -> Claim | None:
    try:
        return await driver.identity()
    except AgentError:
        return None


def _name(profile: Profile) -> str:
    return f"{profile.vendor}/{profile.model}"


def fitting(profiles: Iterable[Profile], said: Claim | None) -> tuple[str, ...]:
    """The names of the profiles that a device may be read by."""
    return tuple(_name(profile) for profile in suggestions(profiles, said)) if said else ()
