"""One consistent picture of a station's points.

Where trigger, cycle number and data fit into one read, that read is the picture. Where they do not, the cycle number
and the trigger are read before and after the data; if either moved, the data may be half old, half new (a torn read),
and everything is read again.
"""

from collections.abc import Sequence

from edge_agent.acquisition.cycle import read_levels
from edge_agent.acquisition.resolve import Resolved
from edge_agent.drivers.interface import Driver, Sample
from edge_agent.errors import TornRead
from firmware_profiles.format import Point

_GUARDS = ("trigger", "cycle", "acknowledge", "error")


async def read_snapshot(
    driver: Driver, resolved: Resolved, points: Sequence[Point] | None = None, attempts: int = 3
) -> dict[str, Sample]:
    """Samples by point name, of ``points`` (all by default) plus the handshake's own.

    While the trigger is low, a device that needs several reads is asked for the handshake's points only. TornRead
    when the device never held still; DeviceError as the driver raises it; CycleFault when the trigger is unreadable.
    """
    guards = [resolved.points[resolved.roles[role]] for role in _GUARDS if role in resolved.roles]
    wanted = list(resolved.points.values() if points is None else points)
    everything = list({point.name: point for point in (*guards, *wanted)}.values())
    if driver.one_read(everything):
        return await driver.read(everything)
    for _ in range(attempts):
        before = await driver.read(guards)
        if read_levels(resolved, before).trigger == 0:
            return before
        samples = await driver.read(everything)
        after = await driver.read(guards)
        if _held_still([resolved.roles["trigger"], resolved.roles["cycle"]], before, samples, after):
            return samples
    message = (
        f"trigger or cycle number moved during each of {attempts} reads; "
        "the controller must hold its data while the trigger is high"
    )
    raise TornRead(message)


def _held_still(names: Sequence[str], *reads: dict[str, Sample]) -> bool:
    return all(len({read[name].raw for read in reads}) == 1 for name in names)
