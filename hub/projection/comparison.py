"""Rows of comparison between plants."""

import msgspec

from hub.projection.sender import Place, evidence
from hub.store.writing.rows import Row
from traceability.record.base import Record
from traceability.record.comparison import (
    ComparisonConsentRecord,
    ComparisonMembersRecord,
    ComparisonTableRecord,
)

COMPARISON_HUB_ONLY: tuple[type[Record], ...] = (
    ComparisonConsentRecord,
    ComparisonTableRecord,
    ComparisonMembersRecord,
)


def consent_rows(record: ComparisonConsentRecord, place: Place) -> list[Row]:
    """One row."""
    row = evidence(record, place) | {"id": record.id, "given": record.given, "by": record.by}
    return [("comparison_consent", row)]


def comparison_table_rows(record: ComparisonTableRecord, place: Place) -> list[Row]:
    """One row."""
    row = evidence(record, place) | {
        "id": record.id,
        "year": record.year,
        "measure": record.measure,
        "record": msgspec.to_builtins(record),
    }
    return [("comparison_table", row)]


def comparison_member_rows(record: ComparisonMembersRecord, place: Place) -> list[Row]:
    """One row a plant."""
    stamp = evidence(record, place) | {"id": record.id, "year": record.year, "organisation": record.organisation}
    return [
        ("comparison_member", stamp | {"item": item, "plant": one.plant, "record": msgspec.to_builtins(one)})
        for item, one in enumerate(record.plants)
    ]
