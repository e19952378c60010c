"""What a new configuration changes: stations to stop and start, devices to hang up, or why it cannot be taken over."""

import msgspec

from edge_agent.config.settings import AgentConfig, Device, Station
from edge_agent.drivers.registry import Manner, driver_kind
from edge_agent.errors import ConfigError
from firmware_profiles.format import Forbidden

_NEEDS_RESTART = ("author", "environment", "key_file", "data")
_TAKEN_LIVE = frozenset(
    {"file", "plan_file", "hash", "hub", "sealing", "page", "log", "reload_on_change", "devices", "stations"}
    | {"plant", "plant_key", "key_passphrase", "quota", "telemetry", "profiles", "pictures", "files"}
)


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """Names only. ``ended`` stations run now and must not go on as they are; ``begun`` ones run afterwards.

    A station that changed is in both. ``devices`` are those whose connection belongs to the past.
    """

    ended: frozenset[str]
    begun: frozenset[str]
    devices: frozenset[str]

    @property
    def changed(self) -> int:
        """How many stations are new, gone or different."""
        return len(self.ended | self.begun)


def difference(old: AgentConfig, new: AgentConfig) -> Difference:
    """What to stop and start; ConfigError for what only a restart can change."""
    for name in _NEEDS_RESTART:
        if getattr(old, name) != getattr(new, name):
            expected = f"is {getattr(new, name)}, the running agent has {getattr(old, name)}; restart it for this one"
            raise ConfigError(str(new.file), f"agent.{name}", expected)
    shared = AgentConfig.__struct_fields__
    everything = any(getattr(old, name) != getattr(new, name) for name in shared if name not in _TAKEN_LIVE)
    before, after = _devices(old), _devices(new)
    devices = frozenset(name for name in before if before[name] != after.get(name))
    was = {station.name: station for station in old.stations}
    will = {station.name: station for station in new.stations}
    same = {
        name
        for name, station in was.items()
        if not everything
        and station == will.get(name)
        and not devices & _devices_of(station)
        and _operations_minded(station, old) == _operations_minded(station, new)
    }
    return Difference(ended=frozenset(was.keys() - same), begun=frozenset(will.keys() - same), devices=devices)


def _devices_of(station: Station) -> set[str]:
    return {station.device} | ({station.reader.device} if station.reader else set())


def _operations_minded(station: Station, config: AgentConfig) -> frozenset[str]:
    """An interlock decides by what is known of the other operations here, unless they are elsewhere."""
    if station.interlock is None or station.interlock.previous_elsewhere:
        return frozenset()
    return frozenset(entry.operation for entry in config.stations)


class _Setup(msgspec.Struct, frozen=True, kw_only=True):
    """What a device's driver was made from: its table, and what its stations share with it.

    Stations that poll have in common what reads must never touch; a source that tells is made for its station.
    """

    device: Device
    forbidden: frozenset[Forbidden]
    told: tuple[Station, ...]


def _devices(config: AgentConfig) -> dict[str, _Setup]:
    return {device.name: _setup(config, device) for device in config.devices}


def _setup(config: AgentConfig, device: Device) -> _Setup:
    here = tuple(station for station in config.stations if device.name in _devices_of(station))
    polled = (station for station in here if station.device == device.name)
    forbidden = frozenset(gap for station in polled for gap in station.resolved.layout.forbidden)
    told = driver_kind(device.driver).manner is Manner.TOLD
    return _Setup(device=device, forbidden=forbidden, told=here if told else ())
