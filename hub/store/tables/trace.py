"""Projection of names, of what was shipped and of what was declared wrong; ``tables`` says what holds for all."""

from sqlalchemy import JSON, BigInteger, Column, Index, Table

from hub.store.core.columns import evidence, item, metadata, text

# Two names of one thing, in the spelling of ``traceability.identifier.alias``; re-identified: ``one`` became ``other``.
alias = Table(
    "alias",
    metadata,
    *evidence(),
    text("record"),
    text("plant", nullable=True),
    text("kind", 20),
    text("one", 400),
    text("other", 400),
    text("reason", 2000),
    Index("alias_one", "one"),
    Index("alias_other", "other"),
)

company_prefix = Table(
    "company_prefix",
    metadata,
    *evidence(),
    text("prefix", 12),
    text("organisation"),
    Index("company_prefix_prefix", "prefix"),
)

# One row an item; ``party`` and ``site`` of either end as the record names them.
shipment = Table(
    "shipment",
    metadata,
    *evidence(),
    item(),
    text("record"),
    text("plant", nullable=True),
    text("step", 10),
    text("source_party", 400),
    text("source_site", 400, nullable=True),
    text("source_name", 2000),
    text("party", 400),
    text("site", 400, nullable=True),
    text("name", 2000),
    text("shipped", 400),
    text("inside", 400, nullable=True),
    text("quantity", 30, nullable=True),
    text("uom", 20, nullable=True),
    Index("shipment_shipped", "shipped"),
    Index("shipment_record", "record"),
    Index("shipment_inside", "inside"),
)

packing = Table(
    "packing",
    metadata,
    *evidence(),
    item(),
    text("record"),
    text("plant", nullable=True),
    text("action", 10),
    text("container", 400),
    text("packed", 400),
    text("quantity", 30, nullable=True),
    text("uom", 20, nullable=True),
    Index("packing_packed", "packed"),
    Index("packing_container", "container"),
)

# ``target_…`` name the record that was declared wrong: by chain and seq, or every record of an id.
correction = Table(
    "correction",
    metadata,
    *evidence(),
    text("record"),
    text("plant", nullable=True),
    text("target_author"),
    text("target_chain", 32, nullable=True),
    Column("target_seq", BigInteger),
    text("target_record", nullable=True),
    text("reason", 2000),
    Column("corrective", JSON, nullable=False),  # ids of records
    text("on_behalf_of", nullable=True),
    text("entered_by", nullable=True),
    Index("correction_place", "target_author", "target_chain", "target_seq"),
    Index("correction_record", "target_author", "target_record"),
)

TRACE_PROJECTION: tuple[Table, ...] = (alias, company_prefix, shipment, packing, correction)
