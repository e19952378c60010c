"""Rows of what was sampled; sampled values are never a unit's."""

from hub.projection.sender import Place, evidence
from hub.store.core.instant import to_micros
from hub.store.writing.rows import Row
from traceability.record.telemetry import TelemetryRecord


def telemetry_rows(record: TelemetryRecord, place: Place) -> list[Row]:
    """One row a point that has samples."""
    start = to_micros(record.event_time)
    shared = evidence(record, place) | {
        "plant": place.plant,
        "device": record.device,
        "every_ms": record.every_ms,
        "changes": record.changes,
    }
    rows: list[Row] = []
    for item, series in enumerate(record.series):
        samples = [[start + entry.after_ms * 1000, entry.value, str(entry.status)] for entry in series.samples]
        if samples:
            times = [int(str(at)) for at, _, _ in samples]
            row = {"item": item, "point": series.point, "uom": series.uom, "count": len(samples), "samples": samples}
            rows.append(("telemetry", shared | row | {"first_at": min(times), "last_at": max(times)}))
    return rows
