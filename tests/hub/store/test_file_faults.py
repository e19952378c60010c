"""What goes wrong with a database file: said clearly, nothing acknowledged is lost, the next try may succeed.

A full disk is in ``tests/hub/ingest/test_full_disk.py``, what goes wrong with a server in ``test_server_faults.py``.
"""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from small_hub import SmallAgent, client_of

from hub.audit.fsck import fsck
from hub.composition import open_hub
from hub.errors import StoreBusy, StoreGone
from hub.ingest.ingest import ingest
from hub.parts import Hub
from hub.settings import DATABASE
from hub.store.ledger.batches import log_size
from traceability.sync import BATCH_TYPE, BATCHES_PATH

pytestmark = pytest.mark.own_store
BATCH = {"Content-Type": BATCH_TYPE}


def size_of(hub: Hub) -> int:
    with hub.store.reading() as connection:
        return log_size(connection)


async def test_a_file_that_vanishes_and_comes_back(hub: Hub, agent: SmallAgent, tmp_path: Path) -> None:
    batches = [agent.seal(agent.result(f"S{number}")) for number in range(2)]
    there, away = hub.settings.data, tmp_path / "away"
    async with client_of(hub) as client:
        assert (await client.post(BATCHES_PATH, content=batches[0], headers=BATCH)).status_code == 201
        there.rename(away)  # as when its disk is no more mounted; the process has the file open all the time
        for path in ("/readyz", "/api/v1/summary"):
            answer = await client.get(path)
            assert answer.status_code == 503, answer.text
        answer = await client.post(BATCHES_PATH, content=batches[1], headers=BATCH)
        assert answer.status_code == 503, answer.text
        assert answer.headers["Retry-After"]
        assert "is away" in answer.json()["detail"]
        assert "put it back" in answer.json()["advice"]
        away.rename(there)
        assert (await client.get("/readyz")).status_code == 200
        assert (await client.post(BATCHES_PATH, content=batches[0], headers=BATCH)).status_code == 200
        assert (await client.post(BATCHES_PATH, content=batches[1], headers=BATCH)).status_code == 201
    assert fsck(hub).size == size_of(hub)


def test_nothing_is_written_into_a_file_that_was_replaced(hub: Hub, agent: SmallAgent, tmp_path: Path) -> None:
    batch = agent.seal(agent.result("S1"))
    before, database = size_of(hub), hub.settings.data / DATABASE
    hub.store.copy_to(tmp_path / "copy.db")
    database.unlink()
    shutil.copy(tmp_path / "copy.db", database)
    for leftover in (database.with_name(f"{DATABASE}-wal"), database.with_name(f"{DATABASE}-shm")):
        leftover.unlink(missing_ok=True)
    with pytest.raises(StoreGone, match="is another one than was opened") as gone:
        ingest(hub, batch, compressed=False)
    assert "start the hub's processes again" in gone.value.advice
    hub.store.close()
    again = open_hub(hub.settings.data)
    assert size_of(again) == before
    ingest(again, batch, compressed=False)
    assert fsck(again).size == before + 1
    again.store.close()


def test_a_file_that_goes_in_the_middle_gives_no_receipt(hub: Hub, agent: SmallAgent) -> None:
    batch = agent.seal(agent.result("S1"))

    def lost() -> None:
        with hub.store.writing() as connection:
            connection.exec_driver_sql("SELECT 1")
            hub.settings.data.rename(hub.settings.data.with_name("away"))

    with pytest.raises(StoreGone, match="is away"):
        lost()
    hub.settings.data.with_name("away").rename(hub.settings.data)
    ingest(hub, batch, compressed=False)
    assert fsck(hub).size == size_of(hub)


def test_a_file_that_may_not_be_written_says_so(hub: Hub, agent: SmallAgent) -> None:
    batch, engine = agent.seal(agent.result("S1")), hub.store._reader
    with hub.store.reading() as connection:  # as a disk that the system mounted again for reading only
        connection.exec_driver_sql("PRAGMA query_only = ON")
    with pytest.raises(StoreGone, match="readonly"):
        ingest(hub, batch, compressed=False)
    engine.dispose()
    ingest(hub, batch, compressed=False)


def test_somebody_elses_transaction_makes_writers_wait_and_then_say_so(hub: Hub, agent: SmallAgent) -> None:
    """There is no deadlock in a file: who writes has the lock before it reads anything, and all others wait."""
    batch = agent.seal(agent.result("S1"))
    before = size_of(hub)
    with closing(sqlite3.connect(hub.settings.data / DATABASE, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        other.execute("DELETE FROM meta")
        with pytest.raises(StoreBusy, match="busy"):
            hub.store.check_writable(0.2, 0)
        assert size_of(hub) == before  # readers never wait
        other.execute("ROLLBACK")
    ingest(hub, batch, compressed=False)
    assert fsck(hub).size == before + 1
