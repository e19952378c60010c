"""Projection of what agents sampled beside the results; ``tables`` says what holds for all of them."""

from sqlalchemy import JSON, BigInteger, Boolean, Column, Index, Integer, Table

from hub.store.core.columns import evidence, item, metadata, text

# One row for each point of each record. ``samples`` are lists of microseconds since 1970, value (decimal text or null)
# and status, in their order; ``first_at`` and ``last_at`` are the times of the outer two.
telemetry = Table(
    "telemetry",
    metadata,
    *evidence(),
    item(),
    text("plant", nullable=True),
    text("device"),
    text("point"),
    text("uom", 20),
    Column("every_ms", BigInteger, nullable=False),
    Column("changes", Boolean, nullable=False),  # values within the author's dead band were left out
    Column("first_at", BigInteger, nullable=False),
    Column("last_at", BigInteger, nullable=False),
    Column("count", Integer, nullable=False),
    Column("samples", JSON, nullable=False),
    Index("telemetry_device", "author", "device", "point", "first_at"),
)
