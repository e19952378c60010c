"""Rows of the projection, written and cleared whole; nobody edits one."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Integer, String, Table, delete, insert, select

from hub.store.database import Reading, Writing
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
            _insert(connection, table, by_table[name])


def _insert(connection: Writing, table: Table, rows: Sequence[Mapping[str, object]]) -> None:
    """Tables of numbers and texts alone go to the driver as they are, which takes half the time."""
    if any(not isinstance(column.type, Integer | String) for column in table.columns):
        connection.execute(insert(table), rows)
        return
    compiled = insert(table).compile(dialect=connection.dialect)
    names = compiled.positiontup
    assert names is not None  # the drivers of the hub take parameters by their place
    connection.exec_driver_sql(str(compiled), [tuple(row[name] for name in names) for row in rows])


def clear_projection(connection: Writing) -> None:
    """Delete every row of every projection table."""
    for table in PROJECTION.values():
        connection.execute(delete(table))


def rows_of_batch(connection: Reading, batch_id: int) -> list[Row]:
    """Every row that was made of one batch."""
    return [
        (str(name), {str(key): value for key, value in row.items()})
        for name, table in PROJECTION.items()
        for row in connection.execute(select(table).where(table.c.batch_id == batch_id)).mappings()
    ]
