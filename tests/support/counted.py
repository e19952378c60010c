"""How many statements a block sends to the store: what a page costs, whatever it shows."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, event

_NOT_COUNTED = ("BEGIN", "COMMIT", "ROLLBACK", "PRAGMA", "SET", "CREATE TEMP", "DELETE FROM TEMP", "INSERT INTO TEMP")


@contextmanager
def statements() -> Iterator[list[str]]:
    """The statements that are sent while the block lasts, by any store of this process; not what the audit log writes
    behind an answer, which comes when it comes."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        behind = threading.current_thread().name == "audit"
        if not behind and not statement.lstrip().upper().startswith(_NOT_COUNTED):
            seen.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", note)
