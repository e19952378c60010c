"""How far the log has come, and which authors wrote its end: read past all views, for it is told to nobody."""

from typing import Any

from sqlalchemy import Result, Select, func, select

from hub.store.core.database import Reading
from hub.store.core.dialect import own_schema
from hub.store.tables.every import batch


def end_of_log(connection: Reading) -> int:
    """The position that the next batch will have."""
    return int(_past_views(connection, select(func.coalesce(func.max(batch.c.id) + 1, 0))).scalar_one())


def last_of_authors(connection: Reading, since: int) -> dict[str, int]:
    """The last position of every author of a batch from ``since`` on."""
    query = (
        select(batch.c.author, func.max(batch.c.id).label("last")).where(batch.c.id >= since).group_by(batch.c.author)
    )
    return {row.author: int(row.last) for row in _past_views(connection, query)}


def _past_views(connection: Reading, query: Select[Any]) -> Result[Any]:
    return connection.execute(query, execution_options={"schema_translate_map": {None: own_schema(connection)}})
