"""Projection of incoming material: what was agreed, received, inspected and decided."""

from sqlalchemy import JSON, Column, Index, Table

from hub.store.core.columns import evidence, item, metadata, text

# One row a record of ``traceability.record.incoming``; ``body`` its own words. The supplier sees those about itself.
incoming = Table(
    "incoming",
    metadata,
    *evidence(),
    text("kind", 30),
    text("id"),
    text("plant"),
    text("supplier"),
    text("part", 400),
    text("receipt"),
    Column("body", JSON, nullable=False),
    Index("incoming_plant", "plant", "kind"),
    Index("incoming_id", "id"),
    Index("incoming_receipt", "receipt"),
)

# One row an item of a goods receipt: which receipt brought it.
incoming_item = Table(
    "incoming_item",
    metadata,
    *evidence(),
    item(),
    text("receipt"),
    text("plant"),
    text("supplier"),
    text("received", 400),
    text("part", 400),
    Index("incoming_item_received", "received"),
)

# What a plant itself calls a goods receipt; a row only where it says so.
incoming_number = Table(
    "incoming_number",
    metadata,
    *evidence(),
    text("receipt"),
    text("plant"),
    text("supplier"),
    text("number"),
    Index("incoming_number_plant", "plant", "number"),
)

INCOMING_PROJECTION: tuple[Table, ...] = (incoming, incoming_item, incoming_number)
