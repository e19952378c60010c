import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_hub import SmallAgent

from hub.audit.fsck import fsck
from hub.errors import DataDirectory
from hub.ingest.ingest import ingest
from hub.parts import Hub
from hub.store.backend.opening import create_at, finish
from hub.store.backend.sqlite_file import open_store
from hub.store.core.database import Store
from hub.store.core.instant import from_micros, is_storable, to_micros
from hub.store.core.place import FilePlace, server_place
from hub.store.ledger.batches import log_size
from hub.store.ledger.meta import read_meta, write_meta

ENTER_MANY = """
import sys
from pathlib import Path
from hub.composition import open_hub
from hub.entry.master import add_organisation
hub = open_hub(Path(sys.argv[1]))
for number in range(25):
    add_organisation(hub, f"{sys.argv[2]}-{number}", "a company")
hub.store.close()
"""


@pytest.fixture
def store(tmp_path: Path, back_end: str, request: pytest.FixtureRequest):
    place = FilePlace(tmp_path / "hub.db")
    if back_end != "sqlite":
        place = server_place(request.getfixturevalue("postgres").new_database(), tmp_path, where="test")
    made = create_at(place)
    finish(made)
    yield made
    made.close()


@pytest.mark.every_store
def test_processes_that_write_at_once_neither_lose_nor_double(hub: Hub, agent: SmallAgent) -> None:
    with hub.store.reading() as connection:
        before = log_size(connection)
    command = [sys.executable, "-W", "error", "-c", ENTER_MANY, str(hub.settings.data)]
    writers = [subprocess.Popen([*command, name], stderr=subprocess.PIPE) for name in ("first", "second")]
    sent = 0
    while any(writer.poll() is None for writer in writers) and sent < 200:
        ingest(hub, agent.seal(agent.result(f"S{sent}")), compressed=False)
        sent += 1
        time.sleep(0.01)
    for writer in writers:
        _, errors = writer.communicate(timeout=60)
        assert (writer.returncode, errors) == (0, b"")
    assert fsck(hub).size == before + 50 + sent


@pytest.mark.every_store
def test_a_failed_transaction_leaves_nothing(store: Store) -> None:
    def fail() -> None:
        with store.writing() as connection:
            write_meta(connection, {"a": "1"})
            raise RuntimeError("pulled the plug")

    with pytest.raises(RuntimeError):
        fail()
    with store.reading() as connection:
        assert read_meta(connection) == {}


@pytest.mark.every_store
def test_readers_see_one_state_while_a_writer_commits(store: Store) -> None:
    with store.reading() as reader:
        assert read_meta(reader) == {}
        with store.writing() as writer:
            write_meta(writer, {"a": "1"})
        assert read_meta(reader) == {}
    with store.reading() as reader:
        assert read_meta(reader) == {"a": "1"}


@pytest.mark.every_store
def test_writers_wait_for_each_other(store: Store) -> None:
    def count_up() -> None:
        for _ in range(20):
            with store.writing() as connection:
                count = int(read_meta(connection).get("count", "0"))
                write_meta(connection, {"count": str(count + 1)})

    threads = [threading.Thread(target=count_up) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    with store.reading() as connection:
        assert read_meta(connection) == {"count": "80"}


@pytest.mark.own_store
def test_what_is_committed_is_on_disk(store: Store) -> None:
    full = 2
    with store.writing() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar_one() == full
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "wal"


def test_a_folder_without_a_hub_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(DataDirectory, match="init"):
        open_store(tmp_path / "hub.db")
    assert not (tmp_path / "hub.db").exists()


zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@given(st.datetimes(timezones=zones))
def test_instants_survive_the_store(instant: datetime) -> None:
    micros = to_micros(instant)
    if is_storable(instant):
        assert from_micros(micros) == instant
        assert from_micros(micros).tzinfo is UTC
        from_micros(micros).astimezone(timezone(timedelta(hours=14)))


@given(st.datetimes(timezones=zones), st.datetimes(timezones=zones))
def test_instants_sort_as_they_are(one: datetime, other: datetime) -> None:
    assert (to_micros(one) < to_micros(other)) == (one < other)
