"""Fields that a source was told become samples by the profile's point names; pure.

Only what is a matter of spelling is done here: local time gets its zone, the decimal sign becomes a point. Whether a
field holds what its point promises is found when it is decoded.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone

import msgspec

from edge_agent.drivers.interface import Raw, Sample
from firmware_profiles.format import DataType, Point
from traceability.measurement import Status

_TEXTS = (DataType.STRING, DataType.DATETIME)


class Spelling(msgspec.Struct, frozen=True, kw_only=True):
    """How a device writes times and numbers: see ``told_settings.FolderSettings``."""

    utc_offset: str | None = None
    time_format: str | None = None
    decimal: str = "."


def samples_of(points: Sequence[Point], fields: Mapping[str, Raw], spelling: Spelling) -> dict[str, Sample]:
    """One sample per point. A field that was not told, and an empty one where no text is expected, is Bad."""
    return {point.name: _sample(point, fields.get(point.field or ""), spelling) for point in points}


def _sample(point: Point, raw: Raw, spelling: Spelling) -> Sample:
    if isinstance(raw, str) and point.type not in _TEXTS and spelling.decimal != ".":
        raw = raw.replace(".", "?").replace(spelling.decimal, ".")  # a point would be a sign of grouping: refused later
    if isinstance(raw, str) and point.type is DataType.DATETIME:
        raw = _time(raw.strip(), spelling)
    missing = raw is None or (isinstance(raw, str) and not raw.strip())
    if missing and point.type is not DataType.STRING:
        return Sample(point=point.name, raw=None, status=Status.BAD)
    return Sample(point=point.name, raw=raw)


def _time(text: str, spelling: Spelling) -> Raw:
    """The time, or the text itself when it is none as the device is said to write it."""
    try:
        if spelling.time_format is None:
            time = datetime.fromisoformat(text)
        else:
            time = datetime.strptime(text, spelling.time_format)  # noqa: DTZ007 - its zone is set below
    except ValueError:
        return text
    if time.tzinfo is None and spelling.utc_offset is not None:
        time = time.replace(tzinfo=_zone(spelling.utc_offset))
    return time.astimezone(UTC) if time.tzinfo is not None else text


def _zone(offset: str) -> timezone:
    sign = -1 if offset[0] == "-" else 1
    return timezone(sign * timedelta(hours=int(offset[1:3]), minutes=int(offset[4:6])))
