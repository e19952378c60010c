"""Recalls that were asked, and numbers for items; beside the projection, because nothing here is a fact of the ledger.

``item_number`` gives each name a number once and for ever: numbers say nothing, they only need less room than names.
"""

from sqlalchemy import JSON, BigInteger, Column, Integer, LargeBinary, String, Table, Text

from hub.store.core.columns import Long, metadata, text

item_number = Table(
    "item_number",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("name", String(400), nullable=False, unique=True),
)

recall = Table(
    "recall",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("question", JSON, nullable=False),  # hub.recall.question.Question
    Column("asked_at", BigInteger, nullable=False),
    Column("log_size", Long, nullable=False),  # the state of the log that it is answered from
    text("state", 20),
    Column("reached", Integer, nullable=False),
    Column("detailed", Integer, nullable=False),
    Column("truncated", Integer, nullable=False),
    Column("summary", JSON, nullable=False),  # hub.recall.summary.Tally
    Column("problem", Text, nullable=False),
)

# Which of several processes works on an unfinished recall, until when (microseconds since 1970 UTC) unless it renews.
recall_lease = Table(
    "recall_lease",
    metadata,
    Column("recall", String(40), primary_key=True),
    Column("holder", String(40), nullable=False),
    Column("until", BigInteger, nullable=False),
)

# Of the plants of the organisation that asked, those by which alone it was answered; none: by all of them.
recall_plant = Table(
    "recall_plant",
    metadata,
    Column("recall", String(40), primary_key=True),
    Column("plant", String(200), primary_key=True),
)

# What was done with a recall, by whom: asked, given up, removed. Rows are added, never changed.
recall_act = Table(
    "recall_act",
    metadata,
    Column("recall", String(40), primary_key=True),
    Column("what", String(20), primary_key=True),
    Column("at", BigInteger, nullable=False),
    text("by"),  # an account, a token, or 'operator'; '' is somebody on the hub's machine
)

# Affected items in the order in which they were reached: three arrays side by side, little-endian.
recall_part = Table(
    "recall_part",
    metadata,
    Column("recall", String(40), primary_key=True),
    Column("first", Integer, primary_key=True, autoincrement=False),
    Column("size", Integer, nullable=False),
    Column("numbers", LargeBinary, nullable=False),  # int32
    Column("depths", LargeBinary, nullable=False),  # uint8
    Column("marks", LargeBinary, nullable=False),  # uint8, hub.recall.reach marks
)
