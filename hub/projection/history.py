"""Rows of imported history, in tables of their own."""

import msgspec

from hub.projection.sender import Place, evidence
from hub.store.core.instant import to_micros
from hub.store.writing.rows import Row
from traceability.record.base import Record
from traceability.record.history import HistoryLoadRecord, HistoryResultRecord, HistoryUndoneRecord

HISTORY_HUB_ONLY: tuple[type[Record], ...] = (HistoryLoadRecord, HistoryResultRecord, HistoryUndoneRecord)


def history_load_rows(record: HistoryLoadRecord, place: Place) -> list[Row]:
    """One row."""
    row = evidence(record, place) | {
        "id": record.id,
        "plant": record.plant,
        "source": record.source,
        "format": record.format,
        "results": record.results,
        "entered_by": record.entered_by,
        "note": record.note,
    }
    return [("history_load", row)]


def history_result_rows(record: HistoryResultRecord, place: Place) -> list[Row]:
    """One row."""
    row = evidence(record, place) | {
        "load": record.id,
        "plant": record.plant,
        "row": record.row,
        "unit": record.unit,
        "part": record.part,
        "operation": record.operation,
        "work_cell": record.work_cell,
        "verdict": str(record.verdict),
        "at": to_micros(record.at),
        "values": msgspec.to_builtins(record.values),
    }
    return [("history_result", row)]


def history_undone_rows(record: HistoryUndoneRecord, place: Place) -> list[Row]:
    """One row."""
    row = evidence(record, place) | {
        "load": record.id,
        "plant": record.plant,
        "reason": record.reason,
        "entered_by": record.entered_by,
    }
    return [("history_undone", row)]
