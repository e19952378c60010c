"""A server that fills faster than it counts its rows has them counted by the hub: batches stay as quick as at first."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_hub import on_servers, small_agent, small_hub
from small_nodes import SmallNodes
from small_postgres import SmallPostgres
from sqlalchemy import text

from hub.ingest.ingest import ingest
from hub.parts import Hub
from hub.store.ledger.batches import log_size
from hub.store.writing.statistics import FIRST, LAST, doubles

pytestmark = pytest.mark.own_store

SHARES = text(
    "SELECT tablename, n_distinct FROM pg_stats WHERE schemaname = :own AND (tablename, attname) IN"
    " (('unit_result', 'unit'), ('batch', 'hash'), ('link', 'parent'))"
)
UNIQUE = -1.0
"""As PostgreSQL says that as many values differ as there are rows."""


@contextmanager
def hub_on(which: str, folder: Path, request: pytest.FixtureRequest) -> Iterator[Hub]:
    if which == "spread":
        nodes: SmallNodes = request.getfixturevalue("nodes")
        around = on_servers(nodes.own.new_database, nodes.new_shards)
    else:
        postgres: SmallPostgres = request.getfixturevalue("postgres")
        around = on_servers(postgres.new_database)
    with around:
        hub = small_hub(folder)
    try:
        yield hub
    finally:
        hub.store.close()


def known_shares(hub: Hub) -> dict[str, float]:
    with hub.store.reading() as connection:
        return {row.tablename: row.n_distinct for row in connection.execute(SHARES, {"own": "public"})}


@pytest.mark.parametrize("which", ["postgresql", "spread"])
def test_the_server_knows_that_units_are_rare_before_it_counts_by_itself(
    which: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    with hub_on(which, tmp_path / "hub", request) as hub:
        agent = small_agent(hub)
        assert known_shares(hub) == {}
        with hub.store.reading() as connection:
            entered = log_size(connection)
        assert entered < FIRST - 1
        for number in range(entered, FIRST):
            results = (agent.result(f"S{number}-{one}", ahead=one) for one in range(3))
            ingest(hub, agent.seal(*results), compressed=False)
        assert known_shares(hub) == {"unit_result": UNIQUE, "batch": UNIQUE}  # and nothing of what has no rows


@given(steps=st.lists(st.integers(1, 700), min_size=1, max_size=40))
def test_rows_are_counted_with_every_doubling_however_many_batches_come_together(steps: list[int]) -> None:
    at, counted = 0, []
    for step in steps:
        if doubles(at, at + step):
            counted.append((at, at + step))
        at += step
    powers = {2**n for n in range(64) if FIRST <= 2**n <= min(LAST, at)}
    assert {power for power in powers if any(first < power <= after for first, after in counted)} == powers
    assert len(counted) <= len(powers)
