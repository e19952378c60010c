"""The ledger's bodies in the cold tier: byte for byte, every proof as before, a killed move loses nothing."""

import hashlib
import json
import os
import shutil
import signal
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from small_hub import START, admin_of, client_of, projection_of, small_agent
from sqlalchemy import select

from hub.audit.fsck import audit
from hub.backup.export import export_hub
from hub.backup.make import check_backup, make_backup
from hub.cli import main
from hub.composition import open_copy
from hub.errors import ColdTrouble, StoreBusy
from hub.ingest.ingest import ingest
from hub.parts import Hub
from hub.projection.rebuild import rebuild
from hub.settings import DATABASE
from hub.store.ledger.batches import batch_body, log_size
from hub.store.tables.every import batch
from hub.store.tiers.cold import POINTER, pointer_of
from hub.store.tiers.place import cold_place
from hub.store.tiers.queries import cold_files
from hub.tiers import ledger
from hub.tiers.folder import names_in
from hub.tiers.inspect import faults_of, tiers_of
from hub.tiers.ledger import clear_strays, fetch_ledger, move_ledger

LATER = START + timedelta(days=400)


@pytest.fixture
def told(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> Hub:
    monkeypatch.setattr(ledger, "BATCHES_A_FILE", 3)
    agent = small_agent(hub)
    for number in range(5):
        ingest(hub, agent.seal(agent.result(f"S{number}")), compressed=False)
    return hub


def bodies_of(hub: Hub) -> list[bytes | None]:
    with hub.store.reading() as connection:
        return [batch_body(connection, index) for index in range(log_size(connection))]


def rows_of(hub: Hub) -> list[bytes]:
    with hub.store.reading() as connection:
        return list(map(bytes, connection.execute(select(batch.c.body).order_by(batch.c.id)).scalars()))


def exported(hub: Hub, path: Path) -> str:
    export_hub(hub, path)
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.every_store(spread=True)
def test_every_body_is_read_from_the_cold_tier_as_from_the_hot_one(told: Hub, tmp_path: Path) -> None:
    before, tar, projection = bodies_of(told), exported(told, tmp_path / "before.tar"), projection_of(told)
    made = move_ledger(told, LATER)
    assert [(file.first, file.last) for file in made] == [(0, 2), (3, 5), (6, 8)]
    assert all(body.startswith(POINTER) for body in rows_of(told))
    assert bodies_of(told) == before
    assert faults_of(told.store, cold_place(told.settings.data)) == []
    assert audit(told, jobs=1).checkpoint is not None
    assert exported(told, tmp_path / "after.tar") == tar
    assert rebuild(told).replaced == ()
    assert projection_of(told) == projection
    assert move_ledger(told, LATER) == []


@pytest.mark.every_store
def test_what_is_young_stays_and_what_comes_later_follows(told: Hub) -> None:
    assert move_ledger(told, START) == []
    move_ledger(told, LATER, most=1)
    agent = small_agent(told, author="b.line-2")
    ingest(told, agent.seal(agent.result("T1")), compressed=False)
    move_ledger(told, LATER)
    with told.store.reading() as connection:
        files = cold_files(connection)
        assert sum(file.pieces for file in files) == log_size(connection)
    state = tiers_of(told.store, cold_place(told.settings.data))
    assert (state.hot.batches, state.hot.bytes, state.strays) == (0, 0, ())


@pytest.mark.every_store
def test_what_was_moved_comes_back_byte_for_byte(told: Hub) -> None:
    before, folder = rows_of(told), cold_place(told.settings.data)
    move_ledger(told, LATER)
    assert [file.first for file in fetch_ledger(told.store, folder, 4, 4)] == [3]
    assert [body.startswith(POINTER) for body in rows_of(told)] == [True] * 3 + [False] * 3 + [True] * 3
    assert fetch_ledger(told.store, folder)
    assert rows_of(told) == before
    assert names_in(folder) == set()
    move_ledger(told, LATER)
    assert faults_of(told.store, folder) == []


def test_a_file_is_readable_without_the_hub(told: Hub) -> None:
    before = bodies_of(told)
    (file, *_) = move_ledger(told, LATER)
    path = (told.settings.data / "cold") / file.name
    assert path.read_bytes() == b"".join(body or b"" for body in before[:3])
    manifest = json.loads(path.with_name(f"{path.name}.json").read_text())
    assert manifest["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest() == file.sha256
    for piece in manifest["pieces"]:
        assert before[piece["batch"]] == path.read_bytes()[piece["begin"] :][: piece["size"]]


@pytest.mark.every_store(spread=True)
def test_a_backup_needs_no_cold_folder(told: Hub, tmp_path: Path) -> None:
    before = bodies_of(told)
    move_ledger(told, LATER)
    make_backup(told, tmp_path / "backup")
    shutil.rmtree(told.settings.data / "cold")
    assert sorted(path.name for path in (tmp_path / "backup").glob(f"{DATABASE}*")) == [DATABASE]
    assert check_backup(tmp_path / "backup", open_copy).checkpoint is not None
    assert rows_of(open_copy(tmp_path / "backup")) == before


async def test_evidence_is_proved_from_the_cold_tier(told: Hub) -> None:
    headers = admin_of(told)
    async with client_of(told) as client:
        asked = "/api/v1/units/09506000134352/S1/evidence"
        before = await client.get(asked, headers=headers)
        move_ledger(told, LATER)
        after = await client.get(asked, headers=headers)
        assert before.status_code == after.status_code == 200
        assert after.content == before.content
        shutil.rmtree(told.settings.data / "cold")
        gone = await client.get(asked, headers=headers)
    assert gone.status_code == 503
    assert "batch " in gone.json()["detail"]
    assert "cold/ledger/" in json.dumps(gone.json())


@pytest.mark.parametrize("harm", ["gone", "cut", "changed"])
def test_a_file_that_is_gone_or_altered_is_named_and_never_answered_from(told: Hub, harm: str) -> None:
    (_, file, _) = move_ledger(told, LATER)
    path = (told.settings.data / "cold") / file.name
    content = path.read_bytes()
    if harm == "gone":
        path.unlink()
    else:
        path.write_bytes(content[:-1] if harm == "cut" else content[:-1] + bytes([content[-1] ^ 1]))
    with told.store.reading() as connection, pytest.raises(ColdTrouble, match=f"batch {file.last}.*") as trouble:
        batch_body(connection, file.last)
    assert file.name in str(trouble.value)
    (fault, *_) = faults_of(told.store, cold_place(told.settings.data))
    assert file.name in fault
    found = audit(told, jobs=1)
    assert found.checkpoint is None
    assert any(fault.log_index == file.last for fault in found.faults)
    path.write_bytes(content)
    assert audit(told, jobs=1).checkpoint is not None


def test_two_moves_at_once_are_refused_and_an_unmounted_folder_is_noticed(told: Hub) -> None:
    place, folder = cold_place(told.settings.data), told.settings.data / "cold"
    move_ledger(told, LATER, most=1)
    with place.alone(), pytest.raises(StoreBusy, match="under way"):
        move_ledger(told, LATER)
    folder.rename(folder.with_name("elsewhere"))
    with pytest.raises(ColdTrouble, match="nothing is moved"):
        move_ledger(told, LATER)
    with pytest.raises(ColdTrouble):
        fetch_ledger(told.store, place)


def test_a_file_of_others_stays_until_it_is_asked_away(told: Hub) -> None:
    place, folder = cold_place(told.settings.data), told.settings.data / "cold"
    move_ledger(told, LATER, most=1)
    stray = folder / "ledger" / "000000000099-000000000100-00000000.zst"
    stray.write_bytes(b"x")
    (folder / "note.txt").write_text("mine")
    move_ledger(told, LATER)
    assert stray.exists()
    assert clear_strays(told.store, place) == [f"ledger/{stray.name}"]
    assert (folder / "note.txt").exists()
    assert faults_of(told.store, place) == []


STEPS = ("put_file", "check_file", "overlaps", "put_bodies", "add_cold_file")


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("step", STEPS)
def test_a_move_that_is_killed_loses_and_doubles_nothing(
    told: Hub, monkeypatch: pytest.MonkeyPatch, step: str, after: bool
) -> None:
    before, folder = bodies_of(told), cold_place(told.settings.data)
    told.store.close()
    child = os.fork()
    if child == 0:
        _die_at(step, after=after)
        move_ledger(told, LATER)
        os._exit(3)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    assert bodies_of(told) == before
    assert faults_of(told.store, folder) == []
    move_ledger(told, LATER)
    assert bodies_of(told) == before
    state = tiers_of(told.store, folder)
    assert (state.hot.batches, sum(file.pieces for file in state.files), state.strays) == (0, len(before), ())


@pytest.mark.parametrize("step", ["put_bodies", "drop_cold_file", "remove_file"])
def test_a_fetch_that_is_killed_loses_and_doubles_nothing(told: Hub, step: str) -> None:
    before, folder = rows_of(told), cold_place(told.settings.data)
    move_ledger(told, LATER)
    told.store.close()
    child = os.fork()
    if child == 0:
        _die_at(step, after=False)
        fetch_ledger(told.store, folder)
        os._exit(3)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    assert faults_of(told.store, folder) == []
    fetch_ledger(told.store, folder)
    assert rows_of(told) == before
    clear_strays(told.store, folder)
    assert names_in(folder) == set()


def _die_at(step: str, *, after: bool) -> None:
    from hub.tiers import folder

    module: Any = folder if step == "put_file" else ledger
    real = getattr(module, step)

    def dying(*given: Any) -> None:
        if after:
            real(*given)
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(module, step, dying)


def test_the_verbs(told: Hub, capsys: pytest.CaptureFixture[str]) -> None:
    before, data = rows_of(told), str(told.settings.data)

    def run(*words: str) -> dict[str, Any]:
        assert main(["tiers", *words, "--data", data, "--json"]) == 0
        found: dict[str, Any] = json.loads(capsys.readouterr().out)
        return found

    assert run("status")["cold_files"] == 0
    assert run("move", "--hot-days", "1")["batches"] == len(before)
    assert pointer_of(rows_of(told)[0]) is not None
    assert run("status") | {"cold_bytes": 0} == {
        "hot_batches": 0,
        "hot_bytes": 0,
        "hot_since": None,
        "cold_batches": len(before),
        "cold_bytes": 0,
        "cold_value_bytes": 0,
        "cold_files": 3,
        "strays": [],
    }
    assert run("check")["whole"] is True
    assert run("fetch", "--from", "0", "--to", "0")["batches"] == 3
    assert run("fetch")["batches"] == len(before) - 3
    assert rows_of(told) == before
    move_ledger(told, LATER)
    shutil.rmtree(told.settings.data / "cold")
    assert main(["tiers", "check", "--data", data]) == 1
    assert "batches 0 to 2" in capsys.readouterr().err
