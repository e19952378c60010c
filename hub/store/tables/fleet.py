"""Tables of keys, enrolment and the way down to agents.

Projections (made again by ``rebuild``): ``key_proof``, ``author_key_revoked``, ``hold_order``, ``plant_message``.

Beside the ledger, and no evidence: ``enrolment_token`` (a token's use is a record, its existence is none),
``agent_contact`` (when an agent last asked, and how it does), ``downlink_batch`` (the last signed batches for each
agent; what they carry is in the ledger) and ``downlink_place`` (up to which log position that was gathered).
"""

from sqlalchemy import JSON, BigInteger, Column, Index, Integer, LargeBinary, String, Table, Text

from hub.store.core.columns import Long, evidence, metadata, text

key_proof = Table(
    "key_proof",
    metadata,
    *evidence(),
    text("id"),
    text("origin", 20),
    Column("proof", Text, nullable=False),
    text("token", nullable=True),
    text("made_for", 2000, nullable=True),
    Index("key_proof_id", "id"),
)

# No key of ``id`` counts from the log position ``batch_id`` on, until a later row of ``author_key``.
author_key_revoked = Table(
    "author_key_revoked",
    metadata,
    *evidence(),
    text("id"),
    text("reason", 2000),
    text("by"),
    Index("author_key_revoked_id", "id", "batch_id"),
)

hold_order = Table(
    "hold_order",
    metadata,
    *evidence(),
    text("id"),
    text("plant", nullable=True),
    text("scope", 20),
    text("target", 400),
    text("state", 20),
    text("by"),
    text("reason", 2000),
    Index("hold_order_id", "id"),
)

plant_message = Table(
    "plant_message",
    metadata,
    *evidence(),
    text("id"),
    text("recipient"),
    Column("envelope", JSON, nullable=False),  # pieces of the envelope that the plant signed
    Index("plant_message_recipient", "recipient", "batch_id"),
)

FLEET_PROJECTION: tuple[Table, ...] = (key_proof, author_key_revoked, hold_order, plant_message)

# ``id`` is the key id of the token's public key; ``request`` is the hash of what used it, ``answer`` what it was told.
enrolment_token = Table(
    "enrolment_token",
    metadata,
    Column("id", String(80), primary_key=True),
    text("author"),
    text("plant"),
    text("line", 2000),
    Column("replaces", Integer, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("used_at", BigInteger),
    Column("public_key", String(100)),
    Column("answer", Text),
)

agent_contact = Table(
    "agent_contact",
    metadata,
    Column("author", String(200), primary_key=True),
    Column("at", BigInteger, nullable=False),  # by the hub's clock
    Column("said_at", BigInteger, nullable=False),  # as the agent signed it; grows
    text("instance"),
    Column("instances", JSON, nullable=False),  # those before, the newest last
    Column("clone_at", BigInteger),  # when an instance came back that another had followed
    Column("heartbeat", JSON, nullable=False),  # traceability.downlink.Heartbeat
)

downlink_batch = Table(
    "downlink_batch",
    metadata,
    Column("recipient", String(200), primary_key=True),
    Column("epoch", Integer, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    text("chain", 32),
    Column("hash", String(71), nullable=False),
    Column("last_record", BigInteger, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
)

downlink_place = Table(
    "downlink_place",
    metadata,
    Column("recipient", String(200), primary_key=True),
    Column("position", Long, nullable=False),  # first log index not gathered yet
    Column("forks", Integer, nullable=False),  # how many of its forks it was told of
    Column("clone_at", BigInteger),  # the last alarm about a clone it was told of
)
