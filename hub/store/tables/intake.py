"""Files that are being taken in: their bytes until they are entered or given up, and how far each is.

No facts of the ledger: what a file enters are records of their own.
"""

from sqlalchemy import JSON, BigInteger, Column, Index, Integer, LargeBinary, String, Table, Text

from hub.store.core.columns import metadata, text

# Times in microseconds since 1970 UTC. ``total`` is NULL where it is not known beforehand.
file_intake = Table(
    "file_intake",
    metadata,
    Column("id", String(64), primary_key=True),
    text("kind", 60),
    text("plant"),
    text("name", 200),
    text("digest", 71),
    Column("options", JSON, nullable=False),
    text("by", 200),
    text("state", 20),
    Column("size", BigInteger, nullable=False),
    Column("rows_read", BigInteger, nullable=False),
    Column("total", BigInteger),
    Column("report", JSON, nullable=False),
    Column("trouble", Text, nullable=False),
    Column("begun", BigInteger, nullable=False),
    Column("changed", BigInteger, nullable=False),
    Index("file_intake_plant", "plant", "begun"),
)

file_intake_part = Table(
    "file_intake_part",
    metadata,
    Column("intake", String(64), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("body", LargeBinary, nullable=False),
)
