"""Columns that many tables share."""

from typing import Any

from sqlalchemy import BigInteger, Column, Integer, MetaData, String

metadata = MetaData()
Long = BigInteger().with_variant(Integer, "sqlite")


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
