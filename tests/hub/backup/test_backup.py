"""Backup while batches come in, restore, export and import: the same ledger to the byte, or nothing at all."""

import io
import json
import sqlite3
import stat
import tarfile
import threading
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from small_hub import admin_of, client_of, projection_of, small_agent, small_hub
from sqlalchemy import select

from hub.audit.fsck import fsck
from hub.backup.arrive import import_hub
from hub.backup.export import export_hub
from hub.backup.keys import GivenKeys
from hub.backup.make import check_backup, make_backup
from hub.backup.manifest import hash_file
from hub.backup.restore import restore_backup
from hub.cli import main
from hub.composition import open_copy, open_hub
from hub.errors import DataDirectory
from hub.ingest.ingest import ingest
from hub.parts import Hub
from hub.projection.rebuild import rebuild
from hub.settings import DATABASE
from hub.store.tables.every import batch, log_node
from traceability.errors import ProofRefused, ZhuoyueError

SECRET = b"a long passphrase"
TOKEN = "token-of-the-new-hub"


@pytest.fixture
def told(hub: Hub) -> Hub:
    agent = small_agent(hub)
    for number in range(3):
        ingest(hub, agent.seal(agent.result(f"S{number}")), compressed=False)
    return hub


def ledger_of(hub: Hub) -> list[tuple[Any, ...]]:
    with hub.store.reading() as connection:
        return [
            *map(tuple, connection.execute(select(batch).order_by(batch.c.id))),
            *map(tuple, connection.execute(select(log_node).order_by(log_node.c.level, log_node.c.index))),
        ]


def restored(backup: Path, data: Path, **keys: Any) -> Hub:
    restore_backup(backup, data, open_hub, token=TOKEN, keys=GivenKeys(**keys))
    return open_hub(data)


def arrived(export: Path, data: Path, **keys: Any) -> Hub:
    import_hub(export, data, open_hub, token=TOKEN, keys=GivenKeys(**keys))
    return open_hub(data)


async def test_a_restored_hub_is_the_hub(told: Hub, tmp_path: Path) -> None:
    checkpoint = make_backup(told, tmp_path / "b", passphrase=SECRET)
    assert check_backup(tmp_path / "b", open_copy).checkpoint == checkpoint == fsck(told)
    hub = restored(tmp_path / "b", tmp_path / "r", passphrase=SECRET)
    assert ledger_of(hub) == ledger_of(told)
    assert projection_of(hub) == projection_of(told)
    assert hub.log_signer.public_key == told.log_signer.public_key
    assert stat.S_IMODE((tmp_path / "r" / "hub.key").stat().st_mode) == 0o600
    agent = small_agent(hub, "b.line-1", "plant-b")  # it goes on where it was
    ingest(hub, agent.seal(agent.result("T1")), compressed=False)
    assert fsck(hub).size > checkpoint.size
    async with client_of(hub) as client:
        assert admin_of(hub) == {"Authorization": f"Bearer {TOKEN}"}
        entered = {"id": "x", "name": "X"}
        assert (await client.post("/api/v1/organisations", json=entered, headers=admin_of(told))).status_code != 201
    hub.store.close()


def test_a_backup_while_batches_come_in(tmp_path: Path) -> None:
    hub = small_hub(tmp_path / "hub")
    agent = small_agent(hub)
    stop = threading.Event()
    taken = [0]

    def send() -> None:
        while not stop.is_set():
            ingest(hub, agent.seal(agent.result(f"S{taken[0]}")), compressed=False)
            taken[0] += 1

    sender = threading.Thread(target=send)
    sender.start()
    earlier = None
    sizes = []
    try:
        for number in range(4):
            target = tmp_path / f"b{number}"
            sizes.append(make_backup(hub, target, earlier=earlier).size)
            earlier = target
    finally:
        stop.set()
        sender.join(timeout=60)
    assert taken[0] > 0
    assert sizes == sorted(sizes)
    for number, size in enumerate(sizes):
        found = check_backup(tmp_path / f"b{number}", open_copy)
        assert found.checkpoint is not None
        assert found.checkpoint.size == size
    assert fsck(hub).size == 4 + taken[0]
    hub.store.close()


