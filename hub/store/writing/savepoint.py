"""A part of a transaction that is undone by itself."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, OperationalError

from hub.store.core.database import Writing
from hub.store.core.unsent import forget_unsent, send_unsent
from hub.store.packed.shapes import forget_shapes

StoreTrouble = OperationalError
"""What says something of the disk, the file or other writers, and nothing of what was to be written."""

_NAME = "part"


def said_of(error: Exception | None) -> str:
    """What went wrong, without the statement and what was to be written: they differ by store, and may be long."""
    words = str(error.orig).strip().partition("\n")[0] if isinstance(error, DBAPIError) else str(error)
    return f"{type(error).__name__}: {words}"


@contextmanager
def undone_on_error(connection: Writing) -> Iterator[None]:
    """Writes in the block are undone when it raises; the transaction around it goes on, unless it is StoreTrouble.

    After that the database may have given up the whole transaction, so there may be no savepoint to go back to.
    """
    with _going_back(connection):
        yield
        send_unsent(connection)
    connection.exec_driver_sql(f"RELEASE {_NAME}")


@contextmanager
def undone(connection: Writing) -> Iterator[None]:
    """The same, and they are undone when it does not raise, too: a trial."""
    with _going_back(connection):
        yield
        send_unsent(connection)
    _back(connection)


@contextmanager
def _going_back(connection: Writing) -> Iterator[None]:
    connection.exec_driver_sql(f"SAVEPOINT {_NAME}")
    try:
        yield
    except StoreTrouble:
        raise
    except BaseException:
        _back(connection)
        raise


def _back(connection: Writing) -> None:
    forget_unsent(connection)
    connection.exec_driver_sql(f"ROLLBACK TO {_NAME}")
    forget_shapes(connection)
    connection.exec_driver_sql(f"RELEASE {_NAME}")
