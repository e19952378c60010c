"""Which of the two databases a connection speaks to, and what has to be said differently to each."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Dialect, Insert, Table
from sqlalchemy.dialects import postgresql, sqlite

TABLES_IN = "tables_in"
"""The execution option that names the schema from which reading behind views begins."""
SPREAD = "spread"
"""The execution option of connections to a store that is spread over several servers."""
FRESH_IN = "fresh_in"
"""The execution option that names the schema of the tables to write, where views of the same names hide them."""


def is_postgres(dialect: Dialect) -> bool:
    """Whether it is PostgreSQL; otherwise it is SQLite."""
    return dialect.name == "postgresql"


def own_schema(connection: Connection) -> str:
    """The name before which the tables themselves stand, also where views or other tables hide them."""
    chosen: str | None = connection.get_execution_options().get(TABLES_IN)
    return chosen or connection.dialect.default_schema_name or "main"


def to_write(connection: Connection) -> dict[str, Any]:
    """Execution options of a statement that writes a table which a view may hide."""
    schema = connection.get_execution_options().get(FRESH_IN)
    return {} if schema is None else {"schema_translate_map": {None: schema}}


def name_to_write(connection: Connection, table: Table) -> str:
    """The table as a statement in plain words has to name it to write it."""
    schema = connection.get_execution_options().get(FRESH_IN)
    return f'"{table.name}"' if schema is None else f'"{schema}"."{table.name}"'


def insert_or_replace(connection: Connection, table: Table) -> Insert:
    """Insert whole rows, each in place of the one with the same key."""
    others = tuple(column.name for column in table.columns if not column.primary_key)
    return _insert_or(is_postgres(connection.dialect), table, others, ())


def insert_or_add(connection: Connection, table: Table, counts: Sequence[str]) -> Insert:
    """Insert rows, or add their ``counts`` to the row with the same key."""
    return _insert_or(is_postgres(connection.dialect), table, (), tuple(counts))


@lru_cache(maxsize=256)  # made once for each table: building a statement takes longer than running it
def _insert_or(on_server: bool, table: Table, replaced: tuple[str, ...], added: tuple[str, ...]) -> Insert:
    statement: Any = postgresql.insert(table) if on_server else sqlite.insert(table)
    given = {name: statement.excluded[name] for name in replaced}
    given |= {name: table.c[name] + statement.excluded[name] for name in added}
    changed: Insert = statement.on_conflict_do_update(index_elements=list(table.primary_key.columns), set_=given)
    return changed
