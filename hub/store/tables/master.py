"""Projection of master data: every version of every thing; ``tables`` says what holds for all."""

from sqlalchemy import JSON, Boolean, Column, Index, Table

from hub.store.core.columns import evidence, metadata, text

# ``begin`` and ``last`` are days (ISO), both included; of rows with one (kind, plant, about, begin) the later record
# holds. ``change`` is empty for what was stated without a version: it holds from the day of its event time on (a
# control plan from that time itself). ``body`` is the record's own words.
master_version = Table(
    "master_version",
    metadata,
    *evidence(),
    text("kind", 30),
    text("plant", nullable=True),
    text("about", 700),
    text("begin", 10),
    text("last", 10, nullable=True),
    Column("withdrawn", Boolean, nullable=False),
    text("change"),
    text("undoes"),
    text("by"),
    Column("body", JSON, nullable=False),
    Index("master_version_about", "kind", "plant", "about"),
    Index("master_version_change", "change"),
)

MASTER_PROJECTION: tuple[Table, ...] = (master_version,)
