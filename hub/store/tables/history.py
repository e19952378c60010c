"""Projection of imported history; ``tables`` says what holds for all. No signed result ever stands here."""

from sqlalchemy import JSON, BigInteger, Column, Index, Table

from hub.store.core.columns import evidence, metadata, text

history_load = Table(
    "history_load",
    metadata,
    *evidence(),
    text("id"),
    text("plant"),
    text("source", 71),
    text("format"),
    Column("results", BigInteger, nullable=False),
    text("entered_by"),
    text("note", 2000),
    Index("history_load_plant", "plant"),
    Index("history_load_id", "id"),
)

history_result = Table(
    "history_result",
    metadata,
    *evidence(),
    text("load"),
    text("plant"),
    Column("row", BigInteger, nullable=False),
    text("unit", 400, nullable=True),
    text("part", 400),
    text("operation"),
    text("work_cell"),
    text("verdict", 20),
    Column("at", BigInteger, nullable=False),  # microseconds since 1970 UTC, by the file's own clock
    Column("values", JSON, nullable=False),  # list of traceability.record.history.HistoryValue
    Index("history_result_load", "load"),
    Index("history_result_plant", "plant", "at"),
)

history_undone = Table(
    "history_undone",
    metadata,
    *evidence(),
    text("load"),
    text("plant"),
    text("reason", 2000),
    text("entered_by"),
    Index("history_undone_load", "load"),
)

HISTORY_PROJECTION: tuple[Table, ...] = (history_load, history_result, history_undone)
