"""What was known when: rows of batches that the hub had stored by then. The log's order is the order of storing."""

from sqlalchemy import ColumnElement, Table, func, select

from hub.store.core.database import Reading
from hub.store.tables.every import batch


def log_before(connection: Reading, micros: int) -> int:
    """How many batches the hub had stored at an instant (microseconds since 1970 UTC): the log's size then."""
    query = select(func.coalesce(func.max(batch.c.id) + 1, 0)).where(batch.c.record_time <= micros)
    return int(connection.execute(query).scalar_one())


def earlier(table: Table, before: int | None) -> list[ColumnElement[bool]]:
    """The condition that rows come from batches before ``before``; none without it."""
    return [] if before is None else [table.c.batch_id < before]
