"""Rows of results and measurements, and what holds them: narrow as in a file, or wide as the tables are declared."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, create_engine, select

from hub.store.backend.sqlite_file import make_engine
from hub.store.packed.layout import make_packed
from hub.store.tables.every import measured, metadata, unit_result

TABLES: tuple[Table, ...] = (unit_result, measured)
Rows = dict[str, list[tuple[Any, ...]]]


def result(batch_id: int, line: int, name: str, unit: str | None, **other: Any) -> dict[str, Any]:
    return {
        "batch_id": batch_id, "line": line, "author": f"a.line-{batch_id % 2}", "chain": "c",
        "seq": 100 * batch_id + line,
        "event_time": 1_700_000_000_000_000 + line, "result_id": name, "unit": unit, "part": "p", "operation": "OP10",
        "work_cell": "w", "plant": "plant-a", "verdict": "OK", "flags": [], "purpose": "first", "attempt": 1,
        "cycle": None, "source_time": None, "defect": None, "plan": None,
    } | other  # fmt: skip


def record(batch_id: int, line: int, name: str, unit: str | None, **other: Any) -> dict[str, Any]:
    row = result(batch_id, line, name, unit, **other)
    return {column.name: row[column.name] for column in measured.columns}


@contextmanager
def narrow() -> Iterator[Connection]:
    """A file with nothing but the views and what is behind them, in a writing transaction."""
    with tempfile.TemporaryDirectory() as folder:
        engine = make_engine(Path(folder) / "narrow.db", ("PRAGMA synchronous=OFF",))
        with engine.execution_options(begin="BEGIN IMMEDIATE").begin() as connection:
            make_packed(connection)
            yield connection
        engine.dispose()


@contextmanager
def wide() -> Iterator[Connection]:
    """The tables as they are declared."""
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        metadata.create_all(connection, tables=TABLES)
        yield connection
    engine.dispose()


def all_of(connection: Connection) -> Rows:
    return {
        table.name: list(map(tuple, connection.execute(select(table).order_by(*table.primary_key)))) for table in TABLES
    }


def put_wide(connection: Connection, rows: Sequence[tuple[str, dict[str, Any]]]) -> None:
    for name, row in rows:
        connection.execute(metadata.tables[name].insert(), [row])


def stored(connection: Connection, name: str) -> list[Any]:
    return list(connection.exec_driver_sql(f"SELECT * FROM {name}"))
