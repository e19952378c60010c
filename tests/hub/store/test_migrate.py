"""A hub moves from its file into PostgreSQL, while it works, and nothing changes on the way."""

import json
from pathlib import Path

import pytest
from small_hub import SmallAgent, client_of, projection_of, small_agent, small_hub
from small_postgres import SmallPostgres

import hub.migrate.move as moving
from hub.audit.fsck import fsck
from hub.backup.make import check_backup, make_backup
from hub.cli import main
from hub.composition import open_copy, open_hub
from hub.errors import DataDirectory, StoreMoved
from hub.ingest.ingest import ingest
from hub.migrate.move import move
from hub.parts import Hub
from hub.projection.rebuild import rebuild
from hub.store.backend.server import ServerStore
from hub.store.ledger.batches import log_size
from hub.store.tables.every import metadata
from traceability.sync import BATCH_TYPE, BATCHES_PATH

pytestmark = pytest.mark.own_store

LATE = 3


def filled(folder: Path, batches: int = 7) -> tuple[Hub, SmallAgent]:
    hub = small_hub(folder)
    agent = small_agent(hub)
    for number in range(batches):
        ingest(hub, agent.seal(agent.result(f"S{number}"), agent.loss(1)), compressed=False)
    return hub, agent


def silent(_done: int, _total: int) -> None:
    pass


def test_a_hub_that_goes_on_meanwhile_arrives_whole(
    tmp_path: Path, postgres: SmallPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moving, "BATCHES_AT_ONCE", 4)
    old, agent = filled(tmp_path / "hub")
    late = iter(range(LATE))

    def work_goes_on(_done: int, _total: int) -> None:
        if next(late, None) is not None:
            ingest(old, agent.seal(agent.result(f"late-{agent.seq}")), compressed=False)

    moved = move(old.store, old.settings.data, postgres.new_database(), work_goes_on)
    rows = projection_of(old)
    new = open_hub(old.settings.data)
    assert isinstance(new.store, ServerStore)
    assert projection_of(new) == rows
    with new.store.reading() as connection:
        assert log_size(connection) == moved.batches
    assert fsck(new) == fsck(old)
    assert rebuild(new).replaced == ()
    ingest(new, agent.seal(agent.result("after")), compressed=False)
    assert fsck(new).size == moved.batches + 1
    new.store.close()
    old.store.close()


def test_the_old_file_takes_nothing_any_more(tmp_path: Path, postgres: SmallPostgres) -> None:
    old, agent = filled(tmp_path / "hub", 2)
    move(old.store, old.settings.data, postgres.new_database(), silent)
    with pytest.raises(StoreMoved, match="moved to postgresql://"):
        ingest(old, agent.seal(agent.result("lost")), compressed=False)
    with pytest.raises(StoreMoved):
        old.store.check_writable(1, 1)
    old.store.close()


