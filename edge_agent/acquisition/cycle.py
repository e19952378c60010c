"""One snapshot of a station's points becomes one typed cycle.

A station knows its handshake by *roles* (trigger, cycle, serial ...) that the profile maps to points. Roles a profile
does not have take their neutral value: no flags, first pass, no defect, no lot. What a profile has must be readable:
a missing, Bad or undecodable role is a CycleFault, never a guess.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import msgspec

from edge_agent.acquisition.resolve import Resolved
from edge_agent.acquisition.roles import RoleReader
from edge_agent.drivers.interface import Sample
from traceability.unit import Flag, Purpose, Verdict

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAST = datetime.max.replace(tzinfo=UTC)


class CycleKey(NamedTuple):
    """What makes a cycle the same cycle when it is read again."""

    cycle: int
    serial: str
    cycle_time_ms: int


class CycleData(msgspec.Struct, frozen=True, kw_only=True):
    """What the device said about one cycle.

    ``serial`` is empty when the machine knows none; ``lot`` is None when no material lot was named; ``defect`` is 0
    for none. ``cycle_time_ms`` is the device's own clock as it was read (ms since 1970 UTC, 0 when it has none),
    ``source_time`` the same as a time, or None when it is no time at all. ``samples`` are the points that are no
    roles, by point name.
    """

    cycle: int
    serial: str
    verdict: Verdict
    lot: str | None = None
    flags: frozenset[Flag] = frozenset()
    purpose: Purpose = Purpose.FIRST
    defect: int = 0
    cycle_time_ms: int = 0
    source_time: datetime | None = None
    samples: dict[str, Sample] = {}

    @property
    def key(self) -> CycleKey:
        """For de-duplication, together with the station."""
        return CycleKey(self.cycle, self.serial, self.cycle_time_ms)


class Levels(msgspec.Struct, frozen=True, kw_only=True):
    """The handshake's words as they were read; 1 is high, 0 is low."""

    trigger: int
    acknowledge: int
    error: int = 0


def read_levels(resolved: Resolved, samples: Mapping[str, Sample]) -> Levels:
    """The handshake words of a snapshot; CycleFault when one cannot be read."""
    roles = RoleReader(resolved, samples)
    return Levels(
        trigger=roles.number("trigger"), acknowledge=roles.number("acknowledge"), error=roles.number("error", 0)
    )


def read_cycle(resolved: Resolved, samples: Mapping[str, Sample]) -> CycleData:
    """The cycle of a snapshot; CycleFault names the point that could not be read."""
    roles = RoleReader(resolved, samples)
    cycle_time_ms = roles.number("cycle_time", 0)
    names = frozenset(resolved.roles.values())
    return CycleData(
        cycle=roles.number("cycle"),
        serial=roles.text("serial"),
        verdict=roles.member("verdict", Verdict, None),
        lot=roles.text("lot", "") or None,
        flags=roles.flags(),
        purpose=roles.member("purpose", Purpose, Purpose.FIRST),
        defect=roles.number("defect", 0),
        cycle_time_ms=cycle_time_ms,
        source_time=device_time(cycle_time_ms),
        samples={name: sample for name, sample in samples.items() if name not in names},
    )


def device_time(milliseconds: int) -> datetime | None:
    """Device clock to time; None for 0 (never set) and for what no calendar holds."""
    if milliseconds <= 0 or milliseconds > (_LAST - _EPOCH) // timedelta(milliseconds=1):
        return None
    return _EPOCH + timedelta(milliseconds=milliseconds)
