"""The ledger: append-only, the evidence itself; ``meta`` and ``fork`` stand beside it."""

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, String, Table, Text, UniqueConstraint

from hub.store.core.columns import Long, metadata, text

meta = Table("meta", metadata, Column("key", String(60), primary_key=True), Column("value", Text, nullable=False))

batch = Table(
    "batch",
    metadata,
    Column("id", Long, primary_key=True, autoincrement=False),  # the log index of its header
    text("author"),
    text("chain", 32),
    Column("seq", BigInteger, nullable=False),  # of the batch in its chain
    Column("hash", String(71), nullable=False, unique=True),
    Column("prev", String(71)),
    text("environment", 20),
    Column("sealed_at", BigInteger, nullable=False),
    Column("record_time", BigInteger, nullable=False),
    Column("first_record", BigInteger, nullable=False),
    Column("records", Integer, nullable=False),
    Column("receipt", Text, nullable=False),  # the signed answer, byte for byte
    Column("body", LargeBinary, nullable=False),  # the batch as it was sent, zstd
    UniqueConstraint("author", "chain", "seq"),
)

log_node = Table(
    "log_node",
    metadata,
    Column("level", Integer, primary_key=True, autoincrement=False),
    Column("index", Long, primary_key=True, autoincrement=False),
    Column("hash", LargeBinary(32), nullable=False),
)

# An author signed two histories. The refused envelope is kept: with the batch of the same seq it is the proof.
fork = Table(
    "fork",
    metadata,
    Column("author", String(200), primary_key=True),
    Column("chain", String(32), primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("hash", String(71), primary_key=True),
    Column("record_time", BigInteger, nullable=False),
    Column("envelope", Text, nullable=False),
)
