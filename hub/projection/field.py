"""Rows of what became of units in the field, and what can't be taken of it."""

from collections.abc import Callable
from typing import Any

from hub.projection.sender import Place, Sender, evidence
from hub.projection.trace_objection import not_one_of
from hub.store.writing.rows import Row
from traceability.identifier.item import ItemKind
from traceability.record.base import Record
from traceability.record.field import FieldFailureRecord, FieldUsageRecord

FIELD_HUB_ONLY: tuple[type[Record], ...] = (FieldFailureRecord, FieldUsageRecord)


def field_failure_rows(record: FieldFailureRecord, place: Place) -> list[Row]:
    """One row."""
    row = evidence(record, place) | {
        "id": record.id,
        "plant": record.plant,
        "unit": record.unit,
        "failed_on": record.failed_on.isoformat(),
        "mode": record.mode,
        "component": record.component,
        "used": record.used,
        "uom": record.uom,
        "claim_evidence": record.evidence,
        "entered_by": record.entered_by,
    }
    return [("field_failure", row)]


def field_usage_rows(record: FieldUsageRecord, place: Place) -> list[Row]:
    """One row."""
    row = evidence(record, place) | {
        "id": record.id,
        "plant": record.plant,
        "unit": record.unit,
        "read_on": record.read_on.isoformat(),
        "used": record.used,
        "uom": record.uom,
        "entered_by": record.entered_by,
    }
    return [("field_usage", row)]


def _check_failure(record: FieldFailureRecord, _sender: Sender) -> str:
    if (record.used is None) != (not record.uom):
        return "'used' and 'uom' belong together"
    kinds = (ItemKind.UNIT, ItemKind.LOT, ItemKind.PART)
    return not_one_of(record.unit, (ItemKind.UNIT,)) or (
        not_one_of(record.component, kinds) if record.component else ""
    )


def _check_usage(record: FieldUsageRecord, _sender: Sender) -> str:
    if not record.uom:
        return "usage has no 'uom'"
    return not_one_of(record.unit, (ItemKind.UNIT,))


FIELD_CHECKS: dict[type[Record], Callable[[Any, Sender], str]] = {
    FieldFailureRecord: _check_failure,
    FieldUsageRecord: _check_usage,
}
