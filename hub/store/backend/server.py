"""A store in a PostgreSQL database, version 15 or later.

Readings are ``REPEATABLE READ READ ONLY``: one snapshot. A writing transaction first takes one advisory lock, which
PostgreSQL gives back by itself when the transaction or its connection ends: so there is one writer at a time over all
processes and machines, and the next one goes on when the first is killed. What it reads behind the lock is what was
committed last (``READ COMMITTED``, each statement for itself; nobody else writes). A commit is on disk when it returns,
unless the server itself was told otherwise (``fsync``), of which the log warns.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnection
from sqlalchemy.pool import ConnectionPoolEntry

from hub.errors import DataDirectory, HubError, StoreFull
from hub.store.backend.alive import checks_at_the_door
from hub.store.backend.server_errors import stated_error
from hub.store.backend.transfer import copy_to_file
from hub.store.core.database import BUSY_TIMEOUT_S, Reading, Store, Writing, busy
from hub.store.core.memo import with_memo
from hub.store.core.place import ServerPlace, password_for
from hub.store.core.unsent import send_unsent, sends_before_others
from hub.store.sharing.views import prepare_views
from hub.store.tiers.cold import note_data

WRITE_LOCK = 0x5A68756F797565
"""The advisory lock of who writes; any program that wants to keep the hub from writing may take it."""
APPLICATION = "zhuoyue-hub"
"""How the program calls itself at a server."""
OLDEST_VERSION = 150000
CONNECT_TIMEOUT_S = 5
_POOL, _BEHIND_VIEWS, _MORE = 6, 4, 14
_VIEWS_KEPT_S = 1800
_TAKE_ROOM = (
    "CREATE TEMPORARY TABLE room_wanted (taken text) ON COMMIT DROP",
    "INSERT INTO pg_temp.room_wanted SELECT repeat('x', 1000) FROM generate_series(1, 1000)",
)
"""A megabyte, which goes with the transaction."""


class ServerStore(Store):
    """The store in one schema of a database: the first one of its connections' search path."""

    place: ServerPlace

    def __init__(self, place: ServerPlace, schema: str | None = None) -> None:
        self.place = place
        self._engine = make_server_engine(place, pool=_POOL, schema=schema)
        self._reader = _snapshots(self._engine)
        self._writer = self._engine.execution_options(isolation_level="READ COMMITTED")
        self._turn = threading.Lock()  # threads queue here, with one connection at the server's queue
        self._was_full = False
        self._views: Engine | None = None
        self._making_views = threading.Lock()

    @contextmanager
    def reading(self) -> Iterator[Reading]:
        """A read transaction: everything in it sees the same state."""
        with stated(self.place), self._reader.begin() as connection:
            yield with_memo(connection)

    @contextmanager
    def looking(self) -> Iterator[Reading]:
        """A read transaction behind views."""
        with stated(self.place), self._behind_views().begin() as connection:
            yield with_memo(connection)

    @contextmanager
    def writing(self) -> Iterator[Writing]:
        """The only writing transaction at this time; committed at the end, rolled back on an error."""
        try:
            with stated(self.place), self._queued(BUSY_TIMEOUT_S), self._writer.begin() as connection:
                lock(connection, BUSY_TIMEOUT_S)
                yield connection
                send_unsent(connection)
        except StoreFull:
            self._was_full = True
            raise
        self._was_full = False

    def check_writable(self, within: float, room: int) -> None:  # noqa: ARG002 - the interface's
        """See ``Store``; ``room`` on the server's disk can't be asked for: the server says when there is none.

        Once it has said so, some is really asked for, until there is.
        """
        with stated(self.place), self._queued(within), self._writer.begin() as connection:
            lock(connection, within)
            if self._was_full:
                for statement in _TAKE_ROOM:
                    connection.exec_driver_sql(statement)
            connection.rollback()
        self._was_full = False

    def copy_to(self, target: Path) -> None:
        """A SQLite file with everything that is here at one moment."""
        copy_to_file(self, target)

    @contextmanager
    def _queued(self, within: float) -> Iterator[None]:
        if not self._turn.acquire(timeout=within):
            raise busy()
        try:
            yield
        finally:
            self._turn.release()

    def _behind_views(self) -> Engine:
        with self._making_views:
            if self._views is None:
                engine = self._views_engine(_VIEWS_KEPT_S, _BEHIND_VIEWS)
                prepare_views(engine)
                self._views = _snapshots(engine)
            return self._views

    def _views_engine(self, recycle_s: int, pool: int) -> Engine:
        return make_server_engine(self.place, pool=pool, recycle_s=recycle_s)

    def close(self) -> None:
        """Give back every connection."""
        self._engine.dispose()
        if self._views is not None:
            self._views.dispose()


