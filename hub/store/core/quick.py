"""Statements of the path that every batch takes, made once and given to the driver as they are.

There the way through the toolkit takes longer than the statement itself. What is read comes back as bare tuples and
what is written goes as bare tuples, so only columns whose values need no translation may be written so; a question that
needs any, or a list of which the words depend on its length, goes to a server as all others do.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import (
    JSON,
    Boolean,
    CompoundSelect,
    Connection,
    Dialect,
    Executable,
    Insert,
    Select,
    Table,
    func,
    select,
)
from sqlalchemy.exc import DBAPIError

from hub.store.core.database import Reading, Writing
from hub.store.core.dialect import FRESH_IN, is_postgres, to_write
from hub.store.core.listed import array_given, array_text
from hub.store.core.unsent import answered, send_later, told_to_watchers

ANEW = "planned_anew"
"""The execution option of a question whose plan depends so much on what is given that a server is to keep none."""
_TRANSLATED = (JSON, Boolean)


class _Made(NamedTuple):
    """The words, the names of what is to be given in their order, and what is always the same."""

    words: str
    names: tuple[str, ...]
    fixed: Mapping[str, Any]
    planned: bool = True
    """Whether a server may keep its plan."""


_MADE: dict[tuple[object, Executable], _Made | None] = {}
"""By the dialect's compiler; None: as all others."""
_Question = Select[Any] | CompoundSelect[Any]


def ask(connection: Reading, query: _Question, given: Mapping[str, Any] | None = None) -> Sequence[Sequence[Any]]:
    """The rows that a question made once has for what is ``given``."""
    dialect = connection.dialect
    key = (dialect.statement_compiler, query)
    made = _MADE[key] if key in _MADE else _keep(key, _made(dialect, query))
    if made is None:
        return connection.execute(query, given or {}).all()
    known = {**made.fixed, **given} if given else made.fixed
    if is_postgres(dialect):
        return answered(connection, made.words, known, planned=made.planned)
    return _sent(connection, made.words, tuple([known[name] for name in made.names]), many=False)


def put(connection: Writing, statement: Insert, table: Table, rows: Sequence[Sequence[Any]]) -> None:
    """Write rows with all columns of ``table`` in their order, by an insert made once.

    A server has them before the next question is asked of it, and what it says against them shows there.
    """
    if not rows:
        return
    names = table.columns.keys()
    dialect = connection.dialect
    if is_postgres(dialect):
        if FRESH_IN in connection.get_execution_options():  # a view stands before the table
            given = [dict(zip(names, row, strict=True)) for row in rows]
            connection.execute(statement, given, execution_options=to_write(connection))
            return
        key = (dialect.statement_compiler, statement)
        made = _MADE.get(key) or _keep(key, _made(dialect, _of_columns(statement, table)))
        assert made is not None
        columns = zip(*rows, strict=True)
        send_later(connection, made.words, dict(zip(names, map(array_text, columns), strict=True)))
        return
    key = (dialect.statement_compiler, statement)
    made = _MADE.get(key) or _keep(key, _made(dialect, statement, names))
    assert made is not None
    assert made.names == tuple(names)
    _sent(connection, made.words, rows, many=True)


def goes_at_once(table: Table) -> bool:
    """Whether rows of a table can be written so."""
    return not _needs_translation(table.columns)


def _of_columns(statement: Insert, table: Table) -> Insert:
    """The same insert of any number of rows, each column as one array."""
    _check_plain(table.columns)
    arrays = (array_given(column.name, column) for column in table.columns)
    rows = func.unnest(*arrays).table_valued(*table.columns.keys()).render_derived()
    return statement.from_select(table.columns.keys(), select(*rows.c))


def _keep(key: tuple[object, Executable], made: _Made | None) -> _Made | None:
    _MADE[key] = made
    return made


def _made(dialect: Dialect, statement: _Question | Insert, names: Iterable[str] | None = None) -> _Made | None:
    if isinstance(statement, Insert):
        _check_plain(statement.table.columns)
    elif not is_postgres(dialect):
        _check_plain(statement.selected_columns)
    elif _needs_translation(statement.selected_columns):
        return None
    compiled: Any = statement.compile(dialect=dialect, column_keys=None if names is None else list(names))
    if compiled.post_compile_params or compiled.literal_execute_params:
        return None
    fixed = {} if names is not None else compiled.construct_params(_check=False)
    planned = not statement.get_execution_options().get(ANEW)
    return _Made(str(compiled), tuple(compiled.positiontup or ()), fixed, planned)


def _needs_translation(columns: Iterable[Any]) -> list[str]:
    return [column.name for column in columns if isinstance(column.type, _TRANSLATED)]


def _check_plain(columns: Iterable[Any]) -> None:
    translated = _needs_translation(columns)
    if translated:
        raise TypeError(f"{translated} are not as SQLite keeps them")


def _sent(connection: Connection, words: str, given: Any, *, many: bool) -> list[Sequence[Any]]:
    driver: Any = connection.connection.driver_connection
    told_to_watchers(connection, words, given, many=many)
    try:
        return (driver.executemany(words, given) if many else driver.execute(words, given)).fetchall()  # type: ignore[no-any-return]
    except connection.dialect.loaded_dbapi.Error as error:
        raise DBAPIError.instance(words, None, error, connection.dialect.loaded_dbapi.Error) from error
