"""``[[telemetry]]``: points that are looked at beside the results."""

from decimal import Decimal

from edge_agent.acquisition.resolve import resolve
from edge_agent.config.file import TelemetryTable
from edge_agent.config.settings import Device, Sampling
from edge_agent.config.told import is_told
from edge_agent.errors import ConfigError, ResolveError

_SAMPLES_IN_RECORD = 2000


def check_sampling(table: TelemetryTable, devices: dict[str, Device], file: str) -> Sampling:
    """The points with their addresses; ConfigError names what does not fit."""
    place = f'telemetry "{table.device}".'
    device = devices.get(table.device)
    if device is None or is_told(device):
        known = ", ".join(name for name, entry in devices.items() if not is_told(entry)) or "none"
        raise ConfigError(file, place + "device", f"is {table.device!r}; expected a device that is polled: {known}")
    try:
        resolved = resolve(device.profile, table.base)
    except ResolveError as error:
        raise ConfigError(file, place + "base", error.what) from None
    for name in table.points:
        if name not in resolved.points:
            raise ConfigError(file, place + "points", f"has {name!r}; expected points of {', '.join(resolved.points)}")
    looks = table.record_s / table.every_s
    if looks * len(table.points) > _SAMPLES_IN_RECORD:
        expected = (
            f"is {table.record_s:g}: a record would hold {looks * len(table.points):.0f} samples; expected at most "
            f"{_SAMPLES_IN_RECORD}, so make it shorter or every_s longer"
        )
        raise ConfigError(file, place + "record_s", expected)
    return Sampling(
        device=table.device,
        points=tuple(resolved.points[name] for name in dict.fromkeys(table.points)),
        every=table.every_s,
        record_every=max(table.record_s, table.every_s),
        deadband=None if table.deadband is None else Decimal(table.deadband),
    )
