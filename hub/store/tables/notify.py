"""Projection of quality notifications; beside it the letters that wait to be delivered, which are no facts."""

from sqlalchemy import JSON, BigInteger, Column, Index, Integer, String, Table, Text

from hub.store.core.columns import Long, evidence, item, metadata, text

notification = Table(
    "notification",
    metadata,
    *evidence(),
    text("id"),
    text("type", 20),
    text("severity", 20),
    text("sender"),
    text("receiver"),
    text("forwards", nullable=True),
    text("content_hash", 71),
    Column("content", JSON, nullable=False),  # traceability.record.notification.NotificationContent
    text("by"),
    Index("notification_id", "id"),
    Index("notification_sender", "sender"),
    Index("notification_receiver", "receiver"),
    Index("notification_forwards", "forwards"),
)

notification_item = Table(
    "notification_item",
    metadata,
    *evidence(),
    item(),
    text("id"),
    text("affected", 400),
    Index("notification_item_affected", "affected"),
)

# ``secret`` is the hash of a guest link's secret, on the changes that give out or revoke one.
notification_change = Table(
    "notification_change",
    metadata,
    *evidence(),
    text("id"),
    text("change"),
    text("secret", 71, nullable=True),
    Column("record", JSON, nullable=False),  # traceability.record.notification.NotificationChangeRecord
    Index("notification_change_id", "id"),
    Index("notification_change_secret", "secret"),
)

NOTIFY_PROJECTION: tuple[Table, ...] = (notification, notification_item, notification_change)

# Where companies are told; no record, because an address may name a person.
contact = Table(
    "contact",
    metadata,
    Column("organisation", String(200), primary_key=True),
    text("mail", 254),
    text("webhook", 2000),
)

# Letters to people and programs: what is to be told where, and what became of it. Not evidence, not rebuilt.
letter = Table(
    "letter",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    text("notification"),
    Column("occasion", String(200), nullable=False, unique=True),  # one letter for each occasion and address
    text("channel", 10),  # mail | webhook
    text("address", 2000),
    Column("subject", Text, nullable=False),
    Column("body", Text, nullable=False),
    text("state", 10),  # waiting | sent | failed
    Column("tries", Integer, nullable=False),
    Column("next_at", Long, nullable=False),
    Column("problem", Text, nullable=False),
    Column("written_at", BigInteger, nullable=False),
    Index("letter_due", "state", "next_at"),
)

# How far a person has read each notification: the log position of the last change that was seen. Personal, no evidence.
notification_seen = Table(
    "notification_seen",
    metadata,
    Column("person", String(200), primary_key=True),
    Column("notification", String(200), primary_key=True),
    Column("up_to", Long, nullable=False),
)