def test_a_backup_that_does_not_go_on_from_the_earlier_one(told: Hub, tmp_path: Path) -> None:
    make_backup(told, tmp_path / "now")
    other = small_hub(tmp_path / "other")
    make_backup(other, tmp_path / "b0")
    with pytest.raises(ProofRefused, match="does not go on"):
        make_backup(told, tmp_path / "b1", earlier=tmp_path / "b0")
    assert not (tmp_path / "b1").exists()
    other.store.close()


@pytest.mark.parametrize("name", ["hub.db", "log.vkey", "manifest.json", "keys/log.key"])
def test_a_damaged_backup_is_not_restored(told: Hub, tmp_path: Path, name: str) -> None:
    make_backup(told, tmp_path / "b", passphrase=SECRET)
    path = tmp_path / "b" / name
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))
    with pytest.raises(ZhuoyueError):
        restored(tmp_path / "b", tmp_path / "r", passphrase=SECRET)
    assert not (tmp_path / "r").exists()


def test_a_backup_of_an_earlier_program_is_checked_and_restored(told: Hub, tmp_path: Path) -> None:
    """Tables were only added since: what it did not know is empty, and the copy itself is not touched."""
    backup = tmp_path / "backup"
    make_backup(told, backup)
    with closing(sqlite3.connect(backup / DATABASE)) as connection:
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        later = {"cosignature", "downlink_batch", "agent_contact", "enrolment_token"} & set(names)
        assert "cosignature" in later
        for name in later:
            connection.execute(f"DROP TABLE {name}")
    manifest = json.loads((backup / "manifest.json").read_text())
    manifest["files"][DATABASE] = hash_file(backup / DATABASE)
    (backup / "manifest.json").write_text(json.dumps(manifest))
    before = (backup / DATABASE).read_bytes()
    assert check_backup(backup, open_copy).checkpoint is not None
    assert (backup / DATABASE).read_bytes() == before
    hub = restored(backup, tmp_path / "restored", folder=told.settings.data)
    assert ledger_of(hub) == ledger_of(told)
    assert fsck(hub).size == fsck(told).size
    hub.store.close()


def test_keys_travel_apart_or_under_a_passphrase(told: Hub, tmp_path: Path) -> None:
    make_backup(told, tmp_path / "bare")
    make_backup(told, tmp_path / "full", passphrase=SECRET)
    own = (told.settings.data / "hub.key").read_bytes()
    assert not any(own.splitlines()[1] in p.read_bytes() for p in tmp_path.glob("[bf]*/**/*") if p.is_file())
    with pytest.raises(DataDirectory, match="can't go on"):
        restored(tmp_path / "bare", tmp_path / "r")
    with pytest.raises(DataDirectory, match="passphrase does not open"):
        restored(tmp_path / "full", tmp_path / "r", passphrase=b"another passphrase")
    with pytest.raises(DataDirectory, match="less than"):
        make_backup(told, tmp_path / "weak", passphrase=b"short")
    stranger = small_hub(tmp_path / "stranger")
    with pytest.raises(ProofRefused, match="belongs to"):
        restored(tmp_path / "bare", tmp_path / "r", folder=tmp_path / "stranger")
    assert not (tmp_path / "r").exists()
    hub = restored(tmp_path / "bare", tmp_path / "r", folder=told.settings.data)
    assert fsck(hub) == fsck(told)
    for one in (hub, stranger):
        one.store.close()


def test_nothing_is_ever_overwritten(told: Hub, tmp_path: Path) -> None:
    make_backup(told, tmp_path / "b", passphrase=SECRET)
    with pytest.raises(DataDirectory, match="already"):
        make_backup(told, tmp_path / "b")
    with pytest.raises(DataDirectory, match="not empty"):
        restored(tmp_path / "b", told.settings.data, passphrase=SECRET)
    export_hub(told, tmp_path / "e.tar")
    with pytest.raises(DataDirectory, match="already"):
        export_hub(told, tmp_path / "e.tar")


