"""Projection tables beside the hub's own, in which projections are made anew while the hub goes on.

The connections of a ``Beside`` see the projection's tables in a new place and everything else (the ledger) in the hub's
database, because both databases look a name up in one place after the other: SQLite in ``main``, here a new file, and
then in what is attached; PostgreSQL along its search path, here a new schema first. So the same code that fills the
hub's projection fills the new one. It is worth nothing if the power goes, so nothing of it is synced.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, Table, delete
from sqlalchemy import text as sql

from hub.errors import ColdTrouble
from hub.store.backend.schema import create_tables
from hub.store.backend.server import make_server_engine, stated
from hub.store.backend.sqlite_file import make_engine
from hub.store.core.database import Reading, Writing
from hub.store.core.digests import digest_of
from hub.store.core.place import FilePlace, Place, ServerPlace
from hub.store.packed.layout import PACKED
from hub.store.packed.take_over import take_over_packed
from hub.store.rollup.arrays import summed
from hub.store.rollup.body import kept_in, wide_body_of
from hub.store.spread.forget import forget_if_spread
from hub.store.spread.opened import open_served
from hub.store.tables.cold import VALUES, cold_file
from hub.store.tables.every import PROJECTION
from hub.store.tables.measured import value_column
from hub.store.tables.rollup import ROLLUPS, rollup
from hub.store.tiers.values import value_body_of
from traceability.encoding import sha256

REBUILT: dict[str, Table] = {**PROJECTION, **ROLLUPS}
"""Every table that is made from the ledger alone."""

_NEW = "rebuilt"
_UNSYNCED = ("PRAGMA main.journal_mode=MEMORY", "PRAGMA main.synchronous=OFF", "PRAGMA cache_size=-32768")


class Beside(ABC):
    """New projection tables, the ledger of the hub."""

    @abstractmethod
    def transaction(self) -> AbstractContextManager[Writing]:
        """Write the new tables, read the ledger; what is written stays only here."""

    @abstractmethod
    def taking_over(self) -> AbstractContextManager[Writing]:
        """A writing transaction of the hub's own database that also sees the new tables, for ``take_over``."""

    @abstractmethod
    def take_over(self, connection: Writing, names: Iterable[str]) -> None:
        """Put the rows of the new tables in place of those of the hub's own."""

    @abstractmethod
    def close(self) -> None:
        """Give back every connection."""


def open_beside(place: Place, path: Path, *, create: bool) -> Beside:
    """New tables for the store at ``place``: in the file ``path``, on a server in a schema that is named after it."""
    return (
        _InFile(place, path, create=create) if isinstance(place, FilePlace) else _OnServer(place, path, create=create)
    )


def remove_beside(place: Place, path: Path) -> None:
    """Clear away what was made for ``path``, whole or not."""
    if isinstance(place, ServerPlace):
        _drop(place, path)
    for leftover in (path, path.with_name(f"{path.name}-journal")):
        leftover.unlink(missing_ok=True)


def table_digests(connection: Reading) -> dict[str, str]:
    """SHA-256 over the rows of every rebuilt table as they are stored, in the order of their keys."""
    return {name: _digest(connection, table) for name, table in REBUILT.items()}


def _digest(connection: Reading, table: Table) -> str:
    """By what bodies mean: values lie in this tier or another, roll-ups are summed already or not."""
    if table is rollup:
        return _digest_of_rollups(connection)
    if table is not value_column:
        return digest_of(connection, table)
    batch, body = (table.columns.keys().index(name) for name in ("batch_id", "body"))

    def whole(row: Sequence[Any]) -> Sequence[Any]:
        try:
            found = value_body_of(connection, row[batch], bytes(row[body]))
        except ColdTrouble:  # a file that fails: these rows differ, and are made from the ledger again
            return tuple(row)
        return (*row[:body], found, *row[body + 1 :])

    return digest_of(connection, table, row=whole)


