"""Projection of captured EPCIS events; beside it jobs, named queries and subscriptions, which are no facts."""

from sqlalchemy import JSON, BigInteger, Boolean, Column, Index, Integer, String, Table, Text

from hub.store.core.columns import Long, evidence, item, metadata, text

# ``declaration`` is the hash of the text of an error declaration, which has the name and hash of the event it is about.
epcis_event = Table(
    "epcis_event",
    metadata,
    *evidence(),
    text("event_id", 2000),
    text("hash_id"),
    text("declaration", 71, nullable=True),
    text("type", 2000),
    text("biz_step", 2000, nullable=True),
    text("disposition", 2000, nullable=True),
    text("capture"),
    text("organisation"),
    Column("text", Text, nullable=False),  # JSON-LD with its own context
    Index("epcis_event_id", "event_id"),
    Index("epcis_event_capture", "capture"),
    Index("epcis_event_type", "type", "batch_id", "line"),
    Index("epcis_event_biz_step", "biz_step", "batch_id", "line"),
    Index("epcis_event_disposition", "disposition", "batch_id", "line"),
)

# By what events are found: ``kind`` is epc, epcClass, readPoint or bizLocation; ``value`` is canonical, ``spelling`` as
# it stands in the event.
epcis_key = Table(
    "epcis_key",
    metadata,
    Column("batch_id", Long, primary_key=True, autoincrement=False),
    Column("line", Integer, primary_key=True, autoincrement=False),
    item(),
    text("kind", 20),
    text("value", 2000),
    text("spelling", 2000),
    Index("epcis_key_value", "kind", "value", "batch_id", "line"),
    Index("epcis_key_spelling", "kind", "spelling"),
)

EPCIS_PROJECTION: tuple[Table, ...] = (epcis_event, epcis_key)

# A document on its way into the ledger; its bytes wait in a file of the job's id.
epcis_capture = Table(
    "epcis_capture",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("number", Long, nullable=False, unique=True),  # 1, 2, 3 … in the order of arrival
    text("state", 10),  # waiting | running | done | failed
    text("behaviour", 10),  # rollback | proceed
    text("organisation"),
    Column("size", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("finished_at", BigInteger),
    Column("read", BigInteger, nullable=False),  # events read
    Column("taken", BigInteger, nullable=False),  # events sealed, rivals too
    Column("known", BigInteger, nullable=False),  # events that were here already
    Column("refused", BigInteger, nullable=False),  # events or documents with a problem
    Column("errors", JSON, nullable=False),  # the first of the problems, as they are answered
    Index("epcis_capture_state", "state", "number"),
)

# Names of events that are made from other records, found up to a place of the log (``meta``).
epcis_own_name = Table(
    "epcis_own_name",
    metadata,
    Column("batch_id", Long, primary_key=True, autoincrement=False),
    Column("line", Integer, primary_key=True, autoincrement=False),
    item(),
    text("hash_id"),
    Index("epcis_own_name_hash", "hash_id"),
)

# From when to when the events of a batch are, captured ones and those of our records; noted up to a place of the log
# (``meta``), of batches that have any.
epcis_times = Table(
    "epcis_times",
    metadata,
    Column("batch_id", Long, primary_key=True, autoincrement=False),
    Column("earliest", BigInteger, nullable=False),
    Column("latest", BigInteger, nullable=False),
)

epcis_query = Table(
    "epcis_query",
    metadata,
    Column("name", String(200), primary_key=True),
    Column("query", Text, nullable=False),  # JSON as it was given
    Column("created_at", BigInteger, nullable=False),
)

# ``cursor`` is the place of the log up to which a subscriber was told.
epcis_subscription = Table(
    "epcis_subscription",
    metadata,
    Column("id", String(64), primary_key=True),
    text("query"),
    text("dest", 2000),
    text("signature_token", 1000, nullable=True),
    Column("report_if_empty", Boolean, nullable=False),
    Column("stream", Boolean, nullable=False),
    Column("schedule", JSON),
    text("initial_record_time", 40, nullable=True),
    Column("created_at", BigInteger, nullable=False),
    Column("cursor", BigInteger, nullable=False),
    Column("next_at", Long, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("failing_since", BigInteger),
    Column("last_notified_at", BigInteger),
    text("state", 10),  # active | failed
    Column("problem", Text, nullable=False),
    Index("epcis_subscription_due", "state", "next_at"),
    Index("epcis_subscription_query", "query"),
)
