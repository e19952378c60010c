"""Every place for the cold tier keeps one contract; a hub whose old data are in a bucket answers as any other."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from small_bucket import BUCKET, KEY, REGION, SECRET, SmallBucket, small_bucket
from small_hub import START, projection_of, small_agent
from sqlalchemy import select

from hub.audit.fsck import audit
from hub.backup.make import check_backup, make_backup
from hub.cli import main
from hub.composition import open_copy
from hub.errors import ColdTrouble, DataDirectory, StoreBusy, StoreFull
from hub.ingest.ingest import ingest
from hub.parts import Hub
from hub.store.core.place import server_place, write_place
from hub.store.ledger.batches import batch_body, log_size
from hub.store.production.measured import values_where
from hub.store.tables.ledger import batch
from hub.store.tables.measured import value_column
from hub.store.tiers.cold import POINTER
from hub.store.tiers.place import ColdPlace, cold_place
from hub.tiers import values as tier
from hub.tiers.folder import names_in
from hub.tiers.inspect import faults_of
from hub.tiers.ledger import fetch_ledger, move_ledger
from hub.tiers.values import fetch_values, move_values
from traceability.record.production import MeasuredValue, MeasurementsRecord

LATER = START + timedelta(days=400)


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[SmallBucket, str]]:
    """A bucket, and what ``hub.toml`` says of it."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    with small_bucket() as (made, host):
        yield made, f"s3://{BUCKET}/plant-a/old?endpoint={host}&region={REGION}&scheme=http"
    assert made.refused == [] or made.secret != SECRET