def _digest_of_rollups(connection: Reading) -> str:
    at = rollup.columns.keys().index("body")

    def told(row: Sequence[Any]) -> Sequence[Any]:
        return (*row[:at], wide_body_of(summed(kept_in(bytes(row[at])))), *row[at + 1 :])

    return digest_of(connection, rollup, row=told)


class _InFile(Beside):
    def __init__(self, ledger: FilePlace, path: Path, *, create: bool) -> None:
        self._ledger, self._path = ledger.path, path
        self._engine = make_engine(path, (*_UNSYNCED, _attach(ledger.path, "ledger")), data=ledger.path.parent)
        if create:
            with self.transaction() as connection:
                create_tables(connection, REBUILT.values())

    @contextmanager
    def transaction(self) -> Iterator[Writing]:
        with self._engine.execution_options(begin="BEGIN").begin() as connection:
            yield connection

    @contextmanager
    def taking_over(self) -> Iterator[Writing]:
        prepared = ("PRAGMA busy_timeout=20000", "PRAGMA synchronous=FULL", _attach(self._path, _NEW))
        engine: Engine = make_engine(self._ledger, prepared)
        try:
            with engine.execution_options(begin="BEGIN").begin() as connection:
                # locks this database alone, as its first statement; BEGIN IMMEDIATE would lock the new one too
                connection.execute(sql(f'DELETE FROM main."{next(iter(REBUILT))}" WHERE 0'))  # noqa: S608
                yield connection
        finally:
            engine.dispose()

    def take_over(self, connection: Writing, names: Iterable[str]) -> None:
        wanted = set(names)
        if wanted & PACKED:  # they lie together
            take_over_packed(connection, _NEW, "main")
        _move(connection, [name for name in names if name not in PACKED], _NEW, "main")

    def close(self) -> None:
        self._engine.dispose()


class _OnServer(Beside):
    def __init__(self, place: ServerPlace, path: Path, *, create: bool) -> None:
        self._place, self._schema = place, _schema_for(path)
        if create:
            _drop(place, path)
        self._engine = make_server_engine(place, pool=1, schema=self._schema)
        if create:
            with self.transaction() as connection:
                connection.execute(sql(f'CREATE SCHEMA "{self._schema}"'))
                create_tables(connection, REBUILT.values())

    @contextmanager
    def transaction(self) -> Iterator[Writing]:
        with stated(self._place), self._engine.begin() as connection:
            connection.execute(sql("SET LOCAL synchronous_commit = off"))
            yield connection

    @contextmanager
    def taking_over(self) -> Iterator[Writing]:
        store = open_served(self._place)
        try:
            with store.writing() as connection:
                yield connection
        finally:
            store.close()

    def take_over(self, connection: Writing, names: Iterable[str]) -> None:
        _move(connection, names, self._schema, connection.dialect.default_schema_name or "public")

    def close(self) -> None:
        self._engine.dispose()


def _move(connection: Writing, names: Iterable[str], new: str, own: str) -> None:
    for name in names:
        columns = ", ".join(f'"{column.name}"' for column in REBUILT[name].columns)
        connection.execute(sql(f'DELETE FROM "{own}"."{name}"'))  # noqa: S608 - names of our own tables
        forget_if_spread(connection, name)
        if name == value_column.name:  # its values are in the store again
            connection.execute(delete(cold_file).where(cold_file.c.kind == VALUES))
        connection.execute(sql(f'INSERT INTO "{own}"."{name}" ({columns}) SELECT {columns} FROM "{new}"."{name}"'))  # noqa: S608


def _schema_for(path: Path) -> str:
    return f"beside_{sha256(str(path.resolve()).encode()).hex()[:16]}"


def _drop(place: ServerPlace, path: Path) -> None:
    engine = make_server_engine(place, pool=1)
    try:
        with stated(place), engine.begin() as connection:
            connection.execute(sql(f'DROP SCHEMA IF EXISTS "{_schema_for(path)}" CASCADE'))
    finally:
        engine.dispose()


def _attach(path: Path, name: str) -> str:
    return f"ATTACH DATABASE '{str(path).replace(chr(39), chr(39) * 2)}' AS {name}"
