"""Projection of quality economics and self-assessment; ``tables`` says what holds for all of them."""

from sqlalchemy import JSON, Column, Index, Integer, Table, Text

from hub.store.core.columns import evidence, metadata, text

quality_loss = Table(
    "quality_loss",
    metadata,
    *evidence(),
    text("id"),
    text("plant"),
    text("item"),
    text("amount", 60),  # decimal text
    text("currency", 3),
    text("accrued_on", 10),  # ISO date
    Column("evidence", Text, nullable=False),
    text("entered_by"),
    Index("quality_loss_plant", "plant", "accrued_on"),
)

output_value = Table(
    "output_value",
    metadata,
    *evidence(),
    text("id"),
    text("plant"),
    Column("year", Integer, nullable=False),
    text("amount", 60),  # decimal text
    text("currency", 3),
    Column("evidence", Text, nullable=False),
    text("entered_by"),
    Index("output_value_plant", "plant", "year"),
)

assessment = Table(
    "assessment",
    metadata,
    *evidence(),
    text("id"),
    text("plant"),
    text("dimension"),
    Column("answers", JSON, nullable=False),  # list of traceability.record.economics.Answer
    text("entered_by"),
    Index("assessment_plant", "plant", "dimension"),
)
