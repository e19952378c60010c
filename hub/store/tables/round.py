"""Which of several processes on one store does a background round; no fact of the ledger, and gone when it is over."""

from sqlalchemy import BigInteger, Column, String, Table

from hub.store.core.columns import metadata, text

# ``until`` in microseconds since 1970 UTC: then another process may take it, unless the holder renewed it.
round_lease = Table(
    "round_lease",
    metadata,
    Column("name", String(100), primary_key=True),
    text("holder", 100),
    Column("until", BigInteger, nullable=False),
)
