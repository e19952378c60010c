"""A question is put into SQL once in a test run, not once in every hub that a test makes.

SQLAlchemy keeps what it compiled with the engine, and compares dialects as objects. A new hub has new engines; to
compile again what the hub before it had compiled took a third of the tests' time. Dialects of one kind, for servers of
one version, say the same.
"""

from collections.abc import Iterator, MutableMapping
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.util import LRUCache

KEPT = 4000


class Statements(MutableMapping[tuple[Any, ...], Any]):
    """What was compiled, by what it was compiled from and the kind of the dialect."""

    def __init__(self) -> None:
        self._kept: LRUCache[Any, Any] = LRUCache(KEPT)

    def __getitem__(self, key: tuple[Any, ...]) -> Any:
        return self._kept[_alike(key)]

    def __setitem__(self, key: tuple[Any, ...], compiled: Any) -> None:
        self._kept[_alike(key)] = compiled

    def __delitem__(self, key: tuple[Any, ...]) -> None:
        del self._kept[_alike(key)]

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        return iter(self._kept)

    def __len__(self) -> int:
        return len(self._kept)


def _alike(key: tuple[Any, ...]) -> tuple[Any, ...]:
    dialect, *rest = key
    return type(dialect), dialect.server_version_info, *rest


def share_statements() -> None:
    """From now on every engine of this process uses them."""
    shared = Statements()

    def use(connection: Connection) -> None:
        connection.execution_options(compiled_cache=shared)

    event.listen(Engine, "engine_connect", use)
