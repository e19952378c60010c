"""The outbox file: its tables, and the checks that keep this agent from touching a file that is not its own.

Times are whole microseconds since 1970 UTC.
"""

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlite_utils import Database

from edge_agent.errors import OutboxUnusable
from edge_agent.outbox.damage import UNREADABLE, OutboxDamaged, is_damage
from edge_agent.outbox.tables import INDEXES, TABLES

APPLICATION_ID = 0x5A594F58
FORMAT = 2
"""The latest that is read. A file is of format 1 as long as it knows one chain only, so that an earlier version can
take it over again; from its second chain on it is of format 2."""
_FIRST_FORMAT = 1
_LOG_FILE_BYTES = 16 * 1024 * 1024
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def open_file(path: Path) -> sqlite3.Connection:
    """The file's connection for the one writer, created where there is none yet.

    OutboxDamaged when the file is broken; OutboxUnusable when it is not this agent's, or cannot be opened now.

    Write-ahead log with ``synchronous=FULL``: a commit that returned survives a power cut. Transactions are begun and
    ended by hand, and the connection may be used by a thread other than this one.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    _check_not_emptied(path)
    try:
        connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        try:
            _check_owner(connection, path)
            connection.execute("PRAGMA auto_vacuum=INCREMENTAL")  # of a file that has no tables yet; else ignored
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=FULL")
            connection.execute(f"PRAGMA journal_size_limit={_LOG_FILE_BYTES}")
            fresh = _number(connection, "user_version") == 0
            if fresh or _lacks(connection):
                _create(path)
            if fresh:
                connection.execute(f"PRAGMA application_id={APPLICATION_ID}")
                connection.execute(f"PRAGMA user_version={_FIRST_FORMAT}")
        except BaseException:
            connection.close()
            raise
    except UNREADABLE as error:
        if is_damage(error):
            raise OutboxDamaged(str(error), where=str(path)) from None
        raise OutboxUnusable(
            f"cannot be opened as an outbox: {error}",
            where=str(path),
            advice="look at free space, rights and the disk; the file stays as it is",
        ) from None
    return connection


def open_for_reading(path: Path) -> sqlite3.Connection:
    """A connection that cannot write, beside a running agent or without one; one thread at a time may use it."""
    if not path.exists():
        raise OutboxUnusable("there is no outbox yet", where=str(path), advice="run the agent first")
    try:
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, check_same_thread=False)
        _check_owner(connection, path)
    except UNREADABLE as error:
        raise OutboxUnusable(f"cannot be read as an outbox: {error}", where=str(path)) from None
    return connection


def micros(time: datetime) -> int:
    """A time zone-aware time as the file keeps it."""
    return (time - _EPOCH) // timedelta(microseconds=1)


def instant(value: int) -> datetime:
    """The time that ``micros`` was made of, in UTC."""
    return _EPOCH + timedelta(microseconds=value)


def _number(connection: sqlite3.Connection, pragma: str) -> int:
    return int(connection.execute(f"PRAGMA {pragma}").fetchone()[0])


def _check_not_emptied(path: Path) -> None:
    """SQLite would delete the write-ahead log of a file without content, and all that it holds."""
    log = Path(f"{path}-wal")
    if log.exists() and log.stat().st_size and not (path.exists() and path.stat().st_size):
        raise OutboxDamaged("is empty or gone, but its write-ahead log is not", where=str(path))


def _check_owner(connection: sqlite3.Connection, path: Path) -> None:
    tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    foreign = _number(connection, "application_id") != APPLICATION_ID
    version = _number(connection, "user_version")
    if foreign and tables and not _is_half_made(connection) and _looks_like_ours(connection):
        raise OutboxDamaged("has the tables of an outbox, but not its mark", where=str(path))
    if foreign and (tables or version) and not _is_half_made(connection):
        raise OutboxUnusable(
            "is a database, but not an outbox", where=str(path), advice="give the agent a data folder of its own"
        )
    if version > FORMAT:
        raise OutboxUnusable(
            f"has format {version}, this version reads up to {FORMAT}",
            where=str(path),
            advice="run the version that wrote it, or a newer one",
        )


def _is_half_made(connection: sqlite3.Connection) -> bool:
    """Whether a first start was killed between creating the tables and marking the file."""
    names = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    return _number(connection, "user_version") == 0 and names <= set(TABLES)


def _looks_like_ours(connection: sqlite3.Connection) -> bool:
    """Whether the tables are an outbox's, whatever the first page says of whose file it is."""
    return all({*columns} & _columns(connection, name) >= needed for name, (columns, _, needed) in _OLDEST.items())


_OLDEST = {name: TABLES[name] for name in ("chain", "record", "batch", "cycle")}


def _lacks(connection: sqlite3.Connection) -> bool:
    """Whether an earlier version made the file, without some of the tables, columns or indexes."""
    indexes = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'index'")}
    return bool(INDEXES.keys() - indexes) or any(
        set(columns) - _columns(connection, name) for name, (columns, _, _) in TABLES.items()
    )


def _columns(connection: sqlite3.Connection, table: str) -> set[str]:
    return {name for (name,) in connection.execute("SELECT name FROM pragma_table_info(?)", (table,))}


def _create(path: Path) -> None:
    connection = sqlite3.connect(path)
    try:
        database = Database(connection)
        for name, (columns, key, filled) in TABLES.items():
            table = database.table(name)
            table.create(columns, pk=key, not_null=filled, strict=True, if_not_exists=True)
            for column in columns.keys() - _columns(connection, name):
                table.add_column(column, columns[column])
        for name, place in INDEXES.items():
            connection.execute(f"CREATE INDEX IF NOT EXISTS {name} ON {place}")
        connection.commit()
    finally:
        connection.close()
