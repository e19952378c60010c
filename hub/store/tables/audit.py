"""Audit entries that were removed because they were old, and checks of the log; beside the ledger, and no evidence."""

from sqlalchemy import JSON, BigInteger, Column, Index, Integer, String, Table, Text

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

# One check of the log: what was to be looked at, how far it is, what was found. ``since`` is the size of the log that
# an earlier check found whole, 0 when there was none.
audit_check = Table(
    "audit_check",
    metadata,
    Column("id", String(40), primary_key=True),
    text("organisation"),
    text("by"),
    text("scope", 20),
    text("state", 20),
    Column("asked_at", BigInteger, nullable=False),
    Column("beat_at", BigInteger, nullable=False),  # when the process that works on it said so last
    Column("ended_at", BigInteger),
    Column("size", Long, nullable=False),
    Column("since", Long, nullable=False),
    Column("total", Integer, nullable=False),
    Column("opened", Integer, nullable=False),
    Column("records", BigInteger, nullable=False),
    Column("octets", BigInteger, nullable=False),
    Column("cosigned", Integer, nullable=False),
    text("root", 44),
    Column("faults", JSON, nullable=False),
    Column("problem", Text, nullable=False),
    Index("audit_check_asked", "asked_at"),
)
