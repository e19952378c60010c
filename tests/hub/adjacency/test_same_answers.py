"""Arrays in memory, arrays with news beside them, and the store alone: the same answers to everything."""

import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import insert

from hub.adjacency.build import build
from hub.adjacency.desk import AdjacencyDesk, Current, DeskLimits, stale_children
from hub.adjacency.walk import as_built
from hub.parts import Hub
from hub.recall.reach import Cut, ReachLimits, reach_plainly, reach_quickly
from hub.store.backend.sqlite_file import create_store
from hub.store.core.database import Store
from hub.store.core.instant import from_micros
from hub.store.tables.event_link import emptied, transformation_part
from hub.store.tables.every import alias, batch, correction, link
from hub.store.trace.numbers import names_of, number_linked_items, numbers_of
from hub.store.writing.put import put_rows
from hub.trace.known import Known, Moment
from traceability.genealogy import trace

ITEMS = [f"https://id.gs1.org/01/09506000134352/21/{n}" for n in range(8)]
LOT = "https://id.gs1.org/01/09506000134352/10/L"
PRIVATE = [f"urn:zhuoyue:id:acme:unit::{n}" for n in range(2)]
BATCHES = 6

statements = st.lists(
    st.tuples(
        st.integers(0, BATCHES - 1),
        st.sampled_from(ITEMS + PRIVATE[:1]),
        st.sampled_from([*ITEMS, LOT, *PRIVATE]),
        st.sampled_from(["ADD", "ADD", "ADD", "DELETE"]),
        st.integers(0, 9),
        st.sampled_from([None, "p"]),
    ),
    min_size=1,
    max_size=24,
)
aliases = st.lists(
    st.tuples(
        st.integers(0, 2), st.sampled_from(PRIVATE), st.sampled_from(ITEMS), st.sampled_from(["same", "reidentified"])
    ),
    max_size=2,
)
wrong = st.lists(st.integers(0, 23), max_size=3)
emptyings = st.lists(
    st.tuples(st.integers(0, BATCHES - 1), st.sampled_from(ITEMS + PRIVATE[:1]), st.integers(0, 9)), max_size=3
)
transformations = st.lists(
    st.tuples(
        st.integers(0, BATCHES - 1),
        st.sampled_from(["T1", "T2"]),
        st.booleans(),
        st.sampled_from([*ITEMS, LOT, PRIVATE[0]]),
        st.integers(0, 9),
    ),
    max_size=6,
)


def fill(store: Store, told: list, names: list, mistaken: list[int]) -> None:
    """Rows as the projection would have them; one author seals every batch."""
    shared = {"author": "a", "chain": "c"}
    with store.writing() as connection:
        for n in range(BATCHES):
            row = {"hash": str(n), "prev": None, "environment": "test", "receipt": "", "body": b"", "records": 0}
            times = {"sealed_at": 0, "record_time": n, "first_record": 1, "seq": n}
            connection.execute(insert(batch), [{"id": n, **shared, **row, **times}])
        for seq, (at, parent, child, action, time, position) in enumerate(sorted(told, key=lambda each: each[0])):
            row = {"batch_id": at, "line": seq + 2, "seq": seq + 1, "event_time": time, "item": 0, "operation": "OP"}
            said = {"parent": parent, "child": child, "action": action, "position": position}
            certain = child != LOT
            connection.execute(insert(link), [{**shared, **row, **said, "result_id": f"r{seq}", "certain": certain}])
        for n, (at, one, other, kind) in enumerate(names):
            row = {"batch_id": at, "line": 1000 + n, "seq": 1000 + n, "event_time": 0, "record": f"n{n}", "reason": ""}
            connection.execute(insert(alias), [{**shared, **row, "one": one, "other": other, "kind": kind}])
        for n, seq in enumerate(mistaken):
            row = {"batch_id": n, "line": 2000 + n, "seq": 2000 + n, "event_time": 0, "record": f"c{n}", "reason": ""}
            target = {"target_author": "a", "target_record": f"r{seq}", "corrective": []}
            connection.execute(insert(correction), [{**shared, **row, **target}])


def fill_together(store: Store, emptied_at: list, parts: list) -> None:
    """What single events tell only together; each is a chain of its own."""
    with store.writing() as connection:
        for n, (at, parent, time) in enumerate(emptied_at):
            row = {"batch_id": at, "line": 3000 + n, "seq": 3000 + n, "event_time": time, "record": f"e{n}"}
            connection.execute(
                insert(emptied), [{"author": "hub", "chain": f"e{n}", "holds": "link", "parent": parent, **row}]
            )
        for n, (at, name, output, thing, time) in enumerate(parts):
            row = {"batch_id": at, "line": 4000 + n, "seq": 4000 + n, "event_time": time, "record": f"t{n}", "item": 0}
            said = {"transformation": name, "output": output, "single": thing != LOT, "thing": thing, "operation": ""}
            connection.execute(insert(transformation_part), [{"author": "hub", "chain": f"t{n}", **row, **said}])