def test_an_imported_hub_has_the_same_ledger_to_the_byte(told: Hub, tmp_path: Path) -> None:
    checkpoint = export_hub(told, tmp_path / "e.tar", passphrase=SECRET)
    hub = arrived(tmp_path / "e.tar", tmp_path / "i", passphrase=SECRET)
    assert ledger_of(hub) == ledger_of(told)
    assert projection_of(hub) == projection_of(told)
    assert rebuild(hub).digests == rebuild(told).digests
    assert fsck(hub) == checkpoint
    export_hub(hub, tmp_path / "again.tar")
    export_hub(told, tmp_path / "once.tar")
    assert (tmp_path / "again.tar").read_bytes() == (tmp_path / "once.tar").read_bytes()
    hub.store.close()


def rewritten(source: Path, target: Path, change: Any) -> None:
    """A copy of a tar file whose members went through ``change(name, data)``, None leaves one out."""
    with tarfile.open(source) as old, tarfile.open(target, "w", format=tarfile.USTAR_FORMAT) as new:
        for member in old:
            data = change(member.name, old.extractfile(member).read())
            if data is not None:
                member.size = len(data)
                new.addfile(member, io.BytesIO(data))


@pytest.mark.parametrize(
    "name", ["manifest.json", "batches/000000000004.zst", "receipts/000000000005.json", "log.vkey"]
)
@pytest.mark.parametrize("loss", [True, False])
def test_an_export_that_was_changed_is_not_taken(told: Hub, tmp_path: Path, name: str, *, loss: bool) -> None:
    export_hub(told, tmp_path / "e.tar")

    def change(member: str, data: bytes) -> bytes | None:
        if member != name:
            return data
        return None if loss else data[: len(data) // 2] + bytes([data[len(data) // 2] ^ 1]) + data[len(data) // 2 + 1 :]

    rewritten(tmp_path / "e.tar", tmp_path / "f.tar", change)
    with pytest.raises((ZhuoyueError, OSError)):
        arrived(tmp_path / "f.tar", tmp_path / "i", folder=told.settings.data)
    assert not (tmp_path / "i").exists()


def test_an_export_without_its_last_batches_is_not_taken(told: Hub, tmp_path: Path) -> None:
    export_hub(told, tmp_path / "e.tar")
    data = (tmp_path / "e.tar").read_bytes()
    (tmp_path / "f.tar").write_bytes(data[: len(data) // 2])
    with pytest.raises(ZhuoyueError):
        arrived(tmp_path / "f.tar", tmp_path / "i", folder=told.settings.data)
    rewritten(tmp_path / "e.tar", tmp_path / "g.tar", lambda name, data: None if "000006" in name else data)
    with pytest.raises(ZhuoyueError, match="000000000006"):
        arrived(tmp_path / "g.tar", tmp_path / "i", folder=told.settings.data)
    assert not (tmp_path / "i").exists()


def test_the_commands_from_backup_to_a_moved_hub(told: Hub, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data, secret = str(told.settings.data), tmp_path / "secret"
    secret.write_bytes(SECRET + b"\n")

    def run(*words: object) -> dict[str, Any]:
        capsys.readouterr()
        assert main([*(str(word) for word in words), "--json"]) == 0
        return json.loads(capsys.readouterr().out)

    made = run("backup", "--data", data, "--to", tmp_path / "b", "--with-keys", "--passphrase-file", secret)
    checked = run("fsck", "--data", tmp_path / "b", "--jobs", 1)
    back = run("restore", "--data", tmp_path / "r", "--from", tmp_path / "b", "--passphrase-file", secret, "--jobs", 1)
    assert made["root"] == checked["root"] == back["root"]
    run("export", "--data", tmp_path / "r", "--to", tmp_path / "e.tar")
    moved = run("import", "--data", tmp_path / "i", "--from", tmp_path / "e.tar", "--keys", data, "--jobs", 1)
    assert moved["root"] == made["root"]
    assert run("rebuild", "--data", tmp_path / "i")["replaced"] == []
    assert run("vacuum", "--data", tmp_path / "i")["bytes_after"] > 0
    assert main(["backup", "--data", data, "--to", str(tmp_path / "c"), "--with-keys"]) == 1
    assert "--passphrase-file" in capsys.readouterr().err
