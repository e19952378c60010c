"""A second database beside the hub's own, in which projections are made anew while the hub goes on.

Its connections see the projection's tables in the new file and everything else (the ledger) in the hub's database:
SQLite looks names up in ``main`` first and then in what is attached. So the same code that fills the hub's projection
fills the new one. The new file is worth nothing if the power goes, so nothing of it is synced.
"""

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
from sqlalchemy import Connection, Engine, Table
from sqlalchemy import text as sql

from hub.store.database import Reading, Writing, make_engine
from hub.store.rollup_tables import ROLLUPS
from hub.store.tables import PROJECTION, metadata

REBUILT: dict[str, Table] = {**PROJECTION, **ROLLUPS}
"""Every table that is made from the ledger alone."""

_NEW = "rebuilt"
_ROWS_AT_ONCE = 2000
_UNSYNCED = ("PRAGMA main.journal_mode=MEMORY", "PRAGMA main.synchronous=OFF", "PRAGMA cache_size=-32768")


class Beside:
    """Projection tables in the file at ``path``, the ledger of the database at ``ledger``."""

    def __init__(self, path: Path, ledger: Path, *, create: bool) -> None:
        self._engine = make_engine(path, (*_UNSYNCED, _attach(ledger, "ledger")))
        if create:
            with self.transaction() as connection:
                metadata.create_all(connection, tables=list(REBUILT.values()), checkfirst=False)

    @contextmanager
    def transaction(self) -> Iterator[Writing]:
        """Write the new tables, read the ledger; what is written stays only here."""
        with self._engine.execution_options(begin="BEGIN").begin() as connection:
            yield connection

    def close(self) -> None:
        """Give back every connection."""
        self._engine.dispose()


@contextmanager
def taking_over(database: Path, new: Path) -> Iterator[Writing]:
    """A writing transaction of the hub's database that also sees the tables of ``new``, for ``take_over``."""
    engine: Engine = make_engine(database, ("PRAGMA busy_timeout=20000", "PRAGMA synchronous=FULL", _attach(new, _NEW)))
    try:
        with engine.execution_options(begin="BEGIN").begin() as connection:
            # locks this database alone, as its first statement; BEGIN IMMEDIATE would lock the new one too
            connection.execute(sql(f'DELETE FROM main."{next(iter(REBUILT))}" WHERE 0'))  # noqa: S608
            yield connection
    finally:
        engine.dispose()


def take_over(connection: Writing, names: Iterable[str]) -> None:
    """Put the rows of the new tables in place of those of the hub's own."""
    for name in names:
        columns = ", ".join(f'"{column.name}"' for column in REBUILT[name].columns)
        connection.execute(sql(f'DELETE FROM main."{name}"'))  # noqa: S608 - names of our own tables
        connection.execute(sql(f'INSERT INTO main."{name}" ({columns}) SELECT {columns} FROM {_NEW}."{name}"'))  # noqa: S608


def table_digests(connection: Reading) -> dict[str, str]:
    """SHA-256 over the rows of every rebuilt table as they are stored, in the order of their keys."""
    return {name: _digest(connection, table) for name, table in REBUILT.items()}


def _digest(connection: Connection, table: Table) -> str:
    columns = ", ".join(f'"{column.name}"' for column in table.columns)
    keys = ", ".join(f'"{column.name}"' for column in table.primary_key.columns)
    query = sql(f'SELECT {columns} FROM "{table.name}" ORDER BY {keys}')  # noqa: S608 - names of our own tables
    digest = hashlib.sha256()
    for rows in connection.execute(query).partitions(_ROWS_AT_ONCE):
        for row in rows:
            digest.update(msgspec.msgpack.encode(tuple(row)))
    return digest.hexdigest()


def _attach(path: Path, name: str) -> str:
    return f"ATTACH DATABASE '{str(path).replace(chr(39), chr(39) * 2)}' AS {name}"
