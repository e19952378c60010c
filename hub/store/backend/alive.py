"""Whether a pooled connection still has its server, looked at when it is taken out: a server that was started again is
noticed at the door.

Asking the server costs a way there and back, for every transaction. Of a connection that was in use a moment ago it is
enough to see that nothing has come on it since: a server that ends says so, and whoever closes a connection, too.
"""

import select
import time
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.pool import ConnectionPoolEntry

MOMENT_S = 1.0
"""After so long the server is asked: on the way something may have forgotten the connection and says nothing."""
_LAST = "last used"


def checks_at_the_door(engine: Engine) -> None:
    """Have connections looked at when they are taken out of the pool; all are given up when one has lost its server."""

    def given_back(_driver: Any, record: ConnectionPoolEntry) -> None:
        record.info[_LAST] = time.monotonic()

    def taken(driver: Any, record: ConnectionPoolEntry, _proxy: Any) -> None:
        last = record.info.get(_LAST)
        if last is None or (time.monotonic() - last < MOMENT_S and _is_silent(driver)):
            return
        try:
            engine.dialect.do_ping(driver)
        except engine.dialect.loaded_dbapi.Error as error:
            raise InvalidatePoolError from error

    event.listen(engine, "checkin", given_back)
    event.listen(engine, "checkout", taken)


def _is_silent(driver: Any) -> bool:
    """Whether it is open and nothing has come on it, not even its end."""
    if driver.closed or not hasattr(select, "poll"):  # the latter on Windows: there it is always asked
        return False
    readable = select.poll()
    readable.register(driver.fileno(), select.POLLIN)
    return not readable.poll(0)