@pytest.mark.parametrize(
    "broken_at", ["copy_range", "copy_whole", "_proved", "write_meta", "end_arrival", "write_place"]
)
def test_a_move_that_is_broken_off_is_made_again(
    tmp_path: Path, postgres: SmallPostgres, monkeypatch: pytest.MonkeyPatch, broken_at: str
) -> None:
    monkeypatch.setattr(moving, "BATCHES_AT_ONCE", 4)
    old, agent = filled(tmp_path / "hub")
    url = postgres.new_database()

    def broken(*_arguments: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(moving, broken_at, broken)
        with pytest.raises(KeyboardInterrupt):
            move(old.store, old.settings.data, url, silent)
    if broken_at not in ("end_arrival", "write_place"):  # the file is the hub still
        ingest(old, agent.seal(agent.result("meanwhile")), compressed=False)
    expected = fsck(old)
    assert move(old.store, old.settings.data, url, silent).batches == expected.size
    new = open_hub(old.settings.data)
    assert fsck(new) == expected
    new.store.close()
    old.store.close()


def test_a_row_that_changed_on_the_way_stops_the_move(
    tmp_path: Path, postgres: SmallPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, _ = filled(tmp_path / "hub")
    copied = moving.copy_range

    def worse(source: object, target: object, within: object) -> None:
        copied(source, target, within)
        target.exec_driver_sql("UPDATE unit_result SET attempt = attempt + 1")

    monkeypatch.setattr(moving, "copy_range", worse)
    with pytest.raises(DataDirectory, match="unit_result did not arrive"):
        move(old.store, old.settings.data, postgres.new_database(), silent)
    assert open_hub(old.settings.data).store.place == old.store.place
    old.store.close()


def test_another_hubs_database_is_not_overwritten(tmp_path: Path, postgres: SmallPostgres) -> None:
    first, _ = filled(tmp_path / "first", 1)
    url = postgres.new_database()
    move(first.store, first.settings.data, url, silent)
    second, _ = filled(tmp_path / "second", 1)
    with pytest.raises(DataDirectory, match="empty database"):
        move(second.store, second.settings.data, url, silent)
    for each in (first, second):
        each.store.close()


def test_a_hub_on_a_server_is_backed_up_into_a_file(tmp_path: Path, postgres: SmallPostgres) -> None:
    old, _ = filled(tmp_path / "hub")
    move(old.store, old.settings.data, postgres.new_database(), silent)
    new = open_hub(old.settings.data)
    checkpoint = make_backup(new, tmp_path / "backup")
    assert check_backup(tmp_path / "backup", open_copy).checkpoint == checkpoint
    copy = open_copy(tmp_path / "backup")
    assert projection_of(copy) == projection_of(new)
    for each in (copy, new, old):
        each.store.close()


async def test_who_still_serves_the_file_is_told_to_come_again(tmp_path: Path, postgres: SmallPostgres) -> None:
    old, agent = filled(tmp_path / "hub", 2)
    async with client_of(old) as client:
        move(old.store, old.settings.data, postgres.new_database(), silent)
        sent = {"content": agent.seal(agent.result("late")), "headers": {"Content-Type": BATCH_TYPE}}
        for answer in (await client.post(BATCHES_PATH, **sent), await client.get("/readyz")):
            assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
            assert "has moved to postgresql://" in answer.json()["detail"]
        new = open_hub(old.settings.data)
        async with client_of(new) as again:
            assert (await again.post(BATCHES_PATH, **sent)).status_code == 201
    for each in (new, old):
        each.store.close()


def test_the_verbs(tmp_path: Path, postgres: SmallPostgres, capsys: pytest.CaptureFixture[str]) -> None:
    data, url = str(tmp_path / "hub"), postgres.new_database()
    assert main(["init", "--data", data, "--origin", "verbs/log", "--environment", "demo"]) == 0
    assert main(["org", "add", "--data", data, "--id", "acme", "--name", "Acme"]) == 0
    capsys.readouterr()
    assert main(["migrate", "--data", data, "--to", url, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["store"], told["batches"]) == (url, 2)
    assert told["tables_proved_equal"] == len(metadata.tables)
    assert main(["migrate", "--data", data, "--to", url]) == 1
    assert "in PostgreSQL already" in capsys.readouterr().err
    assert main(["vacuum", "--data", data]) == 1
    assert "by itself" in capsys.readouterr().err
    for verb in ("fsck", "rebuild", "upgrade"):
        assert main([verb, "--data", data]) == 0, verb
    assert main(["backup", "--data", data, "--to", str(tmp_path / "backup")]) == 0
    assert main(["fsck", "--data", str(tmp_path / "backup")]) == 0
    assert main(["init", "--data", str(tmp_path / "new"), "--store", postgres.new_database()]) == 0
    assert main(["fsck", "--data", str(tmp_path / "new")]) == 0
    assert main(["init", "--data", str(tmp_path / "other"), "--store", url]) == 1
    assert "a hub is in this database already" in capsys.readouterr().err
