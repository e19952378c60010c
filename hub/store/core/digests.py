"""What a table holds, as one hash: the same in every database that holds the same rows."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import msgspec
from sqlalchemy import JSON, Boolean, Column, ColumnElement, Integer, LargeBinary, Table, Text, cast, func, select

from hub.store.core.database import Reading

Range = tuple[int, int]
"""Log indexes, from one to before another."""
_ROWS_AT_ONCE, _BODIES_AT_ONCE = 2000, 100
"""Of rows that are short, and of rows that hold bodies: so memory stays the same however large a store is."""


def digest_of(
    connection: Reading,
    table: Table,
    within: Range | None = None,
    *,
    row: Callable[[Sequence[Any]], Sequence[Any]] = tuple,
) -> str:
    """SHA-256 over the rows as they are stored, in the order of their keys; only those of the batches ``within``.

    ``row`` says what counts of a row.
    """
    digest = hashlib.sha256()
    for rows in stored_rows(connection, table, within):
        for each in rows:
            digest.update(msgspec.msgpack.encode(row(each)))
    return digest.hexdigest()


def stored_rows(connection: Reading, table: Table, within: Range | None = None) -> Iterator[Sequence[Any]]:
    """The rows in the order of their keys, some at a time, with values as both databases store them alike."""
    query = select(*map(_stored, table.columns)).order_by(*table.primary_key.columns)
    if within is not None:
        query = query.where(log_index(table) >= within[0], log_index(table) < within[1])
    bodies = any(isinstance(column.type, LargeBinary) for column in table.columns)
    options = {"yield_per": _BODIES_AT_ONCE if bodies else _ROWS_AT_ONCE}
    yield from connection.execute(query, execution_options=options).partitions()


def count_of(connection: Reading, table: Table) -> int:
    """How many rows there are."""
    return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def log_index(table: Table) -> Column[Any]:
    """The column that says of which batch a row is."""
    return table.c.batch_id if "batch_id" in table.c else table.c.id


def _stored(column: Column[Any]) -> ColumnElement[Any]:
    """JSON as its text, what is true as 1."""
    if isinstance(column.type, JSON):
        return cast(column, Text).label(column.name)
    return cast(column, Integer).label(column.name) if isinstance(column.type, Boolean) else column
