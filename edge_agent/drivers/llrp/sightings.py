"""From reports of a tag to sightings, and from a sighting to samples; pure.

A tag in the field is reported many times a second. The first report after it was away for longer than the window is a
sighting. Its unit is named by the GS1 Digital Link of the serialised GTIN on the tag; a tag that holds none is named
by its EPC in hexadecimal digits, which is no unit, and is recorded as such.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import msgspec

from edge_agent.drivers.interface import Raw, Sample
from firmware_profiles.format import Point
from traceability.errors import IdentifierRefused
from traceability.identifier.epc_tag import epc_item, parse_sgtin, sgtin_urn
from traceability.identifier.item import item_uri
from traceability.measurement import Status

FIELDS = (
    "epc", "identity", "urn", "gtin", "serial", "antenna", "rssi", "first_seen", "last_seen", "seen_count",
)  # fmt: skip
"""What a profile's point may name as its ``field``."""

_TIMES = ("first_seen", "last_seen")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAST = (datetime.max.replace(tzinfo=UTC) - _EPOCH) // timedelta(microseconds=1)
_MANY = 10_000


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """One report of a tag; times in microseconds since 1970 by the reader's clock, ``rssi`` in dBm.

    ``noticed`` is when the report came, by the agent's clock.
    """

    epc: bytes
    noticed: datetime
    antenna: int | None = None
    rssi: Decimal | None = None
    first_seen: int | None = None
    last_seen: int | None = None
    seen_count: int | None = None

    @property
    def ticket(self) -> str:
        """The name of the sighting that this report begins."""
        begun = self.noticed.isoformat() if self.first_seen is None else self.first_seen
        return f"{self.epc.hex()}@{begun}#{self.antenna}"


class Window:
    """Which reports begin a sighting; ``seconds`` of absence end one."""

    def __init__(self, seconds: float, *, per_antenna: bool) -> None:
        self._seconds = seconds
        self._per_antenna = per_antenna
        self._last: dict[tuple[bytes, int | None], float] = {}

    def begins(self, seen: Seen, now: float) -> bool:
        """Whether this report begins a sighting; ``now`` is a monotonic clock in seconds."""
        key = (seen.epc, seen.antenna if self._per_antenna else None)
        before = self._last.pop(key, None)
        self._last[key] = now
        if len(self._last) > _MANY:
            self._last = {key: last for key, last in self._last.items() if now - last <= self._seconds}
        return before is None or now - before > self._seconds


def names_a_unit(epc: bytes) -> bool:
    """Whether the tag holds a serialised GTIN."""
    try:
        epc_item(epc)
    except IdentifierRefused:
        return False
    return True


def samples_of(seen: Seen, points: Sequence[Point]) -> dict[str, Sample]:
    """One sample per point; what the reader did not report is Bad, a clock that it does not have is 1970, Uncertain."""
    values = _values(seen)
    source_time = _time(seen.first_seen)
    return {point.name: _sample(point, values.get(point.field or ""), source_time) for point in points}


def _values(seen: Seen) -> dict[str, Raw]:
    values: dict[str, Raw] = {
        "epc": seen.epc.hex(),
        "identity": seen.epc.hex(),
        "urn": "",
        "gtin": "",
        "serial": "",
        "antenna": seen.antenna,
        "rssi": seen.rssi,
        "first_seen": _time(seen.first_seen),
        "last_seen": _time(seen.last_seen),
        "seen_count": seen.seen_count,
    }
    if names_a_unit(seen.epc):
        found = parse_sgtin(seen.epc)
        named = {"identity": item_uri(epc_item(seen.epc)), "urn": sgtin_urn(found)}
        values |= {**named, "gtin": found.gtin, "serial": found.serial}
    return values


def _sample(point: Point, value: Raw, source_time: datetime | None) -> Sample:
    if value is not None:
        return Sample(point=point.name, raw=value, source_time=source_time)
    if point.field in _TIMES:
        return Sample(point=point.name, raw=_EPOCH, status=Status.UNCERTAIN)
    return Sample(point=point.name, raw=None, status=Status.BAD, source_time=source_time)


def _time(microseconds: int | None) -> datetime | None:
    if microseconds is None or not 0 <= microseconds <= _LAST:
        return None
    return _EPOCH + timedelta(microseconds=microseconds)
