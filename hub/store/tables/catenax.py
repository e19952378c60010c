"""Projection of what came from the Catena-X network; beside it the ids that were given to items of ours."""

from sqlalchemy import Column, Index, String, Table, Text

from hub.store.core.columns import evidence, metadata, text

# ``subject`` is the identity of the Catena-X id, ``item`` the one that local identifiers spell.
catenax_aspect = Table(
    "catenax_aspect",
    metadata,
    *evidence(),
    text("organisation"),
    text("model", 2000),
    text("hash", 71),
    text("subject", 400),
    text("item", 400, nullable=True),
    Column("content", Text, nullable=False),
    Index("catenax_aspect_subject", "subject"),
    Index("catenax_aspect_item", "item"),
    Index("catenax_aspect_hash", "hash"),
)

business_partner = Table(
    "business_partner",
    metadata,
    *evidence(),
    text("number", 16),
    text("organisation"),
    Index("business_partner_number", "number"),
)

CATENAX_PROJECTION: tuple[Table, ...] = (catenax_aspect, business_partner)

# Ids say nothing and cannot be turned back: those that left the hub are noted, to be known when they return.
catenax_given = Table(
    "catenax_given",
    metadata,
    Column("subject", String(400), primary_key=True),
    text("item", 400),
)
