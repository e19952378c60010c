"""Rows of quality economics and self-assessment; one function for each kind of record."""

import msgspec

from hub.projection.quality import loss_detail_rows
from hub.projection.sender import Place, evidence
from hub.store.writing.rows import Row
from traceability.record.economics import AssessmentRecord, OutputValueRecord, QualityLossRecord


def quality_loss_rows(record: QualityLossRecord, place: Place) -> list[Row]:
    """One row; the amount as plain decimal text."""
    row = evidence(record, place) | {
        "id": record.id,
        "plant": record.plant,
        "item": record.item,
        "amount": f"{record.amount:f}",
        "currency": record.currency,
        "accrued_on": record.accrued_on.isoformat(),
        "evidence": record.evidence,
        "entered_by": record.entered_by,
    }
    return [("quality_loss", row), *loss_detail_rows(record, place)]


def output_value_rows(record: OutputValueRecord, place: Place) -> list[Row]:
    """One row; the amount as plain decimal text."""
    row = evidence(record, place) | {
        "id": record.id,
        "plant": record.plant,
        "year": record.year,
        "amount": f"{record.amount:f}",
        "currency": record.currency,
        "evidence": record.evidence,
        "entered_by": record.entered_by,
    }
    return [("output_value", row)]


def assessment_rows(record: AssessmentRecord, place: Place) -> list[Row]:
    """One row."""
    row = evidence(record, place) | {
        "id": record.id,
        "plant": record.plant,
        "dimension": record.dimension,
        "answers": msgspec.to_builtins(record.answers),
        "entered_by": record.entered_by,
    }
    return [("assessment", row)]
