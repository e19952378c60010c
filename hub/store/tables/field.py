"""Projection of what became of units in the field; ``tables`` says what holds for all of them."""

from sqlalchemy import Index, Table

from hub.store.core.columns import evidence, metadata, text

field_failure = Table(
    "field_failure",
    metadata,
    *evidence(),
    text("id"),
    text("plant"),
    text("unit", 400),
    text("failed_on", 10),  # ISO date
    text("mode", 2000),
    text("component", 400),
    text("used", 30, nullable=True),  # decimal text
    text("uom", 20),
    text("claim_evidence", 2000),
    text("entered_by"),
    Index("field_failure_plant", "plant", "failed_on"),
    Index("field_failure_unit", "unit"),
    Index("field_failure_id", "id"),
)

field_usage = Table(
    "field_usage",
    metadata,
    *evidence(),
    text("id"),
    text("plant"),
    text("unit", 400),
    text("read_on", 10),  # ISO date
    text("used", 30),  # decimal text
    text("uom", 20),
    text("entered_by"),
    Index("field_usage_plant", "plant"),
    Index("field_usage_unit", "unit"),
)

FIELD_PROJECTION: tuple[Table, ...] = (field_failure, field_usage)
