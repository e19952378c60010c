"""Tables of what is rolled out to agents, and of agents that fell silent.

Projections (made again by ``rebuild``) but for ``agent_sample``, which stands beside the ledger and is no evidence: how
an agent did, every few minutes, for the picture of its page.
"""

from sqlalchemy import JSON, BigInteger, Column, Index, Integer, String, Table, Text

from hub.store.core.columns import evidence, metadata, text

configuration_version = Table(
    "configuration_version",
    metadata,
    *evidence(),
    text("id"),
    text("plant"),
    text("role", 20),
    text("name"),
    Column("number", BigInteger, nullable=False),
    Column("text", Text, nullable=False),
    Column("hash", String(71), nullable=False),  # of ``text``
    Column("fillings", Text, nullable=False),  # what fills the places of ``text``
    Column("plan", Text, nullable=False),  # a control plan that goes with it, or ''
    text("by"),
    text("note", 2000),
    text("restores", nullable=True),
    Index("configuration_version_id", "id"),
    Index("configuration_version_plant", "plant", "role", "name"),
)

rollout = Table(
    "rollout",
    metadata,
    *evidence(),
    text("id"),
    text("plant"),
    text("version"),
    Column("stages", JSON, nullable=False),  # lists of agents
    Column("soak_s", BigInteger, nullable=False),
    Column("by_hand", Integer, nullable=False),
    text("by"),
    text("note", 2000),
    Index("rollout_id", "id"),
    Index("rollout_plant", "plant"),
)

# What the plant signed for one agent of the roll-out ``id``; the last row counts.
rollout_signed = Table(
    "rollout_signed",
    metadata,
    *evidence(),
    text("id"),
    text("plant"),
    text("agent"),
    text("key", 80),
    Column("number", BigInteger, nullable=False),
    Column("envelope", JSON, nullable=False),  # pieces
    Column("back_number", BigInteger),
    Column("back", JSON, nullable=False),  # pieces, or none
    Index("rollout_signed_id", "id"),
    Index("rollout_signed_agent", "agent"),
)

rollout_step = Table(
    "rollout_step",
    metadata,
    *evidence(),
    text("id"),
    text("plant"),
    text("step", 20),
    text("by"),
    Column("stage", BigInteger),
    text("agent", nullable=True),
    text("reason", 2000),
    Index("rollout_step_id", "id"),
)

agent_silence = Table(
    "agent_silence",
    metadata,
    *evidence(),
    text("id"),
    text("agent"),
    text("plant"),
    text("state", 10),
    Column("since", BigInteger, nullable=False),
    Column("allowed_s", BigInteger, nullable=False),
    Index("agent_silence_agent", "agent"),
)

# The last row of a plant counts.
silence_rule = Table(
    "silence_rule",
    metadata,
    *evidence(),
    text("plant"),
    Column("after_s", BigInteger, nullable=False),
    text("by"),
    Index("silence_rule_plant", "plant"),
)

ROLLOUT_PROJECTION: tuple[Table, ...] = (
    configuration_version,
    rollout,
    rollout_signed,
    rollout_step,
    agent_silence,
    silence_rule,
)

agent_sample = Table(
    "agent_sample",
    metadata,
    Column("author", String(200), primary_key=True),
    Column("at", BigInteger, primary_key=True, autoincrement=False),
    Column("unsealed", BigInteger, nullable=False),
    Column("unsent", BigInteger, nullable=False),
    Column("clock_ahead_ms", BigInteger),
    Column("devices", Integer, nullable=False),
    Column("devices_down", Integer, nullable=False),
)
