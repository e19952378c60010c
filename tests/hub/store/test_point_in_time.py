"""A hub on PostgreSQL goes back to a point in time by the server's own tools, and takes what came later again."""

from pathlib import Path

import pytest
from small_hub import START, FixedRandom, projection_of, small_agent
from small_nodes import programs_with_fdw
from small_postgres import SmallPostgres

from hub.audit.fsck import fsck
from hub.composition import create_hub, open_hub
from hub.ingest.ingest import ingest
from hub.store.ledger.batches import log_size
from traceability.unit import Environment

pytestmark = pytest.mark.own_store


def test_back_to_a_point_in_time_and_what_came_later_is_sent_again(tmp_path: Path) -> None:
    server = SmallPostgres(programs_with_fdw(), archives=True)
    try:
        hub = create_hub(
            tmp_path / "hub",
            origin="hub.test/log",
            environment=Environment.DEMO,
            store_url=server.new_database(),
            clock=lambda: START,
            random_bytes=FixedRandom(),
        )
        agent = small_agent(hub)
        sealed = [agent.seal(agent.result(f"S{number}"), agent.loss(1)) for number in range(9)]
        for batch in sealed[:3]:
            ingest(hub, batch, compressed=False)
        server.back_up()
        for batch in sealed[3:6]:
            ingest(hub, batch, compressed=False)
        server.execute("SELECT pg_create_restore_point('before_the_mistake')")
        for batch in sealed[6:]:
            ingest(hub, batch, compressed=False)
        whole = projection_of(hub)
        hub.store.close()

        server.go_back_to("before_the_mistake")
        hub = open_hub(tmp_path / "hub")
        with hub.store.reading() as connection:
            size = log_size(connection)
        assert len(projection_of(hub)["unit_result"]) == 6
        assert fsck(hub).size == size
        for batch in sealed[6:]:
            assert ingest(hub, batch, compressed=False).new
        fsck(hub)
        assert projection_of(hub) == whole
        hub.store.close()
    finally:
        server.close()
