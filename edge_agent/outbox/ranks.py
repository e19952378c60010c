"""Which records outlive which when the disk does not hold them all."""

from enum import IntEnum

from traceability.record.base import Record
from traceability.record.production import CodesRecord, InterlockRefusalRecord, MeasurementsRecord, PicturesRecord
from traceability.record.telemetry import TelemetryRecord


class Rank(IntEnum):
    """The lower, the longer it is kept. Everything a recall needs is RESULTS, and is never dropped once stored."""

    RESULTS = 0
    MEASUREMENTS = 1
    DETAILS = 2
    TELEMETRY = 3


_RANKS: dict[type[Record], Rank] = {
    MeasurementsRecord: Rank.MEASUREMENTS,
    PicturesRecord: Rank.DETAILS,
    CodesRecord: Rank.DETAILS,
    InterlockRefusalRecord: Rank.DETAILS,
    TelemetryRecord: Rank.TELEMETRY,
}


def rank_of(record: Record) -> Rank:
    """The class of a record; a kind that is not named here is kept like a result."""
    return _RANKS.get(type(record), Rank.RESULTS)


def stream_of(record: Record) -> str:
    """What its loss is declared of: the operation, or the device."""
    return str(getattr(record, "operation", None) or getattr(record, "device", None) or record.id)
