"""Which lots are in which unit, as far as this agent joined them; for holds on a lot."""

import sqlite3
from collections.abc import Iterable

from traceability.identifier.item import ItemKind, parse_item
from traceability.record.base import Record
from traceability.record.production import AssociationRecord


def keep_contents(connection: sqlite3.Connection, records: Iterable[Record]) -> None:
    """Remember the lots that these records join to units."""
    for record in records:
        if isinstance(record, AssociationRecord):
            lots = [part.item for part in record.components if parse_item(part.item).kind is ItemKind.LOT]
            keep_lots(connection, record.parent, lots)


def keep_lots(connection: sqlite3.Connection, unit: str, lots: Iterable[str]) -> None:
    """Remember that these lots are in the unit."""
    connection.executemany("INSERT OR IGNORE INTO unit_lot (unit, lot) VALUES (?, ?)", [(unit, lot) for lot in lots])
