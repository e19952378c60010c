"""Which lots and serialised components are in which unit, as far as this agent joined them; for holds on them."""

import sqlite3
from collections.abc import Iterable

from traceability.identifier.item import ItemKind, parse_item
from traceability.record.base import Record
from traceability.record.production import AssociationRecord

_HELD = frozenset({ItemKind.LOT, ItemKind.UNIT})


def keep_contents(connection: sqlite3.Connection, records: Iterable[Record]) -> None:
    """Remember the lots and components that these records join to units."""
    for record in records:
        if isinstance(record, AssociationRecord):
            lots = [part.item for part in record.components if parse_item(part.item).kind in _HELD]
            keep_lots(connection, record.parent, lots)


def keep_lots(connection: sqlite3.Connection, unit: str, lots: Iterable[str]) -> None:
    """Remember that these lots (or serialised components) are in the unit."""
    connection.executemany("INSERT OR IGNORE INTO unit_lot (unit, lot) VALUES (?, ?)", [(unit, lot) for lot in lots])
