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
            fresh = _number(connection, "user_version") == 0
            if fresh or _lacks(connection):
                _create(path)
            if fresh:
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
    """A connection that cannot write, beside a running agent or without one; one thread at a time may use it."""
    if not path.exists():
        raise OutboxUnusable("there is no outbox yet", where=str(path), advice="run the agent first")
    try:
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, check_same_thread=False)
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
        {"unit": str, "operation": str, "results": int, "submitted": int, "verdict": str, "at": int},
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
    "unit_state": (
        {"unit": str, "operation": str, "verdict": str, "scrapped": int, "at": int},
        ("unit", "operation"),
        {"at"},
    ),
    "unit_lot": ({"unit": str, "lot": str}, ("unit", "lot"), set()),
    "hold": (
        {
            "id": str,
            "scope": str,
            "target": str,
            "reason": str,
            "placed_by": str,
            "placed_at": int,
            "released_by": str,
            "released_at": int,
            "release_reason": str,
            "placed_record": int,
            "released_record": int,
        },
        "id",
        {"scope", "target", "reason", "placed_by", "placed_at"},
    ),
    "decision": (
        {"station": str, "answer": int, "reason": int, "count": int},
        ("station", "answer", "reason"),
        {"count"},
    ),
    "uplink": ({"id": int, "state": str, "since": int, "detail": str}, "id", {"state", "since", "detail"}),
}
"""Name: columns, primary key, columns that are never null. ``store`` says what the rows mean.

The file's format stays 1 as long as tables and columns are only added, and the columns may be null: an earlier version
leaves them alone, so that an agent can be put back to it, and what it did not fill in reads as not known.
"""

_INDEXES: dict[str, str] = {
    "idx_hold_target": "hold (target)",
    "batch_unacknowledged": "batch (seq) WHERE receipt IS NULL",
    "batch_acknowledged": "batch (acknowledged_at) WHERE acknowledged_at IS NOT NULL",
}
"""Name: what it is on. The two on batches keep what is asked all the time off the many that are kept for 30 days."""


def _lacks(connection: sqlite3.Connection) -> bool:
    """Whether an earlier version made the file, without some of the tables, columns or indexes."""
    indexes = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'index'")}
    return bool(_INDEXES.keys() - indexes) or any(
        set(columns) - _columns(connection, name) for name, (columns, _, _) in _TABLES.items()
    )


def _columns(connection: sqlite3.Connection, table: str) -> set[str]:
    return {name for (name,) in connection.execute("SELECT name FROM pragma_table_info(?)", (table,))}


def _create(path: Path) -> None:
    connection = sqlite3.connect(path)
    try:
        database = Database(connection)
        for name, (columns, key, filled) in _TABLES.items():
            table = database.table(name)
            table.create(columns, pk=key, not_null=filled, strict=True, if_not_exists=True)
            for column in columns.keys() - _columns(connection, name):
                table.add_column(column, columns[column])
        for name, place in _INDEXES.items():
            connection.execute(f"CREATE INDEX IF NOT EXISTS {name} ON {place}")
        connection.commit()
    finally:
        connection.close()
