"""Projection of quality requirements between companies."""

from sqlalchemy import JSON, Column, Index, Table

from hub.store.core.columns import evidence, metadata, text

requirement = Table(
    "requirement",
    metadata,
    *evidence(),
    text("id"),
    text("customer"),
    text("supplier"),
    text("part", 400),
    text("passes_on", nullable=True),
    text("content_hash", 71),
    Column("content", JSON, nullable=False),  # traceability.record.requirement.RequirementContent
    text("by"),
    Index("requirement_id", "id"),
    Index("requirement_customer", "customer"),
    Index("requirement_supplier", "supplier"),
    Index("requirement_passes_on", "passes_on"),
)

requirement_change = Table(
    "requirement_change",
    metadata,
    *evidence(),
    text("id"),
    text("change"),
    Column("record", JSON, nullable=False),  # traceability.record.requirement.RequirementChangeRecord
    Index("requirement_change_id", "id"),
)

# Where an indicator of terms that were agreed came to stand; one row a change of that.
requirement_status = Table(
    "requirement_status",
    metadata,
    *evidence(),
    text("requirement"),
    Column("record", JSON, nullable=False),  # traceability.record.requirement.RequirementStatusRecord
    Index("requirement_status_requirement", "requirement"),
)

REQUIREMENT_PROJECTION: tuple[Table, ...] = (requirement, requirement_change, requirement_status)
