"""What goes wrong with a PostgreSQL server: said clearly, nothing acknowledged is lost, the next try may succeed."""

import signal
import threading
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest
from small_hub import SmallAgent, client_of, on_servers, small_agent, small_hub
from small_postgres import SmallPostgres
from sqlalchemy import text

from hub.audit.fsck import fsck
from hub.composition import create_hub, open_hub
from hub.errors import DataDirectory, StoreBusy, StoreFull, StoreGone
from hub.ingest.ingest import ingest
from hub.parts import Hub
from hub.store.backend.server import WRITE_LOCK
from hub.store.core.database import TRIES, Undone
from hub.store.core.place import PASSWORD_FILE, PASSWORD_VARIABLE, password_for, place_of, server_place
from hub.store.ledger.batches import log_size
from hub.store.ledger.meta import read_meta
from traceability.sync import BATCH_TYPE, BATCHES_PATH, FULL
from traceability.unit import Environment

pytestmark = pytest.mark.own_store

BATCH = {"Content-Type": BATCH_TYPE}


@pytest.fixture
def own_server():
    server = SmallPostgres()
    yield server
    server.close()


@pytest.fixture
def served(tmp_path: Path, postgres: SmallPostgres):
    """A hub on the server that all tests share, and its agent."""
    with on_servers(postgres.new_database):
        hub = small_hub(tmp_path / "hub")
    yield hub, small_agent(hub)
    hub.store.close()


def size_of(hub: Hub) -> int:
    with hub.store.reading() as connection:
        return log_size(connection)


def raised(state: str) -> str:
    """A statement that fails as the server fails for this reason (SQLSTATE)."""
    return f"DO $$ BEGIN RAISE EXCEPTION 'so it is' USING ERRCODE = '{state}'; END $$"


async def test_a_server_that_vanishes_and_comes_back(tmp_path: Path, own_server: SmallPostgres) -> None:
    with on_servers(own_server.new_database):
        hub = small_hub(tmp_path / "hub")
    agent = small_agent(hub)
    async with client_of(hub) as client:
        batches = [agent.seal(agent.result(f"S{number}")) for number in range(3)]
        assert (await client.post(BATCHES_PATH, content=batches[0], headers=BATCH)).status_code == 201
        own_server.stop()
        for answer in (
            await client.post(BATCHES_PATH, content=batches[1], headers=BATCH),
            await client.get("/readyz"),
            await client.get("/api/v1/summary"),
        ):
            assert answer.status_code == 503, answer.text
            assert answer.headers["Retry-After"]
            assert "does not answer" in answer.json()["detail"]
        own_server.start()
        assert (await client.get("/readyz")).status_code == 200
        for batch, status in zip(batches, (200, 201, 201), strict=True):
            assert (await client.post(BATCHES_PATH, content=batch, headers=BATCH)).status_code == status
    assert fsck(hub).size == size_of(hub)
    hub.store.close()


def test_a_connection_that_breaks_in_the_middle_stores_nothing(
    served: tuple[Hub, SmallAgent], postgres: SmallPostgres
) -> None:
    hub, _ = served
    before = size_of(hub)

    def broken() -> None:
        with hub.store.writing() as connection:
            connection.execute(text("DELETE FROM meta"))
            pid = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
            postgres.execute(f"SELECT pg_terminate_backend({pid})")
            connection.execute(text("SELECT 1"))

    with pytest.raises(StoreGone, match="does not answer"):
        broken()
    assert size_of(hub) == before
    with hub.store.reading() as connection:
        assert read_meta(connection)["origin"] == hub.settings.origin


@pytest.mark.parametrize("state", ["40P01", "40001"], ids=["deadlock", "serialisation"])
def test_what_another_transaction_undid_is_begun_again(served: tuple[Hub, SmallAgent], state: str) -> None:
    hub, _ = served
    tried = []

    def work(connection, fails):
        tried.append(connection.execute(text("SELECT pg_current_xact_id()::text")).scalar_one())
        if len(tried) <= fails:
            connection.execute(text(raised(state)))
        return "done"

    assert hub.store.write(lambda connection: work(connection, TRIES - 1)) == "done"
    assert len(set(tried)) == TRIES  # a transaction of its own each time
    tried.clear()
    with pytest.raises(Undone):
        hub.store.write(lambda connection: work(connection, TRIES))
    assert len(tried) == TRIES


def test_a_deadlock_with_somebody_elses_transaction(served: tuple[Hub, SmallAgent], postgres: SmallPostgres) -> None:
    hub, agent = served
    database = hub.store.place.url.split("?")[0].rsplit("/", 1)[1]
    first_locked, other_done = threading.Event(), threading.Event()

    def somebody() -> None:
        statement = "BEGIN; LOCK TABLE log_node; SELECT pg_sleep(0.5); LOCK TABLE batch; COMMIT"
        with suppress(psycopg.errors.DeadlockDetected):  # one of the two is undone, by the server's choice
            postgres.execute(statement, database)
        other_done.set()

    def work(connection):
        connection.execute(text("LOCK TABLE batch"))
        if not first_locked.is_set():
            first_locked.set()
            threading.Thread(target=somebody).start()
            connection.execute(text("SELECT pg_sleep(0.3)"))
        connection.execute(text("LOCK TABLE log_node"))
        return True

    assert hub.store.write(work)
    assert other_done.wait(60)
    ingest(hub, agent.seal(agent.result("after")), compressed=False)


