"""A store on several servers holds what a store in one file holds, whatever ends in the middle."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from small_chain import housing, machine, steel
from small_hub import small_agent, small_hub
from small_nodes import EVER, SmallNodes
from small_spread import UNITS, alike, spread_hub, store_of, work
from sqlalchemy import select

from hub.audit.fsck import fsck
from hub.errors import StoreGone
from hub.ingest.ingest import ingest
from hub.parts import Hub
from hub.projection.rebuild import rebuild
from hub.store.core.database import Reading
from hub.store.ledger.batches import log_size
from hub.store.spread import mover
from hub.store.spread.mover import move_all
from hub.store.spread.plan import SPREAD, SPREAD_TABLES
from hub.store.spread.status import spread_state
from hub.store.tables.every import metadata
from hub.store.tables.production import link, link_by_child, unit_result
from hub.store.trace.links import StoreLinks, links_by

pytestmark = pytest.mark.own_store


@pytest.fixture
def spread(tmp_path: Path, nodes: SmallNodes) -> Iterator[Hub]:
    """A hub on three servers; rows are moved when a test says so."""
    with spread_hub(tmp_path / "spread", nodes.own.new_database, nodes.new_shards) as made:
        yield made


def rows_on(hub: Hub, name: str) -> list[int]:
    """How many rows of a table are fresh, and how many in each of its parts."""
    with hub.store.reading() as connection:
        names = [f'public."{name}"', *(f'"{name}_part_{number}"' for number in range(2))]
        return [connection.exec_driver_sql(f"SELECT count(*) FROM {each}").scalar_one() for each in names]


@pytest.fixture
def in_a_file(tmp_path: Path) -> Iterator[Hub]:
    made = small_hub(tmp_path / "file")
    work(made)
    yield made
    made.store.close()


def test_it_holds_what_a_file_holds_wherever_the_rows_lie(spread: Hub, in_a_file: Hub) -> None:
    store = store_of(spread)
    work(spread, lambda: move_all(store, still_hours=EVER))
    assert alike(spread, in_a_file)  # some fresh, some on the nodes
    move_all(store, still_hours=EVER)
    assert alike(spread, in_a_file)
    for each in SPREAD:
        fresh, *parts = rows_on(spread, each.name) if each.name in SPREAD_TABLES else [0, *rows_on_parts(spread)]
        assert fresh == 0
        assert sum(parts) > 0, each.name
    assert min(rows_on(spread, "unit_result")[1:]) > 0
    assert fsck(spread).size == fsck(in_a_file).size
    assert rebuild(spread).replaced == ()


def rows_on_parts(hub: Hub) -> list[int]:
    with hub.store.reading() as connection:
        return [connection.exec_driver_sql(f"SELECT count(*) FROM link_by_child_part_{n}").scalar_one() for n in (0, 1)]


def test_one_end_of_a_link_asks_one_node(spread: Hub) -> None:
    work(spread)
    move_all(store_of(spread))
    with spread.store.reading() as connection:
        for end in (link.c.parent, link.c.child):
            table = links_by(connection, end)
            query = select(table).where(table.c[end.name].in_([machine("M1")]))
            asked = query.compile(connection, compile_kwargs={"render_postcompile": True})
            plan = connection.exec_driver_sql(f"EXPLAIN VERBOSE {asked}", asked.params).scalars().all()
            assert sum("Foreign Scan" in line for line in plan) == 1, plan
            (sent,) = (line for line in plan if "Remote SQL" in line)
            assert f"{end.name} = " in sent, plan
        found = {each.child for each in StoreLinks(connection).below([machine("M1")])}
        assert housing("H1") in found
        assert {each.parent for each in StoreLinks(connection).above([steel("L1")])} >= {housing("H1"), housing("H4")}


def test_behind_views_nothing_is_seen_before_it_is_said_who_looks(spread: Hub) -> None:
    work(spread)
    with spread.store.looking() as connection:
        for name in (*SPREAD_TABLES, link_by_child.name):
            assert connection.exec_driver_sql(f'SELECT count(*) FROM "{name}"').scalar_one() == 0
        query = "SELECT table_name FROM information_schema.views WHERE table_schema = 'public_seen'"
        assert set(connection.exec_driver_sql(query).scalars()) >= metadata.tables.keys()


class _Broken(Exception):
    """What ends a move."""


@pytest.mark.parametrize("at", ["_copy_table", "_settle", "power"])
def test_a_move_that_ends_in_the_middle_counts_nothing_twice(
    spread: Hub, in_a_file: Hub, nodes: SmallNodes, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    store = store_of(spread)
    work(spread, lambda: move_all(store, still_hours=EVER))
    calls = iter(range(10))

    def broken(*_arguments: object) -> object:
        if at == "_copy_table" and next(calls) < 2:
            return mover_copy_table(*_arguments)  # type: ignore[arg-type]
        if at == "power":
            nodes.own.stop(signal.SIGQUIT)
            return settle(*_arguments)  # type: ignore[arg-type]
        raise _Broken

    mover_copy_table, settle = mover._copy_table, mover._settle
    with monkeypatch.context() as patched:
        patched.setattr(mover, "_settle" if at == "power" else at, broken)
        with pytest.raises(StoreGone if at == "power" else _Broken):
            move_all(store, still_hours=EVER)
    if at == "power":
        nodes.own.start()
    assert at == "_copy_table" or sum(rows_on(spread, "unit_result")[1:]) > 0  # they are there, and do not count
    assert alike(spread, in_a_file)
    move_all(store, still_hours=EVER)
    assert rows_on(spread, "unit_result")[0] == 0
    assert alike(spread, in_a_file)


def test_while_a_node_is_away_the_rest_is_answered_and_nothing_is_lost(
    spread: Hub, in_a_file: Hub, nodes: SmallNodes
) -> None:
    store, away = store_of(spread), nodes.nodes[1]
    work(spread)
    move_all(store, still_hours=EVER)
    agents = [small_agent(hub, "other.line-1", "other") for hub in (spread, in_a_file)]
    for hub, agent in zip((spread, in_a_file), agents, strict=True):  # fresh when the node goes
        ingest(hub, agent.seal(agent.result("early")), compressed=False)
    late = [agent.seal(*(agent.result(f"N{number}", number) for number in range(9))) for agent in agents]
    away.stop(signal.SIGQUIT)
    try:
        answers = {serial: _answer(spread, machine(serial)) for serial in map("M{}".format, range(UNITS))}
        assert set(map(type, answers.values())) == {list, StoreGone}
        gone = next(told for told in answers.values() if isinstance(told, StoreGone))
        assert "a node of the store does not answer" in str(gone)
        assert store.place.shards[1] in str(gone)
        with pytest.raises(StoreGone):  # earlier results of its units may be there; the agent keeps it
            ingest(spread, late[0], compressed=False)
        with pytest.raises(StoreGone):
            move_all(store, still_hours=EVER)
        with spread.store.reading() as connection:
            assert log_size(connection) > UNITS  # the log is on the store's own server
        assert [bool(node.trouble) for node in spread_state(store).nodes] == [False, True]
    finally:
        away.start()
    for hub, batch in zip((spread, in_a_file), late, strict=True):
        ingest(hub, batch, compressed=False)
    assert alike(spread, in_a_file)
    move_all(store, still_hours=EVER)
    assert rows_on(spread, "unit_result")[0] == 0
    assert alike(spread, in_a_file)


def test_a_node_that_goes_while_it_is_asked_is_named_too(spread: Hub, nodes: SmallNodes) -> None:
    store, away = store_of(spread), nodes.nodes[1]
    work(spread)
    move_all(store, still_hours=EVER)

    def ask_twice() -> None:
        with spread.store.reading() as connection:
            _all(connection)
            away.stop(signal.SIGQUIT)
            _all(connection)

    def move_on() -> None:
        away.start()
        late = [agent.result(f"late-{number}", number) for number in range(9)]
        ingest(spread, agent.seal(*late), compressed=False)
        copy_table = mover._copy_table

        def and_gone(*arguments: object) -> object:
            taken = copy_table(*arguments)  # type: ignore[arg-type]
            away.stop(signal.SIGQUIT)
            return taken

        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(mover, "_copy_table", and_gone)
            move_all(store, still_hours=EVER)

    agent = small_agent(spread, "other.line-1", "other")
    for asking in (ask_twice, move_on):
        with pytest.raises(StoreGone, match="a node of the store does not answer") as gone:
            asking()
        assert store.place.shards[1] in str(gone.value)
    away.start()
    move_all(store, still_hours=EVER)
    assert rebuild(spread).replaced == ()


def _answer(hub: Hub, unit: str) -> list[object] | StoreGone:
    try:
        with hub.store.reading() as connection:
            return list(connection.execute(select(unit_result).where(unit_result.c.unit == unit)))
    except StoreGone as error:
        return error


def test_a_reading_goes_on_with_what_it_began_with(spread: Hub) -> None:
    store = store_of(spread)
    chain = work(spread)
    move_all(store, still_hours=EVER)
    with spread.store.reading() as connection:
        before = _all(connection)
        chain.make_housing("H99", 25_001)
        chain.build_machine("M99", "H99")
        chain.send()
        move_all(store, still_hours=EVER)
        move_all(store, still_hours=EVER)
        assert _all(connection) == before
    with spread.store.reading() as connection:
        assert _all(connection) != before


def _all(connection: Reading) -> dict[str, list[str]]:
    return {name: sorted(map(repr, connection.execute(select(table)))) for name, table in SPREAD_TABLES.items()}


def test_a_rebuild_puts_right_what_a_node_lost_or_changed(spread: Hub, in_a_file: Hub) -> None:
    store = store_of(spread)
    work(spread)
    move_all(store, still_hours=EVER)
    with spread.store.writing() as connection:
        connection.exec_driver_sql("UPDATE unit_result_parts SET verdict = 'NOT_OK'")
        connection.exec_driver_sql("DELETE FROM link_part_1")
    assert set(rebuild(spread).replaced) == {"unit_result", "link"}
    assert alike(spread, in_a_file)
    for _ in range(2):  # what was forgotten goes from the nodes, what is right comes there
        move_all(store, still_hours=EVER)
        assert alike(spread, in_a_file)
    assert rebuild(spread).replaced == ()
