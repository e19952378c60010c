"""How a store comes to be spread, and is one server's again; what is said when that can't be."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from small_chain import small_chain
from small_hub import SmallAgent, on_servers, projection_of, small_agent, small_hub
from small_nodes import EVER, SmallNodes
from small_postgres import SmallPostgres

import hub.migrate.move as moving
from hub.audit.fsck import fsck
from hub.cli import main
from hub.composition import open_hub
from hub.errors import DataDirectory
from hub.ingest.ingest import ingest
from hub.migrate.move import move
from hub.parts import Hub
from hub.projection.rebuild import rebuild
from hub.store.backend.copying import open_copy_store
from hub.store.backend.opening import create_at
from hub.store.backend.schema import tables_there
from hub.store.backend.server import ServerStore
from hub.store.core.place import ServerPlace, place_of, server_place
from hub.store.ledger.batches import log_size
from hub.store.spread.mover import move_all
from hub.store.spread.store import SpreadStore

pytestmark = pytest.mark.own_store


def filled(folder: Path) -> tuple[Hub, SmallAgent]:
    hub = small_hub(folder)
    chain = small_chain(hub)
    for number in range(4):
        chain.make_housing(f"H{number}", 25_000 + number)
        chain.build_machine(f"M{number}", f"H{number}")
        chain.send()
    return hub, small_agent(hub)


def silent(_done: int, _total: int) -> None:
    pass


@pytest.mark.parametrize("broken_at", ["copy_range", "_proved"])
def test_a_hub_in_a_file_arrives_on_several_servers(
    tmp_path: Path, nodes: SmallNodes, monkeypatch: pytest.MonkeyPatch, broken_at: str
) -> None:
    old, agent = filled(tmp_path / "hub")
    rows = projection_of(old)
    url, shards = nodes.own.new_database(), nodes.new_shards()
    with old.store.reading() as connection:
        size = log_size(connection)

    def breaks(*_arguments: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(moving, broken_at, breaks)
        with pytest.raises(KeyboardInterrupt):
            move(old.store, old.settings.data, url, silent, shards)
    moved = move(old.store, old.settings.data, url, silent, shards)
    assert moved.batches == size
    new = open_hub(old.settings.data)
    assert isinstance(new.store, SpreadStore)
    assert new.store.place.shards == shards
    assert projection_of(new) == rows
    move_all(new.store, still_hours=EVER)
    assert projection_of(new) == rows
    assert fsck(new) == fsck(old)
    assert rebuild(new).replaced == ()
    ingest(new, agent.seal(agent.result("after")), compressed=False)
    new.store.close()
    old.store.close()


def test_one_server_becomes_several_and_one_again(
    tmp_path: Path, nodes: SmallNodes, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with on_servers(nodes.own.new_database):
        one, agent = filled(tmp_path / "hub")
    one.store.close()
    data, shards = one.settings.data, nodes.new_shards()
    said = _command(capsys, data)
    monkeypatch.setattr("hub.store.spread.spreading._TRIES", 2)
    other = open_hub(data)
    assert main(["shards", "--data", str(data), "--over", shards[0]]) == 1
    assert "stop the hub's processes" in capsys.readouterr().err
    other.store.close()
    monkeypatch.undo()
    told = said("shards", *(word for shard in shards for word in ("--over", shard)))
    assert [node["trouble"] for node in told["nodes"]] == ["", ""]
    assert told["fresh_rows"]["unit_result"] == 0
    assert place_of(data) == ServerPlace(place_of(data).url, data, shards)  # type: ignore[union-attr]
    with_shards = open_hub(data)
    rows = projection_of(with_shards)
    with_shards.store.copy_to(tmp_path / "copy.db")  # as a backup does
    copy = open_copy_store(tmp_path / "copy.db")
    assert projection_of(msgspec.structs.replace(with_shards, store=copy)) == rows
    copy.close()
    ingest(with_shards, agent.seal(agent.result("after")), compressed=False)
    assert said("shards")["fresh_rows"]["unit_result"] == 1
    assert said("shards", "--move")["moved"] > 0
    assert said("shards", "--point")["fresh_rows"]["unit_result"] == 0
    assert rebuild(with_shards).replaced == ()
    with_shards.store.close()
    said("shards", "--gather")
    for node, shard in zip(nodes.nodes, shards, strict=True):
        tables = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
        assert node.execute(tables, shard.split("?")[0].rsplit("/", 1)[1]) == [(0,)]
    alone = open_hub(data)
    assert type(alone.store) is ServerStore
    assert rebuild(alone).replaced == ()
    assert len(projection_of(alone)["unit_result"]) == len(rows["unit_result"]) + 1
    alone.store.close()


def _command(capsys: pytest.CaptureFixture[str], data: Path) -> Callable[..., Any]:
    def said(verb: str, *words: str) -> Any:
        assert main([verb, "--data", str(data), "--json", *words]) == 0
        return json.loads(capsys.readouterr().out)

    return said


def test_a_node_has_the_parts_of_one_hub(tmp_path: Path, nodes: SmallNodes) -> None:
    shards = nodes.new_shards()
    places = [server_place(nodes.own.new_database(), tmp_path, where="--to", shards=shards) for _ in range(2)]
    create_at(places[0]).close()
    with pytest.raises(DataDirectory, match=r"parts of another hub are on this node .*empty database"):
        create_at(places[1])
    create_at(places[0]).close()  # it was never finished: begun again, with what it left on the nodes


def test_what_is_not_spread_is_not_taken_for_it(tmp_path: Path, postgres: SmallPostgres) -> None:
    old = small_hub(tmp_path / "hub")
    move(old.store, old.settings.data, postgres.new_database(), silent)
    old.store.close()
    settings = old.settings.data / "hub.toml"
    settings.write_text(settings.read_text() + 'shards = ["postgresql://node/zhuoyue"]\n')
    with pytest.raises(DataDirectory, match="the store in this database is not spread"):
        open_hub(old.settings.data)


def test_a_server_without_foreign_servers_says_what_is_missing(tmp_path: Path, postgres: SmallPostgres) -> None:
    old = small_hub(tmp_path / "hub")
    shards = (postgres.new_database(), postgres.new_database())
    with pytest.raises(DataDirectory, match=r"postgres_fdw.*postgresql-contrib"):
        move(old.store, old.settings.data, postgres.new_database(), silent, shards)
    agent = small_agent(old)
    ingest(old, agent.seal(agent.result("after")), compressed=False)
    old.store.close()


@pytest.mark.parametrize(
    ("url", "shards", "told"),
    [
        ("postgresql://a/x", ("postgresql://b/x", "postgresql://b/x"), "named twice"),
        ("postgresql://a/x", ("postgresql://a/x",), "named twice"),
        ("postgresql://a/x", ("postgresql://u:secret@b/x",), "holds a password"),
        ("postgresql://a/x", ("mysql://b/x",), "names no PostgreSQL database"),
        ("", ("postgresql://b/x",), "names no PostgreSQL database"),
    ],
)
def test_addresses_that_cannot_be_right(tmp_path: Path, url: str, shards: tuple[str, ...], told: str) -> None:
    with pytest.raises(DataDirectory, match=told) as refused:
        server_place(url, tmp_path, where="--shard", shards=shards)
    assert "secret" not in str(refused.value)


def test_a_change_of_a_spread_table_is_refused_and_says_what_comes_first(tmp_path: Path, nodes: SmallNodes) -> None:
    place = server_place(nodes.own.new_database(), tmp_path, where="--to", shards=nodes.new_shards())
    store = create_at(place)
    for change in ("ADD COLUMN colour text", "DROP COLUMN defect CASCADE"):
        with pytest.raises(DataDirectory, match="shards --gather"), store.shaping() as connection:
            connection.exec_driver_sql(f"ALTER TABLE unit_result {change}")
    with store.shaping() as connection:
        connection.exec_driver_sql("ALTER TABLE plant ADD COLUMN colour text")
        assert "unit_result" in tables_there(connection)
    store.close()
