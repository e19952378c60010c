"""A database file as a whole: a copy that nobody writes, and its size."""

from pathlib import Path

from sqlalchemy import Table, inspect
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateTable

from hub.store.backend.sqlite_file import FileStore, make_engine, run_alone
from hub.store.tables.every import metadata


def open_copy_store(path: Path) -> FileStore:
    """A copy that nobody writes, opened without changing a byte of it.

    Tables that the program which made it did not know are there and empty, in each connection's own memory.
    """
    store = FileStore(make_engine(path, ("PRAGMA query_only=1",)))
    with store.reading() as connection:
        looked = inspect(connection)
        known = {*looked.get_table_names(), *looked.get_view_names()}
    store.close()
    missing = [_temporary(table) for name, table in sorted(metadata.tables.items()) if name not in known]
    return FileStore(make_engine(path, ("PRAGMA temp_store=MEMORY", *missing, "PRAGMA query_only=1")))


def open_copy_to_write(path: Path) -> FileStore:
    """A copy that nobody else has open yet; it stays one file, on disk when a transaction has ended."""
    return FileStore(make_engine(path, ("PRAGMA synchronous=FULL",)))


def _temporary(table: Table) -> str:
    made = str(CreateTable(table).compile(dialect=sqlite.dialect())).strip()
    return made.replace("CREATE TABLE", "CREATE TEMPORARY TABLE", 1)


def compact(database: Path) -> tuple[int, int]:
    """Give unused room back to the disk; bytes before and after. Writers wait meanwhile; needs as much room again."""
    before = _size(database)
    run_alone(database, "VACUUM")
    run_alone(database, "PRAGMA wal_checkpoint(TRUNCATE)")
    return before, _size(database)


def _size(database: Path) -> int:
    files = (database, database.with_name(f"{database.name}-wal"))
    return sum(path.stat().st_size for path in files if path.exists())
