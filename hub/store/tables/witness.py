"""Cosignatures of the log's checkpoints: others' words about this log, beside the ledger and not made from it."""

from sqlalchemy import BigInteger, Column, String, Table, Text

from hub.store.core.columns import Long, metadata

cosignature = Table(
    "cosignature",
    metadata,
    Column("size", Long, primary_key=True, autoincrement=False),
    Column("witness", String(400), primary_key=True),  # its verifier key
    Column("root", String(44), nullable=False),  # base64
    Column("time", BigInteger, nullable=False),  # POSIX seconds, as the witness signed it
    Column("line", Text, nullable=False),  # the signature line as it stands in a note
)
