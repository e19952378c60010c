"""A PostgreSQL store whose largest tables are spread over several servers; ``plan`` says how they lie.

Nothing that asks knows of it: ``unit_result`` is a view of fresh rows and of those on the nodes, looked up before the
table. Writers write the table itself, so a batch is taken in one transaction of one server, and no node has a say in
it: there is nothing to commit in two phases. A move (``mover``) brings fresh rows to the nodes afterwards.
"""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql.psycopg import PGCompiler_psycopg

from hub.errors import DataDirectory
from hub.store.backend.server import ServerStore, lock, make_server_engine, stated
from hub.store.core.database import BUSY_TIMEOUT_S, Writing
from hub.store.core.dialect import FRESH_IN, SPREAD, TABLES_IN
from hub.store.core.place import ServerPlace
from hub.store.spread.layout import check_parts, make_views, seen_schema, views_miss, whole_schema, would_change

MOVE_LOCK = 0x5A68756F6D76
"""The advisory lock of who moves rows."""
_PATIENCE_S = 20
_NEEDED = {"2BP01", "0A000"}
"""dependent_objects_still_exist, and what PostgreSQL says of a changed column that a view shows."""
_OF_TABLE = re.compile(r"depends on (?:column \S+ of )?table \"?(\w+)")


class SpreadStore(ServerStore):
    """The store in one schema of a database, its largest tables on nodes too."""

    def __init__(self, place: ServerPlace, own: str) -> None:
        self.own = own
        self._at_move = threading.Lock()
        super().__init__(place, schema=whole_schema(own))
        _let_nodes_compare(self._engine)
        self._reader = self._reader.execution_options(**{SPREAD: True})
        self._writer = self._writer.execution_options(**{SPREAD: True, FRESH_IN: own})

    @contextmanager
    def shaping(self) -> Iterator[Writing]:
        """A writing transaction that sees the tables themselves, to change them."""
        with self.writing() as connection:
            connection.exec_driver_sql(f'SET LOCAL search_path = "{self.own}"')
            try:
                yield connection
            except DataDirectory as error:
                if (needed := _needed_by_views(error)) is not None:
                    raise would_change(self.own, needed) from error
                raise
            check_parts(connection, self.own)

    @contextmanager
    def moving(self) -> Iterator[Connection | None]:
        """A connection outside any transaction for the only mover; None when another one moves."""
        if not self._at_move.acquire(blocking=False):
            yield None
            return
        try:
            with self._alone() as connection:
                yield connection
        finally:
            self._at_move.release()

    @contextmanager
    def _alone(self) -> Iterator[Connection | None]:
        with stated(self.place), self._engine.connect() as connection:
            (had,) = connection.execute(sql("SELECT pg_try_advisory_lock(:lock)"), {"lock": MOVE_LOCK}).one()
            connection.rollback()
            try:
                yield connection if had else None
            except BaseException:
                connection.invalidate()  # the lock goes with it, and what stands open on the nodes
                raise
            if had:
                connection.execute(sql("SELECT pg_advisory_unlock(:lock)"), {"lock": MOVE_LOCK})
                connection.commit()

    @contextmanager
    def settling(self, connection: Connection) -> Iterator[Writing]:
        """A writing transaction on the mover's own connection."""
        with self._queued(BUSY_TIMEOUT_S):
            connection.execution_options(isolation_level="READ COMMITTED", **{FRESH_IN: self.own})
            with connection.begin():
                lock(connection, BUSY_TIMEOUT_S)
                yield connection

    def close(self) -> None:
        """Give back every connection; a move under way ends first, or is broken off with the process."""
        had = self._at_move.acquire(timeout=_PATIENCE_S)
        super().close()
        if had:
            self._at_move.release()

    def _views_engine(self, recycle_s: int, pool: int) -> Engine:
        with self.reading() as connection:
            missing = views_miss(connection, self.own)
        if missing:
            with self.shaping() as connection:
                make_views(connection, self.own)
        seen = seen_schema(self.own)
        engine = make_server_engine(self.place, pool=pool, schema=seen, recycle_s=recycle_s)
        _let_nodes_compare(engine)
        return engine.execution_options(**{SPREAD: True, TABLES_IN: seen})


def _needed_by_views(error: DataDirectory) -> str | None:
    """Which table a migration could not drop or change because the views of spread tables stand on it."""
    orig = getattr(error.__cause__, "orig", None)
    if getattr(orig, "sqlstate", None) not in _NEEDED:
        return None
    found = _OF_TABLE.search(str(orig))
    return found[1] if found else "that views stand on"


class _PlainBinds(PGCompiler_psycopg):
    """Texts to compare with are sent without a collation of their own; the columns have theirs, here and on nodes.

    postgres_fdw sends a node no condition in which a collation is named, but fetches every row and compares here.
    """

    def render_bind_cast(self, type_: Any, dbapi_type: Any, sqltext: str) -> str:
        cast = super().render_bind_cast(type_, dbapi_type, sqltext)  # type: ignore[no-untyped-call]
        return str(cast).replace(' COLLATE "C"', "")


def _let_nodes_compare(engine: Engine) -> None:
    engine.dialect.statement_compiler = _PlainBinds
