"""Projection of comparison: consents, what was published of a year, and what it was made of."""

from sqlalchemy import JSON, Boolean, Column, Index, Integer, Table

from hub.store.core.columns import evidence, item, metadata, text

# The latest row of an organisation counts.
comparison_consent = Table(
    "comparison_consent",
    metadata,
    *evidence(),
    text("id"),
    Column("given", Boolean, nullable=False),
    text("by"),
    Index("comparison_consent_id", "id"),
)

# For everybody: one row a measure of a year.
comparison_table = Table(
    "comparison_table",
    metadata,
    *evidence(),
    text("id"),
    Column("year", Integer, nullable=False),
    text("measure"),
    Column("record", JSON, nullable=False),  # traceability.record.comparison.ComparisonTableRecord
    Index("comparison_table_year", "year"),
)

# For the plant's own organisation and the operator: one row a plant.
comparison_member = Table(
    "comparison_member",
    metadata,
    *evidence(),
    item(),
    text("id"),
    Column("year", Integer, nullable=False),
    text("organisation"),
    text("plant"),
    Column("record", JSON, nullable=False),  # traceability.record.comparison.ComparedPlant
    Index("comparison_member_year", "year", "plant"),
    Index("comparison_member_plant", "plant"),
)

COMPARISON_PROJECTION: tuple[Table, ...] = (comparison_consent, comparison_table, comparison_member)
