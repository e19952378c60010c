"""One consistent picture of a station's points.

Where the handshake's words, cycle number and data fit into one read, that read is the picture. Where they do not, the
words and the cycle number are read before and after the data; if what must hold still moved, the data may be half old,
half new (a torn read), and everything is read again.
"""

from collections.abc import Callable, Mapping, Sequence

import msgspec

from edge_agent.acquisition.cycle import read_words
from edge_agent.acquisition.resolve import Resolved
from edge_agent.drivers.interface import Driver, Sample
from edge_agent.errors import TornRead
from firmware_profiles.format import Point


class Watch(msgspec.Struct, frozen=True, kw_only=True):
    """What is looked at first, by roles: the words that say whether data are due, and what must not move meanwhile."""

    words: tuple[str, ...]
    steady: tuple[str, ...]


FOUR_PHASE = Watch(words=("trigger", "acknowledge", "error"), steady=("trigger", "cycle"))
Due = Callable[[Mapping[str, int]], bool]


def _triggered(words: Mapping[str, int]) -> bool:
    return words["trigger"] == 1


async def read_snapshot(
    driver: Driver,
    resolved: Resolved,
    points: Sequence[Point] | None = None,
    attempts: int = 3,
    *,
    watch: Watch = FOUR_PHASE,
    due: Due = _triggered,
) -> dict[str, Sample]:
    """Samples by point name, of ``points`` (all by default) plus those that are watched.

    While nothing is ``due`` by the words, a device that needs several reads is asked for what is watched only.
    TornRead when the device never held still; DeviceError as the driver raises it; CycleFault when a word is
    unreadable.
    """
    watched = dict.fromkeys((*watch.words, *watch.steady))
    guards = [resolved.points[resolved.roles[role]] for role in watched if role in resolved.roles]
    wanted = list(resolved.points.values() if points is None else points)
    everything = list({point.name: point for point in (*guards, *wanted)}.values())
    if driver.one_read(everything):
        return await driver.read(everything)
    steady = [resolved.roles[role] for role in watch.steady]
    for _ in range(attempts):
        before = await driver.read(guards)
        if not due(read_words(resolved, before, watch.words)):
            return before
        samples = await driver.read(everything)
        after = await driver.read(guards)
        if _held_still(steady, before, samples, after):
            return samples
    message = (
        f"{' or '.join(watch.steady)} moved during each of {attempts} reads; "
        "the controller must hold its data while it shows a cycle"
    )
    raise TornRead(message)


def _held_still(names: Sequence[str], *reads: dict[str, Sample]) -> bool:
    return all(len({read[name].raw for read in reads}) == 1 for name in names)
