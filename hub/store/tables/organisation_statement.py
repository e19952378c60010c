"""Projection of what is stated about all plants of an organisation; ``tables`` says what holds for all."""

from sqlalchemy import JSON, Column, Index, Table

from hub.store.core.columns import evidence, metadata, text

# One row a record; ``body`` its own words.
organisation_statement = Table(
    "organisation_statement",
    metadata,
    *evidence(),
    text("kind", 30),
    text("id"),
    text("organisation"),
    Column("body", JSON, nullable=False),
    Index("organisation_statement_of", "organisation", "kind"),
)

ORGANISATION_PROJECTION: tuple[Table, ...] = (organisation_statement,)
