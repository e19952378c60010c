"""Consents, releases and members of comparison as they stand in the projection."""

from datetime import datetime

import msgspec
from sqlalchemy import select

from hub.store.core.database import Reading
from hub.store.core.instant import from_micros
from hub.store.tables.comparison import comparison_consent, comparison_member, comparison_table
from traceability.record.comparison import ComparedPlant, ComparisonTableRecord


class StoredMember(msgspec.Struct, frozen=True, kw_only=True):
    """A plant in the release of a year."""

    year: int
    organisation: str
    compared: ComparedPlant


class StoredConsent(msgspec.Struct, frozen=True, kw_only=True):
    """What an organisation said last; ``at`` when (datetime, UTC)."""

    organisation: str
    given: bool
    by: str
    at: datetime


def stored_consents(connection: Reading) -> list[StoredConsent]:
    """The last word of each organisation, in the order of the log."""
    table = comparison_consent
    last = {row.id: row for row in connection.execute(select(table).order_by(table.c.batch_id, table.c.line))}
    return [
        StoredConsent(organisation=row.id, given=bool(row.given), by=row.by, at=from_micros(row.event_time))
        for _, row in sorted(last.items())
    ]


def released_tables(connection: Reading, year: int | None = None) -> list[ComparisonTableRecord]:
    """What was published, of one year or of all; by year, then in the order of the log."""
    table = comparison_table
    query = select(table.c.record).order_by(table.c.year, table.c.batch_id, table.c.line)
    if year is not None:
        query = query.where(table.c.year == year)
    return [msgspec.convert(row.record, ComparisonTableRecord) for row in connection.execute(query)]


def released_years(connection: Reading) -> list[int]:
    """The years that have a release."""
    query = select(comparison_table.c.year).distinct().order_by(comparison_table.c.year)
    return [row.year for row in connection.execute(query)]


def stored_members(connection: Reading, plant: str | None = None) -> list[StoredMember]:
    """Everybody in every release, or one plant; by year."""
    table = comparison_member
    query = select(table).order_by(table.c.year, table.c.batch_id, table.c.line, table.c.item)
    if plant is not None:
        query = query.where(table.c.plant == plant)
    return [
        StoredMember(year=row.year, organisation=row.organisation, compared=msgspec.convert(row.record, ComparedPlant))
        for row in connection.execute(query)
    ]