async def test_a_full_disk_stores_nothing_and_says_so(served: tuple[Hub, SmallAgent], postgres: SmallPostgres) -> None:
    hub, agent = served
    before, batch = size_of(hub), agent.seal(agent.result("S1"))
    body = raised("53100").removeprefix("DO $$").removesuffix("$$")
    with hub.store.writing() as connection:
        connection.exec_driver_sql(f"CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$")
        connection.exec_driver_sql(
            "CREATE TRIGGER full_disk BEFORE INSERT ON unit_result FOR EACH ROW EXECUTE FUNCTION full_disk()"
        )
        connection.exec_driver_sql(f"CREATE FUNCTION no_room() RETURNS event_trigger LANGUAGE plpgsql AS $$ {body} $$")
    hub.store.check_writable(5, 1)  # nothing was refused yet
    with pytest.raises(StoreFull, match="nothing was stored"):
        ingest(hub, batch, compressed=False)
    assert size_of(hub) == before
    server = hub.store.place.url.split("?")[0].rsplit("/", 1)[1]
    postgres.execute("CREATE EVENT TRIGGER no_room ON ddl_command_start EXECUTE FUNCTION no_room()", server)
    async with client_of(hub) as client:
        for _ in range(2):
            answer = await client.get("/readyz")
            assert (answer.status_code, answer.json()["type"]) == (507, FULL)
            assert "database server" in answer.json()["advice"]
        postgres.execute("DROP EVENT TRIGGER no_room", server)
        assert (await client.get("/readyz")).status_code == 200
    with hub.store.writing() as connection:
        connection.exec_driver_sql("DROP TRIGGER full_disk ON unit_result")
    ingest(hub, batch, compressed=False)
    assert fsck(hub).size == before + 1


def test_who_holds_the_write_lock_makes_others_wait_and_then_say_so(
    served: tuple[Hub, SmallAgent], postgres: SmallPostgres
) -> None:
    hub, _ = served
    other = open_hub(hub.settings.data)
    with other.store.writing() as connection:
        connection.execute(text("SELECT 1"))
        with pytest.raises(StoreBusy, match="busy"):
            hub.store.check_writable(0.3, 0)
        size_of(hub)  # readers never wait
    hub.store.check_writable(5, 0)
    other.store.close()


def test_a_standby_is_read_and_not_written(tmp_path: Path, own_server: SmallPostgres) -> None:
    with on_servers(own_server.new_database):
        hub = small_hub(tmp_path / "hub")
    own_server.stop(signal.SIGINT)
    own_server.become_standby()
    own_server.start()
    other = open_hub(hub.settings.data)
    assert size_of(other) == 1
    with pytest.raises(StoreGone, match="takes no writes"):
        other.store.check_writable(5, 0)
    for each in (hub, other):
        each.store.close()


def test_a_writer_that_is_killed_gives_the_lock_back(own_server: SmallPostgres) -> None:
    url = own_server.new_database()
    name = url.split("?")[0].rsplit("/", 1)[1]

    def hold() -> None:
        with suppress(psycopg.OperationalError):
            own_server.execute(f"SELECT pg_advisory_lock({WRITE_LOCK}), pg_sleep(600)", name)

    holding = threading.Thread(target=hold)
    holding.start()
    while not (pids := own_server.execute("SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted")):
        pass
    own_server.execute(f"SELECT pg_terminate_backend({pids[0][0]})")
    assert own_server.execute(f"SELECT pg_try_advisory_lock({WRITE_LOCK})", name) == [(True,)]
    holding.join(60)


def test_passwords_stand_in_no_settings_and_no_message(
    tmp_path: Path, postgres: SmallPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(PASSWORD_VARIABLE, raising=False)
    for url in ("postgresql://me:geheim@db/hub", "postgresql://me@db/hub?password=geheim"):
        with pytest.raises(DataDirectory, match="holds a password") as refused:
            server_place(url, tmp_path, where="--to")
        assert "geheim" not in str(refused.value)
    place = server_place(postgres.url("postgres"), tmp_path, where="--to")
    assert password_for(place) is None
    secret = tmp_path / PASSWORD_FILE
    secret.write_text("geheim\n")
    secret.chmod(0o644)
    with pytest.raises(DataDirectory, match="others may read the password"):
        password_for(place)
    secret.chmod(0o600)
    assert password_for(place) == "geheim"
    monkeypatch.setenv(PASSWORD_VARIABLE, "from outside")
    assert password_for(place) == "from outside"


@pytest.mark.parametrize(
    "settings",
    ["store = 5", "stoer = 'postgresql://db/hub'", "store = 'mysql://db/hub'", "store = 'postgresql://db'", "store = "],
)
def test_settings_that_are_not_right_say_what_to_write(tmp_path: Path, settings: str) -> None:
    (tmp_path / "hub.toml").write_text(settings)
    with pytest.raises(DataDirectory) as refused:
        place_of(tmp_path)
    assert "postgresql://" in refused.value.advice


def test_an_init_that_was_killed_is_made_again(
    tmp_path: Path, postgres: SmallPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = postgres.new_database()
    made = {"origin": "hub.test/log", "environment": Environment.DEMO, "store_url": url}
    with monkeypatch.context() as patch:
        patch.setattr("hub.composition.found", lambda _hub: signal.raise_signal(signal.SIGINT))
        with pytest.raises(KeyboardInterrupt):
            create_hub(tmp_path / "hub", **made)
    hub = create_hub(tmp_path / "hub", **made)
    assert size_of(hub) == 1
    hub.store.close()
    with pytest.raises(DataDirectory, match="a hub is in this database already"):
        create_hub(tmp_path / "second", **made)
