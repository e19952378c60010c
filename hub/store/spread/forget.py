"""All rows of a table away at once, also where it is spread."""

from sqlalchemy import Table, delete
from sqlalchemy import text as sql

from hub.store.core.database import Writing
from hub.store.core.dialect import FRESH_IN, to_write
from hub.store.spread.plan import MARK, MARK_OF, SPREAD_TABLES


def clear_table(connection: Writing, table: Table) -> None:
    """Delete every row of ``table``."""
    connection.execute(delete(table), execution_options=to_write(connection))
    forget_if_spread(connection, table.name)


def forget_if_spread(connection: Writing, name: str) -> None:
    """What is on the nodes of a table counts no more, from this transaction's end on; nothing where it isn't spread.

    A move that is under way then ends without having counted.
    """
    if FRESH_IN not in connection.get_execution_options() or name not in SPREAD_TABLES:
        return
    begun = f"(SELECT greatest(until, begun) FROM {MARK})"  # noqa: S608 - our own word
    connection.execute(sql(f"UPDATE {MARK_OF} SET since = {begun} WHERE name = :name"), {"name": name})  # noqa: S608
    connection.execute(sql(f"UPDATE {MARK} SET at = clock_timestamp()"))  # noqa: S608 - likewise