def answer(levels, connection) -> tuple[dict[str, tuple[int, int]], bool]:
    found, cut = {}, False
    try:
        for level in levels:
            items = level.items
            if isinstance(items, np.ndarray):
                named = names_of(connection, items.tolist())
                items = [named[n] for n in items.tolist()]
            found |= {item: (level.depth, mark) for item, mark in zip(items, level.marks, strict=True)}
    except Cut:
        cut = True
    return found, cut


@given(
    st.tuples(statements, aliases, wrong, emptyings, transformations),
    st.sampled_from([None, 3, 6]),
    st.integers(1, 8),
    st.data(),
)
@settings(max_examples=60, deadline=None)
def test_arrays_and_store_reach_the_same(recorded, as_of, depth, data) -> None:
    told, names, mistaken, emptied_at, parts = recorded
    with tempfile.TemporaryDirectory() as folder:
        store = create_store(Path(folder) / "hub.db")
        fill(store, told, names, mistaken)
        fill_together(store, emptied_at, parts)
        with store.writing() as connection:
            number_linked_items(connection, 0, BATCHES)
        moment = Moment(as_of=None if as_of is None else from_micros(as_of), log_size=BATCHES)
        with store.reading() as connection:
            known = Known(connection, moment)
            seeds = {
                known.item(name) for name in data.draw(st.sets(st.sampled_from([*ITEMS, LOT, *PRIVATE]), min_size=1))
            }
            limits = ReachLimits(items=1000, depth=depth)
            plain = answer(reach_plainly(seeds, known, moment.as_of, limits), connection)
            whole = Current(build(connection, BATCHES), np.zeros(0, np.int32))
            assert (
                answer(reach_quickly(connection, seeds, Known(connection, moment), whole, limits), connection) == plain
            )
            if not mistaken:  # arrays of half the log, and the news
                half = build(connection, 3)
                stale = stale_children(connection, half, BATCHES, most=1000)
                assert stale is not None
                quick = reach_quickly(connection, seeds, Known(connection, moment), Current(half, stale), limits)
                assert answer(quick, connection) == plain
            (start, *_) = sorted(seeds)
            back = trace(start, known, as_of=moment.as_of)
            numbers = numbers_of(connection, [start])
            if numbers:
                items, _ = as_built(whole.adjacency, numbers[start], as_of)
                assert set(names_of(connection, items.tolist()).values()) == set(back.depth_of)
        store.close()


@pytest.mark.parametrize(("least", "made"), [(0, True), (1_000, False)])
def test_the_desk_makes_arrays_only_for_many_links_and_again_when_names_change(
    hub: Hub, least: int, made: bool
) -> None:
    desk = AdjacencyDesk(hub, DeskLimits(least_links=least))
    told = [(0, ITEMS[0], ITEMS[1], "ADD", 0, None)]
    with hub.store.writing() as connection:
        put_rows(connection, link, [_row(1, *told[0][1:3])])
    first = desk.current(2)
    assert (first is not None) is made
    if first is None:
        return
    assert desk.current(2) is first
    with hub.store.writing() as connection:
        put_rows(connection, link, [_row(2, ITEMS[2], ITEMS[0])])
    second = desk.current(3)
    assert second is not None
    assert second.adjacency is first.adjacency
    with hub.store.reading() as connection:
        assert names_of(connection, second.stale.tolist()).keys() == set(second.stale.tolist())
        assert list(names_of(connection, second.stale.tolist()).values()) == [ITEMS[0]]
    assert desk.current(1) is None  # long ago
    with hub.store.writing() as connection:
        row = {"batch_id": 3, "line": 2, "author": "a", "chain": "c", "seq": 9, "event_time": 0, "record": "n"}
        connection.execute(insert(alias), [{**row, "one": PRIVATE[0], "other": ITEMS[2], "kind": "same", "reason": ""}])
    third = desk.current(4)
    assert third is not None
    assert (third.adjacency.log_size, third.stale.size) == (4, 0)


def _row(at: int, parent: str, child: str) -> dict[str, object]:
    said = {"parent": parent, "child": child, "action": "ADD", "certain": True, "operation": "OP"}
    return (
        {"batch_id": at, "line": 2, "item": 0, "author": "a", "chain": "c", "seq": at, "event_time": 0}
        | said
        | {"result_id": "r", "position": None, "quantity": None, "uom": None, "plant": None}
    )
