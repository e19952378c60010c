"""Statements of the path that every batch takes, made once and given to SQLite's driver as they are.

There the way through the toolkit takes longer than the statement itself. What is read comes back as bare tuples and
what is written goes as bare tuples, so only columns whose values need no translation may stand in such a statement. On
PostgreSQL, where the way to the server is what counts, they go as all others do.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import JSON, Boolean, CompoundSelect, Connection, Executable, Insert, Select, Table
from sqlalchemy.exc import DBAPIError

from hub.store.core.database import Reading, Writing
from hub.store.core.dialect import is_postgres, to_write

_TRANSLATED = (JSON, Boolean)
_Made = tuple[str, tuple[str, ...], Mapping[str, Any]]
"""The words, the names of what is to be given in their order, and what is always the same."""
_MADE: dict[Executable, _Made] = {}


_Question = Select[Any] | CompoundSelect[Any]


def ask(connection: Reading, query: _Question, given: Mapping[str, Any] | None = None) -> Sequence[Sequence[Any]]:
    """The rows that a question made once has for what is ``given``."""
    if is_postgres(connection.dialect):
        return connection.execute(query, given or {}).all()
    words, names, fixed = _MADE.get(query) or _made(connection, query)
    known = {**fixed, **given} if given else fixed
    return _sent(connection, words, tuple([known[name] for name in names]), many=False)


def put(connection: Writing, statement: Insert, table: Table, rows: Sequence[Sequence[Any]]) -> None:
    """Write rows with all columns of ``table`` in their order, by an insert made once."""
    if not rows:
        return
    names = table.columns.keys()
    if is_postgres(connection.dialect):
        given = [dict(zip(names, row, strict=True)) for row in rows]
        connection.execute(statement, given, execution_options=to_write(connection))
        return
    words, places, _ = _MADE.get(statement) or _made(connection, statement, names)
    assert places == tuple(names)
    _sent(connection, words, rows, many=True)


def _made(connection: Connection, statement: _Question | Insert, names: Iterable[str] | None = None) -> _Made:
    columns = statement.table.columns if isinstance(statement, Insert) else statement.selected_columns
    translated = [column.name for column in columns if isinstance(column.type, _TRANSLATED)]
    if translated:
        raise TypeError(f"{translated} are not as SQLite keeps them")
    compiled: Any = statement.compile(dialect=connection.dialect, column_keys=None if names is None else list(names))
    fixed = {} if names is not None else compiled.construct_params(_check=False)
    made = (str(compiled), tuple(compiled.positiontup or ()), fixed)
    _MADE[statement] = made
    return made


def _sent(connection: Connection, words: str, given: Any, *, many: bool) -> list[Sequence[Any]]:
    driver: Any = connection.connection.driver_connection
    watching = connection.dispatch.before_cursor_execute
    for watch in watching or ():
        watch(connection, None, words, given, None, many)
    try:
        return (driver.executemany(words, given) if many else driver.execute(words, given)).fetchall()  # type: ignore[no-any-return]
    except connection.dialect.loaded_dbapi.Error as error:
        raise DBAPIError.instance(words, None, error, connection.dialect.loaded_dbapi.Error) from error
