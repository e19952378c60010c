"""Hubs for tests. A test that is marked ``every_store`` runs once with each kind of store behind ``small_hub``, and if
marked ``every_store(spread=True)`` on several servers, too. With ``--store`` every test below this folder runs on that
kind alone, except those marked ``own_store``, which make the stores they need themselves, and ``in_a_file``, whose
reason says what of a file they are about."""

import gc
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
import small_hub as hubs
from small_hub import SmallAgent, small_agent, small_hub
from small_nodes import SmallNodes, moved_at_once, small_nodes
from small_postgres import SmallPostgres

from hub.parts import Hub
from hub.sharing.audit import AuditDesk
from hub.store.backend.server import ServerStore

FILE, SERVER, SPREAD = "sqlite", "postgresql", "spread"
_desks: list[AuditDesk] = []
"""Of hubs on servers: what they write behind their answers is written before their databases go."""
_stores: list[ServerStore] = []
"""On servers: of hubs that a test made, and of those that something it called opened; each keeps connections."""
_servers: list[SmallPostgres] = []
"""That run, once a test has asked for them."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    chosen = metafunc.config.getoption("--store")
    wanted = [] if chosen is None else [chosen]
    if metafunc.definition.get_closest_marker("own_store") is not None:
        return
    if metafunc.definition.get_closest_marker("in_a_file") is not None:
        wanted = [FILE] if wanted else []
    marked = metafunc.definition.get_closest_marker("every_store")
    if not wanted and marked is not None:
        wanted = [FILE, SERVER, *([SPREAD] if marked.kwargs.get("spread") else [])]
    if wanted:
        metafunc.parametrize("back_end", wanted, indirect=True, scope="module")


@pytest.fixture(scope="session")
def postgres() -> Iterator[SmallPostgres]:
    """One server for all tests that want one."""
    server = SmallPostgres()
    _servers.append(server)
    yield server
    server.close()


@pytest.fixture(scope="session")
def nodes() -> Iterator[SmallNodes]:
    """Three servers for all tests that want stores spread over several."""
    with small_nodes() as made:
        _servers.extend(made.servers)
        yield made


@pytest.fixture(scope="module", autouse=True)
def back_end(request: pytest.FixtureRequest) -> Iterator[str]:
    """What is behind new hubs."""
    which: str = getattr(request, "param", FILE)
    with ExitStack() as around:
        around.enter_context(_none_left())
        around.enter_context(_known(ServerStore, _stores))
        if which == SPREAD:
            many: SmallNodes = request.getfixturevalue("nodes")
            around.enter_context(hubs.on_servers(many.own.new_database, many.new_shards))
            around.enter_context(moved_at_once())
        elif which == SERVER:
            around.enter_context(hubs.on_servers(request.getfixturevalue("postgres").new_database))
        if which != FILE:
            around.enter_context(_known(AuditDesk, _desks))
        yield which


@pytest.fixture(autouse=True)
def no_database_is_left(back_end: str) -> Iterator[None]:
    """Memory is not endless: what a test alone used goes with it."""
    with _none_left():
        yield


@contextmanager
def _none_left() -> Iterator[None]:
    """Databases made within the block go when it is left, with the connections of hubs that live in them."""
    before = {server: len(server.standing) for server in _servers}
    stores_before = len(_stores)
    try:
        yield
    finally:
        while _desks:
            _desks.pop().settle()
        while len(_stores) > stores_before:
            _stores.pop().close()
        if any(len(server.standing) > before.get(server, 0) for server in _servers):
            with warnings.catch_warnings():  # of hubs that a test opened itself and a file would have let go by itself
                warnings.filterwarnings("ignore", "<psycopg.Connection", ResourceWarning)
                gc.collect()
        for server in _servers:
            server.drop_all_but(before.get(server, 0))


@contextmanager
def _known(kind: type[Any], made: list[Any]) -> Iterator[None]:
    """Until the block is left ``made`` takes every new object of a kind."""
    make = kind.__init__

    def and_known(one: object, *args: object, **more: object) -> None:
        make(one, *args, **more)
        made.append(one)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(kind, "__init__", and_known)
        yield


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    """A demo hub without agents."""
    made = small_hub(tmp_path / "hub")
    yield made
    made.store.close()


@pytest.fixture
def agent(hub: Hub) -> SmallAgent:
    """An agent of plant-a, registered."""
    return small_agent(hub)