@pytest.fixture
def rclone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A server of others that speaks S3 and checks signatures; what ``hub.toml`` says of it."""
    program = Path(sys.executable).with_name("rclone")
    if not program.exists():
        pytest.skip("rclone is not installed")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    (tmp_path / "served" / BUCKET).mkdir(parents=True)
    with socket.create_server(("127.0.0.1", 0)) as free:
        host = f"127.0.0.1:{free.getsockname()[1]}"
    command = [program, "serve", "s3", "--addr", host, "--auth-key", f"{KEY},secret", tmp_path / "served"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            wait_for(host)
            yield f"s3://{BUCKET}/plant-a/old?endpoint={host}&region=us-east-1&scheme=http"
        finally:
            server.kill()


def wait_for(host: str) -> None:
    name, _, port = host.partition(":")
    until = time.monotonic() + 60
    while True:
        try:
            socket.create_connection((name, int(port)), timeout=5).close()
        except OSError:
            assert time.monotonic() < until, "the server does not come up"
            time.sleep(0.05)
        else:
            return


@pytest.fixture(params=["folder", "bucket", "rclone"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> ColdPlace:
    if request.param != "folder":
        made = request.getfixturevalue(request.param)
        address = made if isinstance(made, str) else made[1]
        (tmp_path / "hub.toml").write_text(f'cold = "{address}"\n')
    return cold_place(tmp_path)


def test_a_file_is_whole_or_away(place: ColdPlace) -> None:
    name, large = "ledger/000000000000-000000000002-0a.zst", bytes(range(256)) * 50_000
    assert place.names() == set()
    for ask in (place.stamp, lambda it: place.read(it, 0, 1), lambda it: place.opened(it).__enter__()):
        with pytest.raises(FileNotFoundError):
            ask(name)
    place.remove(name)  # what is not there needs no removing
    place.put(name, large)
    place.put("values/it.parquet", b"short")
    assert place.names() == {name, "values/it.parquet"}
    assert place.read(name, 255, 3) == b"\xff\x00\x01"
    assert place.read(name, len(large) - 2, 10) == large[-2:]
    assert place.read(name, len(large) + 5, 10) == b""
    with place.opened(name) as file:
        assert file.read() == large
    before = place.stamp(name)
    assert place.stamp(name) == before
    place.put(name, b"another")
    assert place.stamp(name) != before
    assert place.read(name, 0, 100) == b"another"
    assert name in place.at(name)
    place.clear_unfinished()
    for each in (name, "values/it.parquet"):
        place.remove(each)
    assert place.names() == set()


def test_one_moves_at_a_time_and_the_same_place_is_equal(place: ColdPlace, tmp_path: Path) -> None:
    with place.alone(), pytest.raises(StoreBusy), place.alone():
        pass
    with place.alone():
        pass
    assert (cold_place(tmp_path), hash(cold_place(tmp_path))) == (place, hash(place))


@pytest.fixture
def told(hub: Hub, bucket: tuple[SmallBucket, str], monkeypatch: pytest.MonkeyPatch, back_end: str) -> Hub:
    if back_end == "spread":
        pytest.skip("values on the nodes of a spread store stay there")
    monkeypatch.setattr(tier, "LEAST_BODY", 0)
    with (hub.settings.data / "hub.toml").open("a") as settings:
        settings.write(f'cold = "{bucket[1]}"\n')
    agent = small_agent(hub)
    for number in range(4):
        result = agent.result(f"S{number}")
        value = MeasuredValue(characteristic="torque", value=1000 + number, decimals=2, uom="N.m")
        stated = MeasurementsRecord(id=result.id, unit=result.unit, operation="OP10", values=(value,), **agent.stamp(1))
        ingest(hub, agent.seal(result, stated), compressed=False)
    return hub


def held(hub: Hub) -> tuple[object, ...]:
    with hub.store.reading() as connection:
        bodies = [batch_body(connection, index) for index in range(log_size(connection))]
        return bodies, values_where(connection)


def rows_of(hub: Hub) -> list[bytes]:
    with hub.store.reading() as connection:
        columns = (batch.c.body, value_column.c.body)
        return [bytes(body) for column in columns for body in connection.execute(select(column)).scalars()]


def test_a_hub_with_its_old_data_in_a_bucket(
    told: Hub, bucket: tuple[SmallBucket, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before, rows, place = held(told), rows_of(told), cold_place(told.settings.data)
    files = [*move_ledger(told, LATER), *move_values(told, LATER)]
    assert {file.kind for file in files} == {"ledger", "values"}
    assert all(body.startswith(POINTER) for body in rows_of(told))
    assert {f"plant-a/old/{file.name}" for file in files} < bucket[0].things.keys()
    assert not (told.settings.data / "cold").exists()
    assert held(told) == before
    assert faults_of(told.store, place) == []
    assert audit(told, jobs=1).checkpoint is not None
    make_backup(told, tmp_path / "backup")
    assert check_backup(tmp_path / "backup", open_copy).checkpoint is not None
    assert main(["tiers", "check", "--data", str(told.settings.data)]) == 0
    assert "whole" in capsys.readouterr().out
    fetch_ledger(told.store, place)
    fetch_values(told.store, place)
    assert (rows_of(told), names_in(place)) == (rows, set())


def test_a_bucket_that_fails_is_said_and_nothing_is_lost(told: Hub, bucket: tuple[SmallBucket, str]) -> None:
    before, rows, place = held(told), projection_of(told), cold_place(told.settings.data)
    bucket[0].full = True
    with pytest.raises(StoreFull, match="everything stays where it was"):
        move_ledger(told, LATER)
    bucket[0].full = False
    assert (held(told), projection_of(told)) == (before, rows)
    move_ledger(told, LATER)
    (file,) = move_values(told, LATER)
    bucket[0].away = True
    for ask in (lambda: held(told), lambda: move_ledger(told, LATER), lambda: fetch_ledger(told.store, place)):
        with pytest.raises(ColdTrouble, match="s3://cold/plant-a/old"):
            ask()
    bucket[0].away = False
    assert held(told) == before
    thing = bucket[0].things[f"plant-a/old/{file.name}"]
    thing.data = thing.data[:-1] + b"!"
    thing.version += 1
    with pytest.raises(ColdTrouble):
        held(told)
    assert [file.name in fault for fault in faults_of(told.store, place)] == [True]
    bucket[0].secret = "changed there"
    with pytest.raises(ColdTrouble, match="ACCESS_DENIED"):
        held(told)


@pytest.mark.parametrize(
    "address", ["https://x/y", "s3://", "s3://key:secret@bucket/x", "s3://bucket?key=geheim", "s3://bucket?region"]
)
def test_an_address_that_is_none_is_refused_and_no_key_is_shown(tmp_path: Path, address: str) -> None:
    (tmp_path / "hub.toml").write_text(f'cold = "{address}"\n')
    with pytest.raises(DataDirectory) as refused:
        cold_place(tmp_path)
    assert "s3://BUCKET" in refused.value.advice
    assert not {"secret", "geheim"} & set(str(refused.value).replace(":", " ").replace("@", " ").split())


def test_where_the_cold_tier_is_stays_when_the_store_moves(tmp_path: Path) -> None:
    (tmp_path / "hub.toml").write_text('cold = "s3://bucket/old"\n')
    write_place(server_place("postgresql://db/hub", tmp_path, where="--to"))
    assert cold_place(tmp_path).at("x") == "s3://bucket/old/x"
    assert "postgresql://db/hub" in (tmp_path / "hub.toml").read_text()
