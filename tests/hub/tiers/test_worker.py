"""The background round moves what has become old, and leaves what is young."""

import threading
from datetime import timedelta

import msgspec
import pytest
from small_hub import START, small_agent

from hub.ingest.ingest import ingest
from hub.parts import Hub
from hub.store.tiers.queries import cold_files
from hub.tiers import worker
from hub.tiers.ledger import due_before, move_ledger
from hub.tiers.worker import moving_to_cold


@pytest.mark.parametrize(("days", "files"), [(3, 0), (1, 1)])
def test_a_round_moves_what_is_older(hub: Hub, monkeypatch: pytest.MonkeyPatch, days: int, files: int) -> None:
    agent = small_agent(hub)
    ingest(hub, agent.seal(agent.result("S1")), compressed=False)
    later = msgspec.structs.replace(hub, clock=lambda: START + timedelta(days=2))
    done = threading.Event()

    def last_step(*_: object) -> list[object]:
        done.set()
        return []

    monkeypatch.setattr(worker, "move_values", last_step)
    with moving_to_cold(later, days):
        assert done.wait(60)
    with hub.store.reading() as connection:
        assert len(cold_files(connection)) == files
    assert move_ledger(later, due_before(later.clock(), days)) == []
