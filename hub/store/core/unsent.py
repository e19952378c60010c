"""What a writing transaction has yet to send to a server: it goes along with the next question, or before the end.

Each statement that waits for its answer costs a way to the server and back, in which one of two processors does
nothing. A statement that only writes has no answer that anybody waits for. So it is held back, in the order of writing,
and goes in one message (pipeline mode of the protocol) with those before it and the next question. Nothing is asked of
a server, by whichever way, and no transaction or part of one ends, before all of it was sent; what the server has to
say against one of them is raised there. What is undone is not sent.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import DBAPIError

MOST = 64
"""So many statements wait at most."""
_UNSENT = "unsent"
_Statement = tuple[str, Mapping[str, Any]]
"""Its words, and what is given by name."""


def send_later(connection: Connection, words: str, given: Mapping[str, Any]) -> None:
    """Send it with the next question."""
    unsent: list[_Statement] = connection.info.pop(_UNSENT, [])
    told_to_watchers(connection, words, given, many=False)
    unsent.append((words, given))
    connection.info[_UNSENT] = unsent
    if len(unsent) >= MOST:
        send_unsent(connection)


def send_unsent(connection: Connection) -> None:
    """Send what waits, if anything does; returns when the server has taken it."""
    unsent = None if connection.invalidated else connection.info.pop(_UNSENT, None)
    if unsent:
        _pipelined(connection, unsent)


def forget_unsent(connection: Connection) -> None:
    """It is undone."""
    if not connection.invalidated:  # it went with the connection
        connection.info.pop(_UNSENT, None)


def answered(
    connection: Connection, words: str, given: Mapping[str, Any], *, planned: bool = True
) -> list[Sequence[Any]]:
    """The rows of a question, behind everything that was written before it; ``planned``: it may be kept prepared."""
    unsent: list[_Statement] = connection.info.pop(_UNSENT, [])
    told_to_watchers(connection, words, given, many=False)
    if unsent:
        cursor = _pipelined(connection, unsent, (words, given, planned))
        return cursor.fetchall()  # type: ignore[no-any-return]
    driver: Any = connection.connection.driver_connection
    try:
        return driver.cursor().execute(words, given, prepare=None if planned else False).fetchall()  # type: ignore[no-any-return]
    except connection.dialect.loaded_dbapi.Error as error:
        raise told_as(connection, words, error) from error


def told_to_watchers(connection: Connection, words: str, given: Any, *, many: bool) -> None:
    """Whoever watches the statements of an engine sees those that go past the toolkit, too."""
    for watch in connection.dispatch.before_cursor_execute or ():
        watch(connection, None, words, given, None, many)


def sends_before_others(engine: Engine) -> None:
    """Have what waits sent before any other statement of the engine's connections, and before a transaction ends."""

    def before_statement(connection: Connection, *_: Any) -> None:
        send_unsent(connection)

    event.listen(engine, "before_cursor_execute", before_statement)
    event.listen(engine, "commit", send_unsent)
    event.listen(engine, "rollback", forget_unsent)


def _pipelined(
    connection: Connection, statements: Sequence[_Statement], last: tuple[str, Mapping[str, Any], bool] | None = None
) -> Any:
    """Send them at once; the cursor of the last one."""
    driver: Any = connection.connection.driver_connection
    cursor = driver.cursor()
    try:
        with driver.pipeline():
            for words, given in statements:
                cursor.execute(words, given)
            if last is not None:
                words, given, planned = last
                cursor = driver.cursor()
                cursor.execute(words, given, prepare=None if planned else False)
    except connection.dialect.loaded_dbapi.Error as error:
        every = dict.fromkeys(each[0] for each in (*statements, last) if each is not None)
        raise told_as(connection, "; ".join(every), error) from error
    return cursor


def told_as(connection: Connection, words: str, error: Exception) -> DBAPIError:
    """What the driver said of a statement, as the toolkit would tell it."""
    gone = bool(connection.connection.driver_connection.closed)  # type: ignore[union-attr] # there is one
    known = connection.dialect.loaded_dbapi.Error
    if gone:
        connection.invalidate(error)
    told: DBAPIError = DBAPIError.instance(words, None, error, known, connection_invalidated=gone)  # type: ignore[assignment]
    return told
