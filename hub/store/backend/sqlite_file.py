"""A store in a SQLite file.

Readers see one snapshot (WAL). A writing transaction takes the write lock before it reads anything (``BEGIN
IMMEDIATE``). A commit is on disk when it returns (``synchronous=FULL``).
"""

import os
import shutil
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection
from sqlalchemy.pool import ConnectionPoolEntry

from hub.errors import DataDirectory, StoreFull, StoreGone, StoreMoved
from hub.store.backend.schema import make_tables
from hub.store.core.database import BUSY_TIMEOUT_S, Reading, Store, Writing, busy
from hub.store.core.memo import with_memo
from hub.store.core.place import FilePlace
from hub.store.packed.shapes import forget_shapes
from hub.store.sharing.views import prepare_views
from hub.store.tiers.cold import note_data

MOVED_TO = "moved_to"
"""The key of ``meta`` under which a file whose hub has moved says where to; nothing is written to it any more."""
_PRAGMAS = (
    f"PRAGMA busy_timeout={BUSY_TIMEOUT_S * 1000}",
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA cache_size=-32768",
)


class FileStore(Store):
    """The store in one file."""

    def __init__(self, engine: Engine) -> None:
        self._reader = engine.execution_options(begin="BEGIN")
        self._writer = engine.execution_options(begin="BEGIN IMMEDIATE")
        self._turn = threading.Lock()  # threads queue here; the database only polls
        self._path = Path(engine.url.database or "")
        self.place = FilePlace(self._path)
        self._file = _identity(self._path)
        self._views: Engine | None = None
        self._making_views = threading.Lock()

    @contextmanager
    def reading(self) -> Iterator[Reading]:
        """A read transaction: everything in it sees the same state."""
        with self._there(), self._reader.begin() as connection:
            yield with_memo(connection)

    @contextmanager
    def looking(self) -> Iterator[Reading]:
        """A read transaction behind views."""
        with self._there(), self._behind_views().begin() as connection:
            yield with_memo(connection)

    @contextmanager
    def writing(self) -> Iterator[Writing]:
        """The only writing transaction at this time; ``StoreMoved`` when the hub lives elsewhere by now."""
        with self._there(), self._queued(), self._writer.begin() as connection:
            _refuse_moved(connection)
            yield connection

    @contextmanager
    def leaving(self) -> Iterator[Writing]:
        """The same for who moves the hub away, also when it has moved."""
        with self._there(), self._queued(), self._writer.begin() as connection:
            yield connection

    def check_writable(self, within: float, room: int) -> None:
        """See ``Store``; ``room`` is wanted on the disk of the file."""
        self._check_there()
        free = shutil.disk_usage(self._path.parent).free
        if free < room:
            raise StoreFull(
                f"{free} bytes are free on the disk of the data folder, at least {room} are wanted",
                advice="make room there; agents keep what is not taken and send it again",
            )
        if not self._turn.acquire(timeout=within):
            raise busy()
        impatient = make_engine(self._path, (f"PRAGMA busy_timeout={round(within * 1000)}",))
        try:
            with self._there(), impatient.execution_options(begin="BEGIN IMMEDIATE").begin() as connection:
                _refuse_moved(connection)
        finally:
            impatient.dispose()
            self._turn.release()

    def copy_to(self, target: Path) -> None:
        """A compact copy, on disk when this returns."""
        run_alone(self._path, "VACUUM INTO ?", (str(target),))
        with target.open("rb+") as file:
            os.fsync(file.fileno())

    @contextmanager
    def _there(self) -> Iterator[None]:
        """``StoreGone`` unless the file stands before and after where it stood when it was opened.

        An open file that was removed takes what is written to it, and nobody finds it again.
        """
        with stated(self._path):
            self._check_there()
            yield
            self._check_there()

    def _check_there(self) -> None:
        found = _identity(self._path)
        if self._file is None:
            self._file = found  # it has just been made
        elif found != self._file:
            raise _gone("is away" if found is None else "is another one than was opened", self._path)

    @contextmanager
    def _queued(self) -> Iterator[None]:
        if not self._turn.acquire(timeout=BUSY_TIMEOUT_S):
            raise busy()
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


def create_store(path: Path) -> FileStore:
    """Make the database file with all its tables; it must not exist yet."""
    if path.exists():
        raise DataDirectory("a hub is here already", where=str(path), advice="choose another folder, or use this one")
    store = FileStore(make_engine(path))
    with store.leaving() as connection:
        make_tables(connection)
    return store


def open_store(path: Path) -> FileStore:
    """Open an existing database file."""
    if not path.is_file():
        raise DataDirectory("there is no hub here", where=str(path), advice="run 'zhuoyue-hub init --data DIR' first")
    return FileStore(make_engine(path))


def make_engine(path: Path, statements: Sequence[str] = _PRAGMAS, *, data: Path | None = None) -> Engine:
    """Connections to the file at ``path``; ``statements`` prepare each of them. ``data`` is its hub's folder."""

    def prepare(connection: Any, record: ConnectionPoolEntry) -> None:
        note_data(record.info, data or path.parent)
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
    event.listen(engine, "rollback", forget_shapes)
    return engine


def run_alone(database: Path, statement: str, values: tuple[Any, ...] = ()) -> None:
    """One statement outside a transaction, which some statements need."""
    engine = make_engine(database, (f"PRAGMA busy_timeout={BUSY_TIMEOUT_S * 1000}",))
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute(statement, values)
        cursor.close()
    finally:
        connection.close()
        engine.dispose()


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options()["begin"])


def _refuse_moved(connection: Connection) -> None:
    place = connection.exec_driver_sql(_MOVED).scalar_one_or_none()
    if place is not None:
        raise StoreMoved(
            f"the hub has moved to {place}", advice="start the hub's processes again; agents send again by themselves"
        )


_MOVED = f"SELECT value FROM meta WHERE key = '{MOVED_TO}'"  # noqa: S608 - a fixed word


def _identity(path: Path) -> tuple[int, int] | None:
    """Which file stands there; None when there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _gone(what: str, path: Path) -> StoreGone:
    return StoreGone(
        f"the database file {what}",
        where=str(path),
        advice="nothing acknowledged is lost: mount its disk or put it back, and start the hub's processes again",
    )


@contextmanager
def stated(path: Path) -> Iterator[None]:
    """What the driver says of the file or of other writers, as the hub's own errors."""
    try:
        yield
    except NoConnection as error:  # every connection is taken
        raise busy() from error
    except OperationalError as error:
        if "locked" in str(error.orig) or "busy" in str(error.orig):
            raise busy() from error
        if "full" in str(error.orig) or "disk I/O" in str(error.orig):
            raise StoreFull(
                f"nothing was stored: {error.orig}",
                advice="make room on the disk of the data folder; what was sent is taken when it comes again",
            ) from error
        if "unable to open" in str(error.orig) or "readonly" in str(error.orig):
            raise _gone(f"can't be used: {error.orig}", path) from error
        raise
