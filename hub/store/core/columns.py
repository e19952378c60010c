"""Columns that many tables share.

On PostgreSQL every text sorts and compares by its bytes, whatever the database's own language, and no text is cut at a
length: so both databases answer alike. The lengths say what the records allow.
"""

from typing import Any

from sqlalchemy import JSON, BigInteger, Column, Integer, MetaData, String, Table, Text, event

metadata = MetaData()
Long = BigInteger().with_variant(Integer, "sqlite")
_BYTES = Text(collation="C")


@event.listens_for(Table, "after_parent_attach")
def _sort_by_bytes(table: Table, _parent: object) -> None:
    """Give the texts of every table of the hub their type on PostgreSQL."""
    for column in table.columns:
        if table.metadata is metadata and isinstance(column.type, String) and not isinstance(column.type, JSON):
            column.type = column.type.with_variant(_BYTES, "postgresql")


def evidence() -> list[Column[Any]]:
    """Columns of every projection row; ``batch_id`` is the log index, ``seq`` the record's sequence in its chain."""
    return [
        Column("batch_id", Long, primary_key=True, autoincrement=False),
        Column("line", Integer, primary_key=True, autoincrement=False),
        Column("author", String(200), nullable=False),
        Column("chain", String(32), nullable=False),
        Column("seq", BigInteger, nullable=False),
        Column("event_time", BigInteger, nullable=False),
    ]


def item() -> Column[Any]:
    """Position within a record that becomes several rows, from 0."""
    return Column("item", Integer, primary_key=True, autoincrement=False)


def text(name: str, size: int = 200, *, nullable: bool = False) -> Column[Any]:
    """Bounded text; the bounds are those of the records."""
    return Column(name, String(size), nullable=nullable)
