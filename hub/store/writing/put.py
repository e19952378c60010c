"""Many rows at once, by the quickest way that each database has."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from operator import itemgetter
from typing import Any

import msgspec
from sqlalchemy import JSON, Boolean, Insert, Integer, LargeBinary, String, Table, delete, insert

from hub.store.core.database import Writing
from hub.store.core.dialect import is_postgres, name_to_write, to_write
from hub.store.core.quick import goes_at_once, put
from hub.store.core.unsent import send_unsent, told_as
from hub.store.packed.layout import PACKED
from hub.store.packed.write import clear_packed, put_packed, put_packed_stored
from hub.store.tables.production import unit_result

WORTH_COPYING = 20
"""From so many rows on COPY is quicker than INSERT."""


def put_rows(connection: Writing, table: Table, rows: Sequence[Mapping[str, object]]) -> None:
    """Add ``rows``, each with all columns of ``table``."""
    if is_packed(connection, table):
        put_packed(connection, *((rows, ()) if table is unit_result else ((), rows)))
    elif not is_postgres(connection.dialect):
        _put_in_file(connection, table, rows)
    elif len(rows) < WORTH_COPYING:
        _put_on_server(connection, table, rows)
    else:
        copy_rows(connection, table, ([row[name] for name in table.columns.keys()] for row in rows))  # noqa: SIM118


def _put_on_server(connection: Writing, table: Table, rows: Sequence[Mapping[str, object]]) -> None:
    if goes_at_once(table):
        put(connection, _insert(table), table, [[row[name] for name in table.columns.keys()] for row in rows])  # noqa: SIM118
    else:
        connection.execute(insert(table), rows, execution_options=to_write(connection))


@cache
def _insert(table: Table) -> Insert:
    return insert(table)


def is_packed(connection: Writing, table: Table) -> bool:
    """Whether the table is a view here, with its rows packed behind it."""
    return table.name in PACKED and not is_postgres(connection.dialect)


def _put_in_file(connection: Writing, table: Table, rows: Sequence[Mapping[str, object]]) -> None:
    """Values go to the driver as they are, which takes half the time; only JSON is written out first."""
    if any(not isinstance(column.type, _AS_THEY_ARE) for column in table.columns):
        connection.execute(insert(table), rows)
        return
    columns = list(table.columns)
    names = ", ".join(f'"{column.name}"' for column in columns)
    statement = f'INSERT INTO "{table.name}" ({names}) VALUES ({", ".join("?" * len(columns))})'  # noqa: S608 - our own
    values: Iterable[tuple[object, ...]] = map(itemgetter(*(column.name for column in columns)), rows)
    written = [(at, write) for at, column in enumerate(columns) if (write := _written(column.type)) is not None]
    if written:
        values = (_with_written(row, written) for row in values)
    connection.exec_driver_sql(statement, list(values))


_AS_THEY_ARE = (Integer, String, Boolean, LargeBinary, JSON)


def _with_written(
    row: tuple[object, ...], written: Sequence[tuple[int, Callable[[object], object]]]
) -> tuple[object, ...]:
    cells = list(row)
    for at, write in written:
        cells[at] = write(cells[at])
    return tuple(cells)


def put_stored(connection: Writing, table: Table, rows: Sequence[Sequence[object]]) -> None:
    """Add rows whose values are as ``digests.stored`` reads them, in the order of the table's columns."""
    if is_postgres(connection.dialect):
        copy_rows(connection, table, rows, as_stored=True)
    elif is_packed(connection, table):
        put_packed_stored(connection, table, rows)
    elif rows:
        names = ", ".join(f'"{column.name}"' for column in table.columns)
        places = ", ".join("?" * len(table.columns))
        connection.exec_driver_sql(f'INSERT INTO "{table.name}" ({names}) VALUES ({places})', list(map(tuple, rows)))  # noqa: S608


def copy_rows(connection: Writing, table: Table, rows: Iterable[Sequence[object]], *, as_stored: bool = False) -> None:
    """PostgreSQL's COPY: values in the order of the table's columns, what is JSON ``as_stored`` or to be written."""
    as_json = [None if as_stored else _written(column.type) for column in table.columns]
    plain = not any(as_json)
    with _copying(connection, table) as copy:
        for row in rows:
            copy.write_row(row if plain else list(map(_applied, as_json, row)))


def copy_text(connection: Writing, table: Table, lines: str) -> None:
    """The same of rows that are written already."""
    with _copying(connection, table) as copy:
        copy.write(lines)


@contextmanager
def _copying(connection: Writing, table: Table) -> Iterator[Any]:
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    statement = f"COPY {name_to_write(connection, table)} ({names}) FROM STDIN"
    driver: Any = connection.connection.driver_connection
    send_unsent(connection)
    try:
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            yield copy
    except connection.dialect.loaded_dbapi.Error as error:
        raise told_as(connection, statement, error) from error


def clear_batch(connection: Writing, tables: Iterable[Table], batch_id: int) -> None:
    """Delete what these tables hold of one batch; results and measurements in any case."""
    if is_postgres(connection.dialect):  # in one message to the server
        names = (name_to_write(connection, table) for table in tables)
        each = [f"DELETE FROM {name} WHERE batch_id = {int(batch_id)}" for name in names]  # noqa: S608
        connection.exec_driver_sql(";".join(each))
        return
    clear_packed(connection, batch_id)
    for table in tables:
        if table.name not in PACKED:
            connection.execute(delete(table).where(table.c.batch_id == batch_id))


def _applied(write: Callable[[object], object] | None, value: object) -> object:
    return value if write is None else write(value)


def _written(kind: object) -> Callable[[object], object] | None:
    """How a value is written into a column; None as it is."""
    if not isinstance(kind, JSON):
        return None

    def write(value: object) -> str | None:
        return None if value is None and kind.none_as_null else msgspec.json.encode(value).decode()

    return write
