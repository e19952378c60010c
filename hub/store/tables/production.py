"""Projection of what stations record; ``tables`` says what holds for all.

In a SQLite file ``unit_result`` and ``measured`` are views (:mod:`hub.store.packed`), without these indexes.
"""

from sqlalchemy import JSON, BigInteger, Boolean, Column, Index, MetaData, Table, Text
from sqlalchemy import text as sql

from hub.store.core.columns import evidence, item, metadata, text

FAILED = sql("verdict = 'NOT_OK'")
AGAIN = sql("purpose IN ('retest', 'rework')")
"""In these words, so that the database sees that a question is about them."""

unit_result = Table(
    "unit_result",
    metadata,
    *evidence(),
    text("result_id"),
    text("unit", 400, nullable=True),
    text("part", 400),
    text("operation"),
    text("work_cell"),
    text("plant", nullable=True),
    text("verdict", 20),
    Column("flags", JSON, nullable=False),  # list of traceability.unit.Flag
    text("purpose", 20),
    Column("attempt", BigInteger, nullable=False),
    Column("cycle", BigInteger),
    Column("source_time", BigInteger),
    text("defect", 2000, nullable=True),
    text("plan", 71, nullable=True),
    Index("unit_result_unit", "unit"),
    Index("unit_result_id", "result_id"),
    Index("unit_result_plant", "plant", "operation", "event_time"),
    # few results fail, and a Pareto asks for those of a period
    Index("unit_result_failed", "plant", "event_time", sqlite_where=FAILED, postgresql_where=FAILED),
    # and fewer come again, which costs
    Index("unit_result_again", "plant", "event_time", sqlite_where=AGAIN, postgresql_where=AGAIN),
)

# ``certain`` when the child is a unit; a lot gives potential links only.
link = Table(
    "link",
    metadata,
    *evidence(),
    item(),
    text("result_id"),
    text("parent", 400),
    text("child", 400),
    Column("certain", Boolean, nullable=False),
    text("action", 10),
    text("position", nullable=True),
    text("quantity", 30, nullable=True),
    text("uom", 20, nullable=True),
    text("operation"),
    text("plant", nullable=True),
    Index("link_parent", "parent"),
    Index("link_child", "child"),
)

# Where a store is spread over several servers, links lie there twice; otherwise there is no such table.
link_by_child = link.to_metadata(MetaData(), name="link_by_child")
COPIES = {link_by_child.name: link.name}
"""Names under which rows of a table lie a second time, in a store that is spread."""

picture = Table(
    "picture",
    metadata,
    *evidence(),
    item(),
    text("result_id"),
    text("unit", 400, nullable=True),
    text("operation"),
    text("plant", nullable=True),
    text("sha256", 71),
    Column("size", BigInteger, nullable=False),
    text("position"),
    Column("symbols", JSON, nullable=False),  # list of traceability.record.production.ReadSymbol
    text("reason", 2000, nullable=True),
    Index("picture_unit", "unit"),
    Index("picture_id", "result_id"),
)

claim = Table(
    "claim",
    metadata,
    *evidence(),
    text("plant", nullable=True),
    text("part", 400),
    text("operation"),
    Column("through", BigInteger, nullable=False),
    Column("submitted", BigInteger, nullable=False),
    Column("first_ok", BigInteger, nullable=False),
    Column("attempts", BigInteger, nullable=False),
    Column("invalid", BigInteger, nullable=False),
    Index("claim_author", "author", "chain", "operation", "through"),
)

data_loss = Table(
    "data_loss",
    metadata,
    *evidence(),
    text("plant", nullable=True),
    text("stream"),
    Column("count", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
    Column("first", BigInteger),
    Column("last", BigInteger),
)
