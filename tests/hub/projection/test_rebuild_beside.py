"""Rebuilding beside a hub that goes on: equal to the bit, nobody waits, a kill leaves the hub as it was."""

import os
import signal
import threading
import tracemalloc
from pathlib import Path

import pytest
from behind import tables_behind
from small_hub import projection_of, small_agent, small_hub
from sqlalchemy import delete, update

from hub.composition import open_hub
from hub.errors import DataDirectory
from hub.ingest.ingest import ingest
from hub.parts import Hub
from hub.projection import rebuild as rebuilding
from hub.projection.rebuild import NEW, rebuild
from hub.store.backend.beside import table_digests
from hub.store.tables.every import PROJECTION, unit_result


def fill(hub: Hub, count: int) -> None:
    agent = small_agent(hub)
    for number in range(count):
        ingest(hub, agent.seal(agent.result(f"S{number}")), compressed=False)


def spoil(hub: Hub) -> None:
    with hub.store.writing() as connection:
        for each in tables_behind(hub, unit_result):
            connection.execute(update(each).values(verdict="NOT_OK"))
        connection.execute(delete(PROJECTION["plant"]))


@pytest.mark.every_store(spread=True)
def test_a_sound_hub_is_only_read(hub: Hub) -> None:
    fill(hub, 5)
    with hub.store.reading() as connection:
        before = table_digests(connection)
    done = rebuild(hub)
    assert (done.batches, done.replaced, done.digests) == (9, (), before)
    assert not (hub.settings.data / NEW).exists()


@pytest.mark.every_store(spread=True)
def test_only_what_differs_is_replaced(hub: Hub) -> None:
    fill(hub, 5)
    before = projection_of(hub)
    spoil(hub)
    done = rebuild(hub)
    assert set(done.replaced) == {"unit_result", "plant"}
    assert projection_of(hub) == before
    with hub.store.reading() as connection:
        assert table_digests(connection) == done.digests


@pytest.mark.every_store
def test_batches_that_come_meanwhile_are_in_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hub = small_hub(tmp_path / "hub")
    agent = small_agent(hub)
    for number in range(10):
        ingest(hub, agent.seal(agent.result(f"S{number}")), compressed=False)
    spoil(hub)
    monkeypatch.setattr(rebuilding, "BATCHES_AT_ONCE", 2)
    more = iter(range(100, 200))

    def another(_done: int, _total: int) -> None:
        number = next(more)
        if number < 112:
            sender = threading.Thread(
                target=lambda: ingest(hub, agent.seal(agent.result(f"S{number}")), compressed=False)
            )
            sender.start()
            sender.join(timeout=60)

    rebuild(hub, another)
    after = projection_of(hub)
    assert len(after["unit_result"]) > 10
    assert {row["verdict"] for row in after["unit_result"]} == {"OK"}
    assert rebuild(hub).replaced == ()
    hub.store.close()


def rebuild_in_a_process(data: Path, told: int) -> None:
    def tell(done: int, total: int) -> None:
        os.write(told, b".")

    rebuilding.BATCHES_AT_ONCE = 3
    rebuild(open_hub(data), tell)


@pytest.mark.parametrize("steps", [1, 4])
def test_a_killed_rebuild_leaves_the_hub_as_it_was(tmp_path: Path, steps: int) -> None:
    hub = small_hub(tmp_path / "hub")
    fill(hub, 30)
    expected = projection_of(hub)
    spoil(hub)
    spoilt = projection_of(hub)
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            rebuild_in_a_process(tmp_path / "hub", writer)
        finally:
            os._exit(0)
    os.close(writer)
    for _ in range(steps):
        assert os.read(reader, 1) == b"."
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    os.close(reader)
    assert projection_of(hub) in (spoilt, expected)
    rebuild(hub)
    assert projection_of(hub) == expected
    hub.store.close()


@pytest.mark.every_store
def test_two_rebuilds_at_once_are_refused(hub: Hub) -> None:
    fill(hub, 2)
    refused = []

    def second(_done: int, _total: int) -> None:
        with pytest.raises(DataDirectory, match="under way"):
            rebuild(hub)
        refused.append(True)

    rebuild(hub, second)
    assert refused


def test_memory_does_not_grow_with_the_ledger(hub: Hub) -> None:
    fill(hub, 30)
    rebuild(hub)  # whatever is made once is made now
    peaks = []
    for more in (0, 120):
        agent = small_agent(hub, f"x.{more}", f"plant-{more}")
        for number in range(more):
            ingest(hub, agent.seal(agent.result(f"X{number}")), compressed=False)
        tracemalloc.start()
        rebuild(hub)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] * 2
