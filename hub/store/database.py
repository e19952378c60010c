"""The database file and its transactions.

Readers see one snapshot and never wait (WAL). Writers are serialised, also across processes: a writing transaction
takes the write lock before it reads anything (``BEGIN IMMEDIATE``), so what it decides on can't change under it. A
commit is on disk when it returns (``synchronous=FULL``). Nothing read here is remembered between transactions: another
process may write at any time.
"""

import shutil
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Connection, Engine, create_engine, event, inspect
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection

from hub.errors import DataDirectory, StoreBusy, StoreFull
from hub.store.sharing_views import prepare_views
from hub.store.tables import metadata

Reading = Connection
Writing = Connection

BUSY_TIMEOUT_S = 20
_PRAGMAS = (
    f"PRAGMA busy_timeout={BUSY_TIMEOUT_S * 1000}",
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA cache_size=-32768",
)


class Store:
    """One database; ``reading()`` and ``writing()`` are its only doors."""

    def __init__(self, engine: Engine) -> None:
        self._reader = engine.execution_options(begin="BEGIN")
        self._writer = engine.execution_options(begin="BEGIN IMMEDIATE")
        self._turn = threading.Lock()  # threads queue here; the database only polls
        self._path = Path(engine.url.database or "")
        self._views: Engine | None = None
        self._making_views = threading.Lock()

    @contextmanager
    def reading(self) -> Iterator[Reading]:
        """A read transaction: everything in it sees the same state."""
        with _stated(), self._reader.begin() as connection:
            yield connection

    @contextmanager
    def whole(self) -> Iterator[Reading]:
        """The same, and for a store of which an organisation sees a part: past every policy."""
        with self.reading() as connection:
            yield connection

    @contextmanager
    def looking(self) -> Iterator[Reading]:
        """A read transaction behind views, on which nobody sees anything until ``look_as`` says who looks."""
        with _stated(), self._behind_views().begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Writing]:
        """The only writing transaction at this time; committed at the end, rolled back on an error."""
        with _stated(), self._queued(), self._writer.begin() as connection:
            yield connection

    def check_writable(self, within: float, room: int) -> None:
        """``StoreBusy`` when nobody else can write for ``within`` seconds, ``StoreFull`` with less than ``room`` bytes.

        Nothing is written; the write lock is had for a moment.
        """
        free = shutil.disk_usage(self._path.parent).free
        if free < room:
            raise StoreFull(
                f"{free} bytes are free on the disk of the data folder, at least {room} are wanted",
                advice="make room there; agents keep what is not taken and send it again",
            )
        if not self._turn.acquire(timeout=within):
            raise _busy()
        impatient = make_engine(self._path, (f"PRAGMA busy_timeout={round(within * 1000)}",))
        try:
            with _stated(), impatient.execution_options(begin="BEGIN IMMEDIATE").connect() as connection:
                connection.begin().rollback()
        finally:
            impatient.dispose()
            self._turn.release()

    @contextmanager
    def _queued(self) -> Iterator[None]:
        if not self._turn.acquire(timeout=BUSY_TIMEOUT_S):
            raise _busy()
        try:
            yield
        finally:
            self._turn.release()

    def _behind_views(self) -> Engine:
        with self._making_views:
            if self._views is None:
                engine = make_engine(self._path)
                prepare_views(engine)
                self._views = engine.execution_options(begin="BEGIN")
            return self._views

    def close(self) -> None:
        """Give back every connection."""
        self._reader.dispose()
        if self._views is not None:
            self._views.dispose()


def create_store(path: Path) -> Store:
    """Make the database file with all its tables; it must not exist yet."""
    if path.exists():
        raise DataDirectory("a hub is here already", where=str(path), advice="choose another folder, or use this one")
    engine = make_engine(path)
    with engine.execution_options(begin="BEGIN IMMEDIATE").begin() as connection:
        metadata.create_all(connection)
    return Store(engine)


def open_store(path: Path) -> Store:
    """Open an existing database file."""
    if not path.is_file():
        raise DataDirectory("there is no hub here", where=str(path), advice="run 'zhuoyue-hub init --data DIR' first")
    return Store(make_engine(path))


def add_missing_tables(store: Store) -> None:
    """Make the tables that an earlier program did not know; takes the write lock only when there are any."""
    with store.reading() as connection:
        missing = metadata.tables.keys() - inspect(connection).get_table_names()
    if missing:
        with store.writing() as connection:
            metadata.create_all(connection)


def make_engine(path: Path, statements: Sequence[str] = _PRAGMAS) -> Engine:
    """Connections to the file at ``path``; ``statements`` prepare each of them."""

    def prepare(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # transactions are begun by _begin alone, not guessed by the driver
        for statement in statements:
            connection.execute(statement)

    engine = create_engine(
        f"sqlite:///{path}",
        pool_size=8,
        max_overflow=56,
        pool_timeout=BUSY_TIMEOUT_S,
        json_serializer=lambda value: msgspec.json.encode(value).decode(),
        json_deserializer=msgspec.json.decode,
    )
    event.listen(engine, "connect", prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options()["begin"])


@contextmanager
def _stated() -> Iterator[None]:
    try:
        yield
    except NoConnection as error:  # every connection is taken
        raise _busy() from error
    except OperationalError as error:
        if "locked" in str(error.orig) or "busy" in str(error.orig):
            raise _busy() from error
        if "full" in str(error.orig) or "disk I/O" in str(error.orig):
            raise StoreFull(
                f"nothing was stored: {error.orig}",
                advice="make room on the disk of the data folder; what was sent is taken when it comes again",
            ) from error
        raise


def _busy() -> StoreBusy:
    return StoreBusy("the store is busy with others", advice="try again in a few seconds")
