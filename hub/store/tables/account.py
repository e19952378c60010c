"""Tables of accounts: who may sign in, by what, and what became of it.

They stand beside the ledger and are no evidence: they hold personal data (names people sign in by), which an
append-only log could never forget. No column is called ``author`` or ``plant``, so that no organisation's view shows a
row of them (``hub.store.sharing.rules``). Of passwords, tokens, links, sessions and recovery codes only hashes are
here; a second factor's secret is sealed by a key that lies outside the database.
"""

from sqlalchemy import JSON, BigInteger, Boolean, Column, Index, Integer, String, Table

from hub.store.core.columns import Long, metadata, text

account = Table(
    "account",
    metadata,
    Column("id", String(40), primary_key=True),
    text("login"),  # as compared: NFKC, casefolded
    text("name"),
    text("organisation"),  # '' is the operator of the hub
    Column("plants", JSON, nullable=False),  # ids; none means every plant of the organisation
    text("role", 20),
    Column("password", String(400)),  # PHC string; null: cannot sign in by password
    Column("factor", String(400)),  # sealed secret of the second factor; null: none
    Column("factor_step", BigInteger, nullable=False),  # the last time step whose code was taken
    Column("made_at", BigInteger, nullable=False),
    Column("disabled_at", BigInteger),
    Index("account_login", "login", unique=True),
    Index("account_organisation", "organisation"),
)

account_recovery = Table(
    "account_recovery",
    metadata,
    Column("hash", String(71), primary_key=True),
    text("account", 40),
    Index("account_recovery_account", "account"),
)

# Who an identity provider says somebody is.
account_identity = Table(
    "account_identity",
    metadata,
    Column("issuer", String(400), primary_key=True),
    Column("subject", String(300), primary_key=True),
    text("account", 40),
    Index("account_identity_account", "account"),
)

account_session = Table(
    "account_session",
    metadata,
    Column("hash", String(71), primary_key=True),
    text("id", 40),  # by which it is listed and ended
    text("account", 40),
    Column("complete", Boolean, nullable=False),  # not yet while the second factor is missing
    Column("made_at", BigInteger, nullable=False),
    Column("seen_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    text("address", 60),
    text("browser", 200),
    Index("account_session_account", "account", "made_at"),
    Index("account_session_id", "id", unique=True),
)

# One-time links by which a password is set.
account_link = Table(
    "account_link",
    metadata,
    Column("hash", String(71), primary_key=True),
    text("account", 40),
    Column("expires_at", BigInteger, nullable=False),
    Index("account_link_account", "account"),
)

account_token = Table(
    "account_token",
    metadata,
    Column("id", String(40), primary_key=True),
    text("hash", 71),
    text("account", 40),
    Column("scopes", JSON, nullable=False),  # list of hub.accounts.asker.Scope
    text("note", 200),
    Column("made_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("revoked_at", BigInteger),
    Index("account_token_hash", "hash", unique=True),
    Index("account_token_account", "account", "made_at"),
)

# When a token, of an account or of an organisation, was used last; to the minute.
token_use = Table(
    "token_use",
    metadata,
    Column("token", String(40), primary_key=True),
    Column("used_at", BigInteger, nullable=False),
)

# Failures in a row, of a name (hashed: strangers type anything) or of an address.
account_failure = Table(
    "account_failure",
    metadata,
    Column("key", String(80), primary_key=True),
    Column("count", Integer, nullable=False),
    Column("until", BigInteger, nullable=False),
    Column("last_at", BigInteger, nullable=False),
)

# What waits for somebody to come back from an identity provider.
account_errand = Table(
    "account_errand",
    metadata,
    Column("hash", String(71), primary_key=True),
    text("nonce", 100),
    text("verifier", 200),
    text("goal", 2000),
    text("back", 400),
    Column("expires_at", BigInteger, nullable=False),
)

identity_provider = Table(
    "identity_provider",
    metadata,
    Column("issuer", String(400), primary_key=True),
    text("client", 300),
    Column("secret", String(2000)),  # sealed; null for a public client
    text("label"),
    text("claim", 60),
    text("organisation"),
    Column("role", String(20)),  # null: nobody is added by signing in
)

# Rows are added, never changed; ``account`` is whom it is about, '' a name that nobody has.
account_event = Table(
    "account_event",
    metadata,
    Column("number", Long, primary_key=True, autoincrement=True),
    Column("at", BigInteger, nullable=False),
    text("kind", 40),
    text("account", 40),
    text("organisation"),
    text("by", 40),  # an account, or "operator"
    text("address", 60),
    Column("detail", JSON, nullable=False),
    Index("account_event_organisation", "organisation", "number"),
    Index("account_event_account", "account", "number"),
)
