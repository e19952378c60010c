"""Rows of the projection, written and cleared whole; nobody edits one."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from sqlalchemy import select

from hub.store.core.database import Reading, Writing
from hub.store.packed.columns import ResultColumns
from hub.store.packed.layout import PACKED
from hub.store.packed.write import put_columns, put_packed
from hub.store.tables.every import PROJECTION, measured, unit_result
from hub.store.tiers.values import value_body_of
from hub.store.writing.put import clear_batch, is_packed, put_rows
from hub.store.writing.results import copy_results

Row = tuple[str, Mapping[str, object]]
"""The name of a table of ``PROJECTION`` and the row's columns, all of them."""


def write_rows(connection: Writing, batch_id: int, rows: Iterable[Row]) -> None:
    """Put the rows of one batch, in place of those that may be there: doing it twice changes nothing."""
    clear_batch(connection, PROJECTION.values(), batch_id)
    write_new_rows(connection, rows)


def write_new_rows(connection: Writing, rows: Iterable[Row], results: ResultColumns | None = None) -> None:
    """Put the rows of batches that were never projected before, so that none can be there; and ``results``."""
    by_table: defaultdict[str, list[Mapping[str, object]]] = defaultdict(list)
    if results is not None and is_packed(connection, unit_result):
        put_columns(connection, results)
    elif results is not None:
        copy_results(connection, results)
    for name, columns in rows:
        by_table[name].append(columns)
    if by_table.keys() & PACKED and is_packed(connection, unit_result):  # what was measured joins its result
        put_packed(connection, by_table.pop(unit_result.name, ()), by_table.pop(measured.name, ()))
    for name, table in PROJECTION.items():
        if name in by_table:
            put_rows(connection, table, by_table[name])


def rows_of_batch(connection: Reading, batch_id: int) -> list[Row]:
    """Every row that was made of one batch."""
    return [
        (str(name), _whole(connection, batch_id, {str(key): value for key, value in row.items()}))
        for name, table in PROJECTION.items()
        for row in connection.execute(select(table).where(table.c.batch_id == batch_id)).mappings()
    ]


def _whole(connection: Reading, batch_id: int, row: dict[str, object]) -> dict[str, object]:
    """The row with its values, from whichever tier."""
    kept = row.get("body")
    return row if not isinstance(kept, bytes) else row | {"body": value_body_of(connection, batch_id, kept)}
