"""Hubs for tests. A test that is marked ``every_store`` runs once with each kind of store behind ``small_hub``, and if
marked ``every_store(spread=True)`` on several servers, too. With ``--store`` every test below this folder runs on that
kind alone, except those marked ``own_store``, which make the stores they need themselves, and ``in_a_file``, whose
reason says what of a file they are about."""

import gc
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import small_hub as hubs
from small_hub import SmallAgent, small_agent, small_hub
from small_nodes import SmallNodes, moved_at_once, small_nodes
from small_postgres import SmallPostgres

from hub.parts import Hub
from hub.sharing.audit import AuditDesk

FILE, SERVER, SPREAD = "sqlite", "postgresql", "spread"
_desks: list[AuditDesk] = []
"""Of hubs on servers: what they write behind their answers is written before their databases go."""


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
    yield server
    server.close()


@pytest.fixture(scope="session")
def nodes() -> Iterator[SmallNodes]:
    """Three servers for all tests that want stores spread over several."""
    with small_nodes() as made:
        yield made


@pytest.fixture(scope="module", autouse=True)
def back_end(request: pytest.FixtureRequest) -> Iterator[str]:
    """What is behind new hubs."""
    which = getattr(request, "param", FILE)
    if which == FILE:
        yield which
        return
    if which == SPREAD:
        many: SmallNodes = request.getfixturevalue("nodes")
        hubs.STORES.append(many.own.new_database)
        hubs.SHARDS.append(many.new_shards)
        with moved_at_once(), _desks_known():
            yield which
        hubs.STORES.pop()
        hubs.SHARDS.pop()
        return
    server: SmallPostgres = request.getfixturevalue("postgres")
    hubs.STORES.append(server.new_database)
    with _desks_known():
        yield which
    hubs.STORES.pop()


@contextmanager
def _desks_known() -> Iterator[None]:
    make = AuditDesk.__init__

    def and_known(desk: AuditDesk, hub: Hub) -> None:
        make(desk, hub)
        _desks.append(desk)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(AuditDesk, "__init__", and_known)
        yield


@pytest.fixture(autouse=True)
def no_database_is_left(request: pytest.FixtureRequest, back_end: str) -> Iterator[None]:
    """Memory is not endless: what a test alone used goes with it."""
    if back_end == FILE:
        yield
        return
    servers = request.getfixturevalue("nodes").servers if back_end == SPREAD else [request.getfixturevalue("postgres")]
    before = [server.made for server in servers]
    yield
    while _desks:
        _desks.pop().settle()
    while hubs.ON_SERVERS:
        hubs.ON_SERVERS.pop().store.close()
    with warnings.catch_warnings():  # of hubs that a test opened itself and a file would have let go by itself
        warnings.filterwarnings("ignore", "<psycopg.Connection", ResourceWarning)
        gc.collect()
    for server, first in zip(servers, before, strict=True):
        for number in range(first + 1, server.made + 1):
            server.execute(f"DROP DATABASE IF EXISTS hub_{number} WITH (FORCE)")


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
