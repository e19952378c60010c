"""Rows of the projection, written and cleared whole; nobody edits one."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from sqlalchemy import delete, insert

from hub.store.database import Writing
from hub.store.tables import PROJECTION

Row = tuple[str, Mapping[str, object]]
"""The name of a table of ``PROJECTION`` and the row's columns, all of them."""


def write_rows(connection: Writing, batch_id: int, rows: Iterable[Row]) -> None:
    """Put the rows of one batch, in place of those that may be there: doing it twice changes nothing."""
    by_table: defaultdict[str, list[Mapping[str, object]]] = defaultdict(list)
    for name, columns in rows:
        by_table[name].append(columns)
    for name, table in PROJECTION.items():
        connection.execute(delete(table).where(table.c.batch_id == batch_id))
        if name in by_table:
            connection.execute(insert(table), by_table[name])


def clear_projection(connection: Writing) -> None:
    """Delete every row of every projection table."""
    for table in PROJECTION.values():
        connection.execute(delete(table))