def open_server(place: ServerPlace) -> ServerStore:
    """The store at ``place``; ``DataDirectory`` when the server is too old or keeps another character set."""
    store = ServerStore(place)
    try:
        _check_server(store)
    except HubError:
        store.close()
        raise
    return store


def _check_server(store: ServerStore) -> None:
    place = store.place
    with store.reading() as connection:
        version, encoding, schema = connection.exec_driver_sql(
            "SELECT current_setting('server_version_num')::int, current_setting('server_encoding'), current_schema()"
        ).one()
    if version < OLDEST_VERSION:
        raise DataDirectory(
            f"the server is PostgreSQL {version // 10000}, at least {OLDEST_VERSION // 10000} is needed",
            where=str(place),
            advice="update the server",
        )
    if encoding != "UTF8" or schema is None:
        raise DataDirectory(
            f"the database keeps {encoding} and its schema is {schema}",
            where=str(place),
            advice="make it with: CREATE DATABASE zhuoyue ENCODING 'UTF8' TEMPLATE template0",
        )


def make_server_engine(
    place: ServerPlace, *, pool: int, schema: str | None = None, recycle_s: int = -1, password: str | None = None
) -> Engine:
    """Connections to the database; with ``schema`` unqualified names are looked up there first."""
    try:
        # wanted only where the store is a server
        import psycopg  # noqa: PLC0415
        from psycopg.types.numeric import IntLoader  # noqa: PLC0415
    except ImportError as error:
        raise DataDirectory(
            f"a PostgreSQL store needs a driver: {error}",
            where=str(place),
            advice="did you install with the extra 'postgres'?  pip install 'zhuoyue[hub,postgres]'",
        ) from None
    known = password or password_for(place)
    arguments = {"connect_timeout": CONNECT_TIMEOUT_S, "application_name": APPLICATION, "password": known}
    engine = create_engine(
        make_url(place.url).set(drivername="postgresql+psycopg"),
        pool_size=pool,
        max_overflow=_MORE,
        pool_timeout=BUSY_TIMEOUT_S,
        pool_recycle=recycle_s,
        connect_args={name: value for name, value in arguments.items() if value is not None},
        json_serializer=lambda value: msgspec.json.encode(value).decode(),
        json_deserializer=msgspec.json.decode,
    )

    def prepare(connection: "psycopg.Connection[Any]", record: ConnectionPoolEntry) -> None:
        note_data(record.info, place.folder)
        connection.adapters.register_loader("numeric", IntLoader)  # sums of whole numbers
        connection.execute(_SESSION)
        if schema is not None:
            (own,) = connection.execute("SELECT current_schema()").fetchone() or ("public",)
            connection.execute(f'SET search_path = "{schema}", "{own}"')  # our own word, and the server's
        connection.commit()

    event.listen(engine, "connect", prepare)
    checks_at_the_door(engine)
    sends_before_others(engine)
    return engine


_SESSION = (
    f"SET lock_timeout = '{BUSY_TIMEOUT_S}s'; SET jit = off; SET TimeZone = 'UTC';"
    # who stopped in the middle of a transaction must not hold the write lock for ever
    " SET idle_in_transaction_session_timeout = '15min'; SET tcp_user_timeout = '20s';"
    " SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'"
)


def _snapshots(engine: Engine) -> Engine:
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def lock(connection: Connection, within: float) -> None:
    """Have the write lock until the transaction ends."""
    if within != BUSY_TIMEOUT_S:
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = {round(within * 1000)}")
    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITE_LOCK})")  # a number of ours


@contextmanager
def stated(place: ServerPlace) -> Iterator[None]:
    """What the server says of itself or of other transactions, as the hub's own errors."""
    try:
        yield
    except NoConnection as error:  # every connection is taken
        raise busy() from error
    except DBAPIError as error:
        told = stated_error(error, place)
        if told is None:
            raise
        raise told from error
