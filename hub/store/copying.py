"""The database file as a whole: a consistent copy while others write, and its size."""

import os
from pathlib import Path
from typing import Any

from sqlalchemy import Table, inspect
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateTable

from hub.store.database import BUSY_TIMEOUT_S, Store, make_engine
from hub.store.tables import metadata

_PATIENT = (f"PRAGMA busy_timeout={BUSY_TIMEOUT_S * 1000}",)


def copy_database(database: Path, target: Path) -> None:
    """A compact copy of ``database`` at one moment, on disk when this returns; writers go on meanwhile."""
    _run(database, "VACUUM INTO ?", (str(target),))
    with target.open("rb+") as file:
        os.fsync(file.fileno())


def open_copy_store(path: Path) -> Store:
    """A copy that nobody writes, opened without changing a byte of it.

    Tables that the program which made it did not know are there and empty, in each connection's own memory.
    """
    store = Store(make_engine(path, ("PRAGMA query_only=1",)))
    with store.reading() as connection:
        known = set(inspect(connection).get_table_names())
    store.close()
    missing = [_temporary(table) for name, table in sorted(metadata.tables.items()) if name not in known]
    return Store(make_engine(path, ("PRAGMA temp_store=MEMORY", *missing, "PRAGMA query_only=1")))


def _temporary(table: Table) -> str:
    made = str(CreateTable(table).compile(dialect=sqlite.dialect())).strip()
    return made.replace("CREATE TABLE", "CREATE TEMPORARY TABLE", 1)


def compact(database: Path) -> tuple[int, int]:
    """Give unused room back to the disk; bytes before and after. Writers wait meanwhile; needs as much room again."""
    before = _size(database)
    _run(database, "VACUUM")
    _run(database, "PRAGMA wal_checkpoint(TRUNCATE)")
    return before, _size(database)


def _run(database: Path, statement: str, values: tuple[Any, ...] = ()) -> None:
    """One statement outside a transaction, which these statements need."""
    engine = make_engine(database, _PATIENT)
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute(statement, values)
        cursor.close()
    finally:
        connection.close()
        engine.dispose()


def _size(database: Path) -> int:
    files = (database, database.with_name(f"{database.name}-wal"))
    return sum(path.stat().st_size for path in files if path.exists())
