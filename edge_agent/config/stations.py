"""Devices and stations: what they name must exist, fit together, and be named once."""

from difflib import get_close_matches
from pathlib import Path

from edge_agent.acquisition.measure import binding_problem
from edge_agent.acquisition.resolve import Resolved, resolve
from edge_agent.config.camera import check_camera
from edge_agent.config.control_plan import checked_part
from edge_agent.config.file import DeviceTable, StationTable
from edge_agent.config.inspection import check_inspections, only_inspected, with_programs
from edge_agent.config.interlock import check_interlock
from edge_agent.config.made_with import check_reports, check_tools
from edge_agent.config.secret import SecretReader, read_secret
from edge_agent.config.settings import Device, Lot, Station
from edge_agent.config.symbols import check_symbols
from edge_agent.config.told import check_reader, check_told_profile, check_told_station, is_told
from edge_agent.config.toml import convert, unknown_keys
from edge_agent.drivers.registry import DRIVERS, Manner
from edge_agent.errors import ConfigError, ResolveError
from firmware_profiles.catalog import Catalog
from firmware_profiles.errors import ProfileError
from firmware_profiles.format import Profile
from firmware_profiles.handshakes import missing_roles
from traceability.identifier.symbol import SymbolRules
from traceability.measurement import Characteristic
from traceability.record.master import ControlPlan


def check_device(table: DeviceTable, catalog: Catalog, file: str, secrets: SecretReader = read_secret) -> Device:
    """The device with its profile and typed settings; relative paths in the settings start at the file's folder."""
    place = f'device "{table.name}".'
    if table.driver not in DRIVERS:
        raise ConfigError(file, place + "driver", _choice(table.driver, list(DRIVERS)))
    kind = DRIVERS[table.driver]
    profile = _profile(table, catalog, file, place)
    if profile.protocol != kind.protocol:
        expected = f"is for {profile.protocol}, but driver {table.driver} speaks {kind.protocol}"
        raise ConfigError(file, place + "profile", expected)
    if kind.manner is Manner.TOLD:
        check_told_profile(profile, file, place + "profile")
    for where, key, known in unknown_keys(table.settings, kind.settings):
        raise ConfigError(file, f"{place}settings.{where}{key}", _choice(key, known))
    settings = convert(table.settings, file, kind.settings, within=place + "settings.", secrets=secrets)
    return Device(
        name=table.name,
        driver=table.driver,
        settings=settings,
        profile=profile,
        poll=table.poll_ms / 1000,
        firmware=table.firmware,
        identify=table.identify,
    )


def check_station(
    table: StationTable,
    devices: dict[str, Device],
    plan: ControlPlan,
    folder: Path,
    file: str,
    *,
    symbols: SymbolRules,
    secrets: SecretReader = read_secret,
) -> Station:
    """The station with its points and characteristics; ``symbols`` hold where it has none of its own."""
    place = f'station "{table.name}".'
    if table.device not in devices:
        raise ConfigError(file, place + "device", _choice(table.device, list(devices)))
    operations = [operation.id for operation in plan.operations]
    if table.operation not in operations:
        raise ConfigError(file, place + "operation", _choice(table.operation, operations) + " of the control plan")
    profile = devices[table.device].profile
    _check_eyes(table, devices[table.device], file, place)
    resolved = _resolved(profile, table, file, place)
    camera = check_camera(table, plan, folder, file, secrets)
    inspections = check_inspections(table, camera, plan, folder, file)
    return Station(
        name=table.name,
        work_cell=table.work_cell,
        operation=table.operation,
        device=table.device,
        resolved=resolved,
        measurements=_measurements(table, resolved, plan, file, place + "measurements"),
        lot=_lot(table, resolved, file, place + "lot_part"),
        camera=only_inspected(camera, table),
        inspections=inspections,
        reader=None if table.reader is None else check_reader(table.reader, devices, file, place + "reader."),
        handshake=profile.handshake,
        busy_timeout=table.busy_timeout_s,
        interlock=check_interlock(table.interlock, profile, resolved, file, place + "interlock"),
        symbols=symbols if table.symbols is None else check_symbols(table.symbols, file, place + "symbols"),
        reports=check_reports(table.reports, profile, file, place + "reports"),
        tools=with_programs(check_tools(table.tools, file, place + "tools"), inspections),
    )


def _check_eyes(table: StationTable, device: Device, file: str, place: str) -> None:
    """ConfigError when the station has what its device cannot be seen with, or two that would identify its units."""
    if is_told(device):
        check_told_station(table, device, file, place)
    elif table.camera is not None and table.reader is not None:
        inspected = {one.position for one in table.inspection if not one.code}
        if "unit" in table.camera.positions or set(table.camera.positions) - inspected:
            expected = "cannot be used together with a camera that identifies units too; expected one whose positions "
            expected += "are all inspected with code = false, none of them named unit"
            raise ConfigError(file, place + "reader", expected)


def _profile(table: DeviceTable, catalog: Catalog, file: str, place: str) -> Profile:
    name, key = table.profile, place + "profile"
    vendor, _, model = name.partition("/")
    try:
        profile = catalog.find(vendor, model, table.firmware)
    except ProfileError as error:
        raise ConfigError(file, key, f"is {name!r}: {error}") from None
    told = DRIVERS[table.driver].manner is Manner.TOLD
    missing = () if told else missing_roles(profile)
    if missing:
        expected = f"is {name!r}, which lacks the roles {', '.join(missing)} of the {profile.handshake} handshake"
        raise ConfigError(file, key, expected)
    return profile


def _resolved(profile: Profile, table: StationTable, file: str, place: str) -> Resolved:
    try:
        return resolve(profile, table.base)
    except ResolveError as error:
        raise ConfigError(file, place + "base", error.what) from None


def _measurements(
    table: StationTable, resolved: Resolved, plan: ControlPlan, file: str, key: str
) -> dict[str, Characteristic]:
    points = [name for name in resolved.points if name not in resolved.roles.values()]
    here = {entry.id: entry for entry in plan.characteristics if entry.operation == table.operation}
    found: dict[str, Characteristic] = {}
    for point, characteristic in table.measurements.items():
        if point not in points:
            raise ConfigError(file, f"{key}.{point}", _choice(point, points) + " of the profile")
        if characteristic not in here:
            expected = _choice(characteristic, list(here)) + f", the characteristics of operation {table.operation}"
            raise ConfigError(file, f"{key}.{point}", expected)
        problem = binding_problem(resolved.points[point], here[characteristic])
        if problem is not None:
            raise ConfigError(file, f"{key}.{point}", problem)
        if here[characteristic] in found.values():
            raise ConfigError(file, f"{key}.{point}", f"is {characteristic!r}, which another point gives already")
        found[point] = here[characteristic]
    return found


def _lot(table: StationTable, resolved: Resolved, file: str, key: str) -> Lot | None:
    if table.lot_part is None:
        return None
    part = checked_part(table.lot_part, file, key)
    if "lot" not in resolved.roles:
        raise ConfigError(file, key, "cannot be used: the device's profile has no point with the role 'lot'")
    return Lot(part=part, quantity=table.lot_quantity, uom=table.lot_uom)


def _choice(given: str, known: list[str]) -> str:
    near = get_close_matches(given, known, n=1)
    hint = f" (did you mean {near[0]!r}?)" if near else ""
    return f"is {given!r}; expected one of {', '.join(known) or 'none'}{hint}"
