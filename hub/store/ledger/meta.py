"""What the database knows about itself."""

from sqlalchemy import delete, insert, select

from hub.store.core.database import Reading, Writing
from hub.store.tables.every import meta


def read_meta(connection: Reading) -> dict[str, str]:
    """Every key and its value."""
    return {row.key: row.value for row in connection.execute(select(meta))}


def write_meta(connection: Writing, values: dict[str, str]) -> None:
    """Set ``values``; other keys stay."""
    connection.execute(delete(meta).where(meta.c.key.in_(list(values))))
    connection.execute(insert(meta), [{"key": key, "value": value} for key, value in values.items()])
