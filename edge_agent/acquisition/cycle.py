"""One snapshot of a station's points becomes one typed cycle.

A station knows its handshake by *roles* (trigger, cycle, serial ...) that the profile maps to points. Roles a profile
does not have take their neutral value: no flags, first pass, no defect, no lot. What a profile has must be readable:
a missing, Bad or undecodable role is a CycleFault, never a guess.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import msgspec

from edge_agent.acquisition.made_with import NOT_TOLD, MadeWith, read_made_with
from edge_agent.acquisition.resolve import Resolved
from edge_agent.acquisition.roles import RoleReader
from edge_agent.drivers.interface import Sample
from traceability.unit import Flag, Purpose, Verdict

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAST = datetime.max.replace(tzinfo=UTC)


UNNUMBERED = -1
"""The number of a told cycle that has none."""


class CycleKey(NamedTuple):
    """What makes a cycle the same cycle when it is read or told again; ``ticket`` is a source's own name of it."""

    cycle: int | None
    serial: str
    cycle_time_ms: int
    ticket: str = ""


class CycleData(msgspec.Struct, frozen=True, kw_only=True):
    """What the device said about one cycle.

    ``serial`` is empty when the machine knows none; ``lot`` is None when no material lot was named; ``defect`` is 0
    for none. ``cycle_time_ms`` is the device's own clock as it was read (ms since 1970 UTC, 0 when it has none),
    ``source_time`` the same as a time, or None when it is no time at all. ``device_offset_ms`` is the agent's clock
    minus the device's, where it could be measured. ``samples`` are the points that are no roles, by point name.
    ``code`` are the exact bytes of the code by which the device identifies the unit, empty when nothing was read and
    None when it identifies none so; ``symbology`` says what kind of code it is. ``finding`` is what an inspection
    of the cycle's pictures found wrong, in words.
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
    device_offset_ms: int | None = None
    samples: dict[str, Sample] = {}
    code: bytes | None = None
    symbology: str = ""
    ticket: str = ""
    made_with: MadeWith = NOT_TOLD
    finding: str = ""

    @property
    def key(self) -> CycleKey:
        """For de-duplication, together with the station."""
        number = None if self.ticket and self.cycle == UNNUMBERED else self.cycle
        return CycleKey(number, self.serial, self.cycle_time_ms, self.ticket)


def read_words(resolved: Resolved, samples: Mapping[str, Sample], roles: Iterable[str]) -> dict[str, int]:
    """The handshake's words by role, 0 where the profile has none; CycleFault for one that is unreadable."""
    reader = RoleReader(resolved, samples)
    return {role: reader.number(role, 0) for role in roles}


def read_cycle(resolved: Resolved, samples: Mapping[str, Sample], ticket: str | None = None) -> CycleData:
    """The cycle of a snapshot, or of what a source told; CycleFault names the point that could not be read.

    A controller must say number, serial and verdict. What a source told has a ``ticket`` and may lack them: then the
    cycle is unnumbered, without serial, or UNDEFINED.
    """
    told = ticket is not None
    roles = RoleReader(resolved, samples)
    cycle_time_ms = roles.number("cycle_time", 0)
    names = set(resolved.roles.values())
    return CycleData(
        cycle=UNNUMBERED if told and roles.is_empty("cycle") else roles.number("cycle", UNNUMBERED if told else None),
        serial=roles.text("serial", "" if told else None),
        verdict=roles.member("verdict", Verdict, Verdict.UNDEFINED if told else None),
        lot=roles.text("lot", "") or None,
        flags=roles.flags(),
        purpose=roles.member("purpose", Purpose, Purpose.FIRST),
        defect=roles.number("defect", 0),
        cycle_time_ms=cycle_time_ms,
        source_time=device_time(cycle_time_ms),
        samples={name: sample for name, sample in samples.items() if name not in names},
        code=roles.code(),
        symbology=roles.text("symbology", ""),
        ticket=ticket or "",
        made_with=read_made_with(resolved, samples),
    )


def read_code(resolved: Resolved, samples: Mapping[str, Sample]) -> tuple[bytes, str]:
    """The code of a snapshot and its symbology, empty when nothing was read; CycleFault when there is no code role."""
    roles = RoleReader(resolved, samples)
    return roles.code() or b"", roles.text("symbology", "")


def device_time(milliseconds: int) -> datetime | None:
    """Device clock to time; None for 0 (never set) and for what no calendar holds."""
    if milliseconds <= 0 or milliseconds > (_LAST - _EPOCH) // timedelta(milliseconds=1):
        return None
    return _EPOCH + timedelta(milliseconds=milliseconds)
