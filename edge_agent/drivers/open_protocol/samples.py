"""A tightening result as samples of a profile's points; pure.

The controller's clock says no zone: its local time becomes UTC by the configured one. An hour that a change of the
clocks makes ambiguous, or that does not exist, is Uncertain; a clock that was never set gives 1970, Uncertain too.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from edge_agent.drivers.interface import Sample
from edge_agent.drivers.open_protocol.result import FieldValue, Tightening
from firmware_profiles.format import Point
from traceability.measurement import Status

_NEVER_SET = datetime(1970, 1, 1, tzinfo=UTC)
_TIME = "timestamp"


def samples_of(tightening: Tightening, points: Sequence[Point], zone: ZoneInfo) -> dict[str, Sample]:
    """One sample per point; a field that this kind of message lacks, or that cannot be read, is Bad."""
    source_time = None if tightening.time is None else utc(tightening.time, zone)[0]
    return {point.name: _sample(point, tightening.values.get(point.field or ""), source_time, zone) for point in points}


def utc(local: datetime, zone: ZoneInfo) -> tuple[datetime, bool]:
    """The time in UTC (the earlier one of two), and whether it is the only one the clock can have meant."""
    first, second = (local.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    return first.astimezone(UTC), first.utcoffset() == second.utcoffset()


def _sample(point: Point, value: FieldValue, source_time: datetime | None, zone: ZoneInfo) -> Sample:
    status = Status.GOOD
    if isinstance(value, datetime):
        value, certain = utc(value, zone)
        status = Status.GOOD if certain else Status.UNCERTAIN
    elif value is None and point.field == _TIME:
        value, status = _NEVER_SET, Status.UNCERTAIN
    elif value is None:
        status = Status.BAD
    return Sample(point=point.name, raw=value, status=status, source_time=source_time)
