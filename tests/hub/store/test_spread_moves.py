"""Rows written, replaced, moved, broken off and forgotten in any order: what is read is what was written last."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from small_hub import START
from small_nodes import EVER, SmallNodes
from sqlalchemy import select

from hub.store.backend.opening import create_at
from hub.store.core.database import Reading
from hub.store.core.place import server_place
from hub.store.rollup.body import pack
from hub.store.rollup.queries import HOUR, SpanRow, StreamRow, put_spans, put_streams
from hub.store.spread import mover
from hub.store.spread.forget import clear_table
from hub.store.spread.mover import move_all, move_rows
from hub.store.spread.store import SpreadStore
from hub.store.tables.production import link
from hub.store.tables.rollup import rollup
from hub.store.writing.put import put_rows
from traceability.quality.rollup import rollup_of

pytestmark = pytest.mark.own_store

EMPTY_ROLLUP = pack(rollup_of([], 3))
STREAMS = "abc"
WORDS = st.one_of(
    st.tuples(st.just("links"), st.integers(1, 40)),
    st.tuples(st.just("span"), st.tuples(st.sampled_from(STREAMS), st.integers(0, 2))),
    st.tuples(st.just("move"), st.integers(1, 30)),
    st.tuples(st.just("broken"), st.none()),
    st.tuples(st.just("forget"), st.sampled_from([link, rollup])),
)


@pytest.fixture(scope="module")
def store(nodes: SmallNodes, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SpreadStore]:
    folder = tmp_path_factory.mktemp("moves")
    made = create_at(server_place(nodes.own.new_database(), folder, where="test", shards=nodes.new_shards()))
    assert isinstance(made, SpreadStore)
    with made.writing() as connection:
        put_streams(connection, [stream(name) for name in STREAMS])
    yield made
    made.close()


def stream(name: str) -> StreamRow:
    told = dict.fromkeys(("plant", "part", "operation", "work_cell", "characteristic", "uom", "author", "chain"), name)
    return StreamRow(id=name, decimals=3, **told)


class _Broken(Exception):
    """What ends a move."""


@given(words=st.lists(WORDS, min_size=3, max_size=9))
@example(words=[("links", 3), ("broken", None), ("forget", rollup), ("links", 1)])
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_read_is_what_was_written_last(store: SpreadStore, words: list[tuple[str, object]]) -> None:
    with store.writing() as connection:
        for table in (link, rollup):
            clear_table(connection, table)
    links: set[int] = set()
    spans: dict[tuple[str, int], int] = {}
    for turn, (word, how) in enumerate(words):
        if word == "links":
            new = range(turn * 100, turn * 100 + int(how))  # type: ignore[call-overload]
            with store.writing() as connection:
                put_rows(connection, link, [link_row(number) for number in new])
            links |= set(new)
        elif word == "span":
            with store.writing() as connection:
                put_spans(connection, [span(*how, turn)])  # type: ignore[misc]
            spans[how] = turn  # type: ignore[index]
        elif word == "move":
            move_rows(store, most=int(how), still_hours=EVER)  # type: ignore[call-overload]
        elif word == "broken":
            break_off(store)
        else:
            with store.writing() as connection:
                clear_table(connection, how)  # type: ignore[arg-type]
            (links if how is link else spans).clear()
        with store.reading() as connection:
            assert read(connection) == (links, spans)
    move_all(store, still_hours=EVER)
    with store.reading() as connection:
        assert read(connection) == (links, spans)


def break_off(store: SpreadStore) -> None:
    """A move that ends when the nodes have committed; nothing where there is nothing to move."""

    def broken(*_arguments: object) -> None:
        raise _Broken

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(mover, "_settle", broken)
        try:
            move_rows(store, still_hours=EVER)
        except _Broken:
            return


def read(connection: Reading) -> tuple[set[int], dict[tuple[str, int], int]]:
    numbers = list(connection.execute(select(link.c.seq)).scalars())
    rows = connection.execute(select(rollup.c.stream, rollup.c.start, rollup.c.left_out)).all()
    found = {(row.stream, row.start): row.left_out for row in rows}
    assert len(set(numbers)) == len(numbers)
    assert len(found) == len(rows)
    return set(numbers), found


def span(name: str, start: int, turn: int) -> SpanRow:
    whole = {"n": 0, "first_position": 0, "first_batch": 0, "last_batch": 0, "rollup": EMPTY_ROLLUP}
    return SpanRow(stream=name, span=HOUR, start=start, left_out=turn, **whole)  # type: ignore[arg-type]


def link_row(number: int) -> dict[str, object]:
    told = {"author": "a", "chain": "c", "result_id": "r", "action": "ADD", "operation": "OP10"}
    place = {"batch_id": number, "line": 2, "item": 0, "seq": number, "event_time": int(START.timestamp())}
    ends = {"parent": f"p{number}", "child": f"c{number % 7}", "certain": True}
    return told | place | ends | dict.fromkeys(("position", "quantity", "uom", "plant"))


def test_a_move_that_a_rebuild_overtook_does_not_count(store: SpreadStore, monkeypatch: pytest.MonkeyPatch) -> None:
    with store.writing() as connection:
        clear_table(connection, link)
        put_rows(connection, link, [link_row(number) for number in range(30)])
    copy = mover._copy

    def overtaken(*arguments: object) -> object:
        taken = copy(*arguments)  # type: ignore[arg-type]
        with store.writing() as connection:
            clear_table(connection, link)
            put_rows(connection, link, [link_row(7)])
        return taken

    with monkeypatch.context() as patched:
        patched.setattr(mover, "_copy", overtaken)
        assert move_rows(store) == 0
    for _ in range(2):
        with store.reading() as connection:
            assert connection.execute(select(link.c.seq)).scalars().all() == [7]
        move_all(store)


def test_a_row_that_changed_while_it_was_moved_is_moved_as_it_is_now(
    store: SpreadStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    with store.writing() as connection:
        clear_table(connection, rollup)
        put_spans(connection, [span("a", 1, 1), span("b", 1, 1)])
    copy = mover._copy

    def changed(*arguments: object) -> object:
        taken = copy(*arguments)  # type: ignore[arg-type]
        with store.writing() as connection:
            put_spans(connection, [span("a", 1, 2)])
        return taken

    with monkeypatch.context() as patched:
        patched.setattr(mover, "_copy", changed)
        assert move_rows(store, still_hours=EVER) > 0
    for _ in range(3):
        with store.reading() as connection:
            assert read(connection)[1] == {("a", 1): 2, ("b", 1): 1}
        move_all(store, still_hours=EVER)
