"""The outbox file: its tables, and the checks that keep this agent from touching a file that is not its own.

Times are whole microseconds since 1970 UTC.
"""

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlite_utils import Database

from edge_agent.errors import OutboxUnusable

APPLICATION_ID = 0x5A594F58
FORMAT = 1
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def open_file(path: Path) -> sqlite3.Connection:
    """The file's connection for the one writer, created where there is none yet; OutboxUnusable otherwise.

    Write-ahead log with ``synchronous=FULL``: a commit that returned survives a power cut. Transactions are begun and
    ended by hand, and the connection may be used by a thread other than this one.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        try:
            _check_owner(connection, path)
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=FULL")
            if _number(connection, "user_version") == 0:
                _create(path)
                connection.execute(f"PRAGMA application_id={APPLICATION_ID}")
                connection.execute(f"PRAGMA user_version={FORMAT}")
        except BaseException:
            connection.close()
            raise
    except sqlite3.Error as error:
        raise OutboxUnusable(
            f"cannot be opened as an outbox: {error}",
            where=str(path),
            advice="move the file away to start a new chain; keep it, it may hold records that were not sent",
        ) from None
    return connection


def open_for_reading(path: Path) -> sqlite3.Connection:
    """A connection that cannot write, beside a running agent or without one."""
    if not path.exists():
        raise OutboxUnusable("there is no outbox yet", where=str(path), advice="run the agent first")
    try:
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
        _check_owner(connection, path)
    except sqlite3.Error as error:
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


def _check_owner(connection: sqlite3.Connection, path: Path) -> None:
    tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    foreign = _number(connection, "application_id") != APPLICATION_ID
    version = _number(connection, "user_version")
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
    return _number(connection, "user_version") == 0 and names <= set(_TABLES)


_TABLES: dict[str, tuple[dict[str, type], str | tuple[str, ...], set[str]]] = {
    "chain": (
        {
            "id": int,
            "chain": str,
            "author": str,
            "environment": str,
            "config": str,
            "plan": str,
            "next_record": int,
            "next_batch": int,
            "head": str,
        },
        "id",
        {"chain", "author", "environment", "config", "next_record", "next_batch"},
    ),
    "record": ({"seq": int, "line": bytes}, "seq", {"line"}),
    "batch": (
        {
            "seq": int,
            "hash": str,
            "records": int,
            "sealed_at": int,
            "body": bytes,
            "receipt": bytes,
            "acknowledged_at": int,
        },
        "seq",
        {"hash", "records", "sealed_at", "body"},
    ),
    "cycle": (
        {"station": str, "key": str, "result": str, "outcome": int, "stored_at": int},
        ("station", "key"),
        {"result", "outcome", "stored_at"},
    ),
    "pass": (
        {"unit": str, "operation": str, "results": int, "submitted": int},
        ("unit", "operation"),
        {"results", "submitted"},
    ),
    "first_pass": (
        {
            "part": str,
            "operation": str,
            "submitted": int,
            "first_ok": int,
            "attempts": int,
            "invalid": int,
            "not_decidable": int,
            "unclaimed": int,
        },
        ("part", "operation"),
        {"submitted", "first_ok", "attempts", "invalid", "not_decidable", "unclaimed"},
    ),
    "uplink": ({"id": int, "state": str, "since": int, "detail": str}, "id", {"state", "since", "detail"}),
}
"""Name: columns, primary key, columns that are never null. ``store`` says what the rows mean."""


def _create(path: Path) -> None:
    connection = sqlite3.connect(path)
    try:
        database = Database(connection)
        for name, (columns, key, filled) in _TABLES.items():
            database.table(name).create(columns, pk=key, not_null=filled, strict=True, if_not_exists=True)
        connection.commit()
    finally:
        connection.close()
