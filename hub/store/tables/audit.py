"""What is known of audit entries that were removed because they were old; beside the ledger, and no evidence."""

from sqlalchemy import BigInteger, Column, Index, Table

from hub.store.core.columns import Long, metadata, text

# ``reads`` entries about ``owner`` from before ``until``, the last of them number ``through``, were removed at ``at``.
audit_removed = Table(
    "audit_removed",
    metadata,
    Column("number", Long, primary_key=True, autoincrement=True),
    text("owner"),
    Column("reads", BigInteger, nullable=False),
    Column("through", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
    Index("audit_removed_owner", "owner", "number"),
)
