"""Tables of sharing.

``sharing_policy`` is a projection. Beside the ledger, and no evidence: ``organisation_token`` (only a token's hash),
``audit_read`` (what was read of whom, by whom) and ``recall_asker`` (whose question a recall is).
"""

from sqlalchemy import JSON, BigInteger, Column, Index, String, Table

from hub.store.core.columns import Long, evidence, metadata, text

# ``partner`` and ``part`` '' mean every one; ``kinds`` null takes the policy back. The version is (batch_id, line).
sharing_policy = Table(
    "sharing_policy",
    metadata,
    *evidence(),
    text("id"),
    text("owner"),
    text("partner"),
    text("part", 400),
    Column("kinds", JSON(none_as_null=True)),  # list of traceability.record.sharing.DataKind
    text("items", 20),
    Column("valid_from", BigInteger, nullable=False),
    text("by"),
    Index("sharing_policy_owner", "owner", "partner"),
    Index("sharing_policy_partner", "partner"),
)

organisation_token = Table(
    "organisation_token",
    metadata,
    Column("id", String(40), primary_key=True),
    text("hash", 71),
    text("organisation"),
    Column("scopes", JSON, nullable=False),  # list of hub.accounts.asker.Scope
    text("note", 200),
    Column("made_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("revoked_at", BigInteger),
    Index("organisation_token_hash", "hash", unique=True),
)

# One row for each owner of whom a question read something; rows are added, never changed.
audit_read = Table(
    "audit_read",
    metadata,
    Column("number", Long, primary_key=True, autoincrement=True),
    Column("at", BigInteger, nullable=False),
    text("owner"),
    text("asker"),  # an organisation; '' is the operator
    text("token", 40),
    text("asked", 400),
    Column("kinds", JSON, nullable=False),  # kind -> rows
    text("version", 40),  # of the owner's policies by which
    Column("items", JSON, nullable=False),  # the first few
    Index("audit_read_owner", "owner", "number"),
)

recall_asker = Table(
    "recall_asker",
    metadata,
    Column("recall", String(40), primary_key=True),
    text("organisation"),
)
