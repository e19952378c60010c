"""Projection of what people and assessments state about quality at a plant; ``tables`` says what holds for all."""

from sqlalchemy import JSON, Column, Index, Table

from hub.store.core.columns import evidence, metadata, text

# One row a record of ``traceability.record.quality``; ``body`` its own words, amounts as decimal text.
quality_statement = Table(
    "quality_statement",
    metadata,
    *evidence(),
    text("kind", 30),
    text("id"),
    text("plant"),
    Column("body", JSON, nullable=False),
    Index("quality_statement_plant", "plant", "kind"),
)

# Beside a row of ``quality_loss`` that says more than the notice's item: same (batch_id, line).
quality_loss_detail = Table(
    "quality_loss_detail",
    metadata,
    *evidence(),
    text("id"),
    text("plant"),
    text("part", 400),
    text("operation"),
    text("supplier"),
    text("recovered", 60),  # decimal text
    Index("quality_loss_detail_plant", "plant"),
)

QUALITY_PROJECTION: tuple[Table, ...] = (quality_statement, quality_loss_detail)
