"""Who is told of alarms, what was sent to whom, and views that readers saved.

Beside the ledger, no evidence and not rebuilt: addresses name people.
"""

from sqlalchemy import JSON, BigInteger, Column, Index, Integer, String, Table, Text

from hub.store.core.columns import Long, metadata, text

# ``owner`` is an organisation, '' the operator; ``person`` the account that made it, '' a token. ``cursor`` is the log
# position from which on alarms are still to be told.
alarm_subscription = Table(
    "alarm_subscription",
    metadata,
    Column("id", String(40), primary_key=True),
    text("owner"),
    text("person"),
    Column("plants", JSON, nullable=False),  # empty: every plant that the owner sees
    Column("kinds", JSON, nullable=False),  # of traceability.quality.alarm.rule.AlarmKind; empty: all
    text("channel", 10),  # mail | webhook
    text("address", 2000),
    Column("made_at", BigInteger, nullable=False),
    Column("cursor", Long, nullable=False),
    Index("alarm_subscription_owner", "owner"),
)

alarm_message = Table(
    "alarm_message",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    text("subscription", 40),
    Column("occasion", String(100), nullable=False, unique=True),
    Column("alarms", Integer, nullable=False),
    Column("subject", Text, nullable=False),
    Column("body", Text, nullable=False),
    text("state", 10),  # waiting | sent | failed
    Column("tries", Integer, nullable=False),
    Column("next_at", BigInteger, nullable=False),
    Column("problem", Text, nullable=False),
    Column("written_at", BigInteger, nullable=False),
    Index("alarm_message_due", "state", "next_at"),
    Index("alarm_message_subscription", "subscription", "id"),
)

saved_view = Table(
    "saved_view",
    metadata,
    Column("id", String(40), primary_key=True),
    text("owner"),
    text("person"),
    text("name"),
    Column("address", Text, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Index("saved_view_owner", "owner", "person"),
)
