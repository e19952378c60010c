"""Files of the cold tier: which there are, and what they hold. What lies in them is pointed at by the rows themselves.

A file holds the bodies of the batches ``[first, last]``, all of them, or the values of those batches.
"""

from sqlalchemy import BigInteger, Column, Integer, String, Table

from hub.store.core.columns import Long, metadata, text

LEDGER, VALUES = "ledger", "values"
"""Kinds of files: bodies of batches, values in Parquet."""

cold_file = Table(
    "cold_file",
    metadata,
    Column("name", String(200), primary_key=True),  # below the cold folder
    text("kind", 20),
    Column("first", Long, nullable=False),  # log indexes
    Column("last", Long, nullable=False),
    Column("pieces", Integer, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    text("sha256", 64),
    Column("moved_at", BigInteger, nullable=False),
)
