"""What devices that tell results need: an identity in their profile, and one user each."""

from edge_agent.acquisition.resolve import resolve
from edge_agent.config.file import ReaderTable, StationTable
from edge_agent.config.settings import Device, Reader
from edge_agent.drivers.registry import Manner, driver_kind
from edge_agent.errors import ConfigError
from firmware_profiles.format import Profile, Protocol


def is_told(device: Device) -> bool:
    """Whether the device tells results instead of being polled."""
    return driver_kind(device.driver).manner is Manner.TOLD


def is_pulled(device: Device) -> bool:
    """Whether the device is a code reader that reads only when it is asked to."""
    return getattr(device.settings, "trigger", None) is not None


def check_told_profile(profile: Profile, file: str, key: str) -> None:
    """ConfigError when nothing in what the device tells could ever identify a unit."""
    if not {"serial", "code"} & profile.roles.keys():
        raise ConfigError(file, key, f"is {profile.vendor}/{profile.model}, which has no role serial or code")


def check_told_station(table: StationTable, device: Device, file: str, place: str) -> None:
    """ConfigError for what a station on a device that tells results cannot have."""
    if is_pulled(device):
        expected = f"is {device.name!r}, a code reader with a trigger; use it as the reader of a handshake station"
        raise ConfigError(file, place + "device", expected)
    for name in ("camera", "reader", "interlock"):
        if getattr(table, name, None) is not None:
            raise ConfigError(file, place + name, "cannot be used: the station's device tells its results by itself")


def check_reader(table: ReaderTable, devices: dict[str, Device], file: str, place: str) -> Reader:
    """The code reader of a handshake station."""
    readers = [name for name, device in devices.items() if device.profile.protocol is Protocol.CODE_READER]
    if table.device not in readers:
        known = ", ".join(readers) or "none"
        raise ConfigError(file, place + "device", f"is {table.device!r}; expected a code reader: {known}")
    device = devices[table.device]
    if "code" not in device.profile.roles:
        raise ConfigError(
            file, place + "device", f"is {table.device!r}, whose profile has no point with the role 'code'"
        )
    return Reader(
        device=table.device,
        resolved=resolve(device.profile, ""),
        pull=is_pulled(device),
        timeout=table.timeout_s,
        max_age=table.max_age_s,
    )


def check_one_user(tables: tuple[StationTable, ...], devices: dict[str, Device], file: str) -> None:
    """ConfigError when two stations want what one device tells: each result has one taker."""
    users: dict[str, str] = {}
    for table in tables:
        wanted = {"device": table.device} | ({"reader.device": table.reader.device} if table.reader else {})
        for key, name in wanted.items():
            other = users.setdefault(name, table.name) if is_told(devices[name]) else table.name
            if other != table.name:
                expected = f"is {name!r}, whose results station {other!r} takes; expected a device of its own"
                raise ConfigError(file, f'station "{table.name}".{key}', expected)
