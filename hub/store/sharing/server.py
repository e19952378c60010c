"""What stands before every table, on a PostgreSQL server: the same words as for SQLite, said as PostgreSQL wants them.

The words of ``sharing_sql`` and ``sharing_rules`` are SQLite's. Four things differ: temporary names stand in
``pg_temp`` and the tables themselves in a schema of any name; a join in a fixed order is a plain one, because the
planner chooses; JSON is taken apart by operators; and a function can't call back into this process.

Temporary tables may be filled in a read-only transaction. Planning a question behind views takes far longer than
answering it, so statements are prepared and keep their plan; that is why the tables of the policy are emptied by DELETE
(to truncate them would make every plan void), and why a connection is given up now and then, with what was deleted.
"""

import re
from collections.abc import Collection, Iterable, Mapping

from sqlalchemy import Connection

PREPARED = "SET plan_cache_mode = force_generic_plan"
NOTE_ROWS = (
    "CREATE TEMP TABLE noted_row (owner TEXT, kind TEXT, item TEXT) ON COMMIT DELETE ROWS;\n"
    # costly, so that it comes last: what is noted was seen
    "CREATE FUNCTION pg_temp.noted(text, text, text) RETURNS boolean LANGUAGE plpgsql VOLATILE COST 1000000 AS"
    " $$ BEGIN INSERT INTO pg_temp.noted_row VALUES ($1, $2, $3); RETURN true; END $$"
)
_JSON = re.compile(r"json_extract\((\w+\.\w+), '\$\.([\w.]+)'\)")
_NOTED = "SELECT owner, kind, count(*) FROM pg_temp.noted_row GROUP BY owner, kind"
_ITEMS = (
    "SELECT owner, item FROM (SELECT owner, item, row_number() OVER (PARTITION BY owner ORDER BY min(ctid)) AS place"
    " FROM pg_temp.noted_row WHERE item <> '' GROUP BY owner, item) AS told WHERE place <= %(most)s"
    " ORDER BY owner, place"
)


def in_server_words(statement: str, schema: str) -> str:
    """``statement`` in PostgreSQL's words; the tables themselves stand in ``schema``."""
    quoted = schema.replace('"', '""')
    said = statement.replace("CROSS JOIN", "JOIN").replace("x''", "''::bytea")
    said = re.sub(r"\btemp\.", "pg_temp.", said)
    said = re.sub(r"\bmain\.", f'"{quoted}".', said)
    said = re.sub(r"(?<![\w.])noted\(", "pg_temp.noted(", said)
    # with the order of texts of the store, as columns have it
    return _JSON.sub(lambda found: f"(({found[1]} #>> '{{{found[2].replace('.', ',')}}}') COLLATE \"C\")", said)


def temporary_tables(tables: Iterable[str]) -> list[str]:
    """The tables of the policy in force; their texts sort by bytes, as all texts of the store do."""
    made = (re.sub(r"\bTEXT\b", 'TEXT COLLATE "C"', table) for table in tables)
    return [f"CREATE TEMP TABLE {table}" for table in made]


def fill_tables(connection: Connection, tables: Mapping[str, Collection[tuple[str, ...]]]) -> None:
    """Put these rows, and no others, into the tables of the policy in force."""
    emptied = ", ".join(f"d_{name} AS (DELETE FROM pg_temp.{name})" for name in (*tables, "noted_row"))  # noqa: S608
    connection.exec_driver_sql(f"WITH {emptied} SELECT 1")
    filled = {name: rows for name, rows in tables.items() if rows}
    inserts: list[str] = []
    values: list[list[str]] = []
    for name, rows in filled.items():
        columns = [list(column) for column in zip(*rows, strict=True)]
        inserts.append(f"INSERT INTO pg_temp.{name} SELECT * FROM unnest({', '.join(['%s::text[]'] * len(columns))})")  # noqa: S608
        values += columns
    *first, last = inserts
    within = ", ".join(f"f{number} AS ({insert})" for number, insert in enumerate(first))
    connection.exec_driver_sql(f"WITH {within} {last}" if first else last, tuple(values))


def read_notes(connection: Connection, most: int) -> tuple[dict[tuple[str, str], int], dict[str, dict[str, None]]]:
    """How many rows of an owner and kind were looked at, and the first ``most`` items of each owner."""
    rows = {(owner, kind): count for owner, kind, count in connection.exec_driver_sql(_NOTED)}
    items: dict[str, dict[str, None]] = {}
    for owner, item in connection.exec_driver_sql(_ITEMS, {"most": most}):
        items.setdefault(owner, {})[item] = None
    return rows, items


def can_be_asked(connection: Connection) -> bool:
    """Whether the transaction still answers; after an error of the server it does not, and then nothing was shown."""
    driver = connection.connection.driver_connection
    return driver is not None and driver.info.transaction_status.name == "INTRANS"
