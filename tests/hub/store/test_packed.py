"""Results and measurements lie narrow in a file, and nobody who reads or writes them finds any difference."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from packed_rows import TABLES, all_of, narrow, put_wide, record, result, stored, wide
from query_plans import read_whole
from small_hub import SmallAgent, projection_of, small_agent, small_hub
from small_postgres import SmallPostgres
from sqlalchemy import Connection, delete, select, update
from sqlalchemy.exc import IntegrityError

from hub.composition import open_hub
from hub.ingest.ingest import ingest
from hub.migrate.move import move
from hub.parts import Hub
from hub.store.backend.beside import table_digests
from hub.store.backend.copying import open_copy_store
from hub.store.backend.schema import upgrade
from hub.store.backend.sqlite_file import FileStore, create_store, open_store
from hub.store.core.database import Store
from hub.store.core.place import FilePlace
from hub.store.packed.layout import SHAPE
from hub.store.packed.write import clear_packed
from hub.store.tables.every import measured, unit_result
from hub.store.writing.put import put_stored
from hub.store.writing.rows import write_new_rows, write_rows
from hub.store.writing.savepoint import undone_on_error
from traceability.record.production import MeasuredValue, MeasurementsRecord, UnitResultRecord

maybe = st.none() | st.sampled_from(["", "x", "é壳"])
few = {"plan": maybe, "plant": maybe, "operation": st.sampled_from(["OP10", "OP20"]), "event_time": st.integers(0, 9)}
of_results = {
    "verdict": st.sampled_from(["OK", "NOT_OK"]), "flags": st.lists(st.sampled_from(["SIMULATED", "MANUAL"])),
    "purpose": st.sampled_from(["first", "rework"]), "work_cell": st.sampled_from(["w", "W "]), "defect": maybe,
    "source_time": st.none() | st.integers(-(2**40), 2**53), "cycle": st.none() | st.integers(0, 2**62),
}  # fmt: skip
told = st.tuples(
    st.booleans(),
    st.sampled_from(["r1", "r2"]),
    st.sampled_from(["u1", None]),
    st.fixed_dictionaries({}, optional=few),
    st.fixed_dictionaries({}, optional=of_results),
    st.integers(0, 1),
)
batches = st.lists(st.lists(told, max_size=6), min_size=1, max_size=4)


def rows_of(lines: Sequence[Sequence[Any]]) -> list[list[tuple[str, dict[str, Any]]]]:
    """What each batch becomes; line 1 is the header."""
    found = []
    for batch_id, batch in enumerate(lines):
        own: list[tuple[str, dict[str, Any]]] = []
        for line, (is_result, name, unit, shared, other, later) in enumerate(batch, start=2):
            seq = {"seq": 100 * batch_id + line + later}
            if is_result:
                own.append((unit_result.name, result(batch_id, line, name, unit, **shared, **other, **seq)))
            else:
                own.append((measured.name, record(batch_id, line, name, unit, **shared, **seq)))
        found.append(own)
    return found


RIVALS: list[Any] = [(True, "r1", "u1", {}, {}, 0), (True, "r1", "u1", {}, {}, 0), (False, "r1", "u1", {}, {}, 0)]
FAR: list[Any] = [(True, "r1", "u1", {}, {}, 0), (True, "r2", "u1", {}, {}, 0), (False, "r1", "u1", {}, {}, 0)]
BEFORE: list[Any] = [
    (False, "r1", "u1", {}, {}, 0),
    (True, "r1", "u1", {}, {"source_time": 0}, 0),
    (False, "r1", None, {}, {}, 0),
]


@settings(max_examples=60, deadline=None)
@given(batches, st.lists(st.integers(1, 3)))
@example([RIVALS, FAR, BEFORE], [1])
@example([[*RIVALS, *RIVALS], [*FAR, *FAR]], [2])
@example([[(True, "r1", "u1", {"plant": ""}, {}, 0)], [(True, "r1", "u1", {"plant": None}, {}, 0)]], [2])
def test_what_is_read_is_what_was_written_in_whatever_portions(lines: list[Any], portions: list[int]) -> None:
    made = rows_of(lines)
    with narrow() as connection, wide() as model:
        waiting = list(made)
        for size in [*portions, len(waiting)]:
            write_new_rows(connection, [row for batch in waiting[:size] for row in batch])
            del waiting[:size]
        for batch in made:
            put_wide(model, batch)
        assert all_of(connection) == all_of(model)
        numbers = [row[0] for row in stored(connection, "result_shape")]
        assert len(numbers) == len({row[1:] for row in stored(connection, "result_shape")})
        for batch_id, batch in enumerate(made):  # again, and each batch by itself
            write_rows_of(connection, batch_id, batch)
        assert all_of(connection) == all_of(model)
        clear_packed(connection, 0)
        for table in TABLES:
            model.execute(delete(table).where(table.c.batch_id == 0))
        assert all_of(connection) == all_of(model)


def write_rows_of(connection: Connection, batch_id: int, rows: list[tuple[str, dict[str, Any]]]) -> None:
    clear_packed(connection, batch_id)
    write_new_rows(connection, rows)


@settings(max_examples=30, deadline=None)
@given(batches, st.booleans())
@example([RIVALS, FAR, BEFORE], True)
def test_rows_that_come_from_another_store_are_the_same(lines: list[Any], results_first: bool) -> None:
    with narrow() as connection, wide() as model, narrow() as directly:
        for batch in rows_of(lines):
            put_wide(model, batch)
            write_new_rows(directly, batch)
        for table in TABLES if results_first else TABLES[::-1]:
            names = [f'CAST("{c.name}" AS TEXT)' if c.name == "flags" else f'"{c.name}"' for c in table.columns]
            rows = list(model.exec_driver_sql(f"SELECT {', '.join(names)} FROM {table.name}"))
            put_stored(connection, table, rows)
        assert all_of(connection) == all_of(model)
        if all(name == unit_result.name for batch in rows_of(lines) for name, _ in batch):
            assert stored(connection, "result_row") == stored(directly, "result_row")


@settings(max_examples=30, deadline=None)
@given(batches, st.data())
@example([RIVALS, FAR, BEFORE], None)
def test_views_are_written_as_tables_are(lines: list[Any], data: st.DataObject | None) -> None:
    with narrow() as connection, wide() as model:
        for batch in rows_of(lines):
            write_new_rows(connection, batch)
            put_wide(model, batch)
        for step in range(4):
            chosen = step if data is None else data.draw(st.integers(0, 5))
            table = TABLES[chosen % 2]
            where = (table.c.line == (3 if data is None else data.draw(st.integers(2, 5))),)
            statement = (
                delete(table).where(*where),
                update(table).where(*where).values(plan="p", event_time=7, unit=None),
                update(table).where(*where).values(result_id="other", line=table.c.line + 100 * (step + 1)),
            )[chosen % 3]
            for each in (connection, model):
                each.execute(statement)
            assert all_of(connection) == all_of(model)
        row = result(77, 2, "r", "u", flags=["MANUAL"], source_time=5)
        for each in (connection, model):
            each.execute(unit_result.insert(), [row])
            each.execute(measured.insert(), [record(77, 3, "r", "u")])
        assert all_of(connection) == all_of(model)


def test_a_row_that_says_too_little_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    store = create_store(tmp_path / "hub.db")
    with store.writing() as connection:
        for wrong in ({"verdict": None}, {"result_id": None}, {"author": None}):
            with pytest.raises(IntegrityError), undone_on_error(connection):
                write_new_rows(connection, [("unit_result", result(1, 2, "r", "u", work_cell="new") | wrong)])
        with pytest.raises(IntegrityError), undone_on_error(connection):
            connection.execute(unit_result.insert(), [result(1, 2, "r", "u") | {"verdict": None, "flags": []}])
        assert all_of(connection) == {"unit_result": [], "measured": []}
        assert stored(connection, "result_shape") == []
    store.close()


def test_what_is_undone_is_not_relied_on(tmp_path: Path) -> None:
    """Two programs on one file, each undoing now and then what it wrote, give and use the same shapes."""
    first = create_store(tmp_path / "hub.db")
    stores: list[Store] = [first, open_store(tmp_path / "hub.db")]
    expected: list[tuple[int, str]] = []
    at = 0
    for turn in range(24):
        store, cell = stores[turn % 2], f"w{turn // 3}"
        fails = turn % 3 == 0
        try:
            with store.writing() as connection:
                try:
                    with undone_on_error(connection):
                        at += 1
                        write_new_rows(connection, [("unit_result", result(at, 2, "r", "u", work_cell=f"part-{cell}"))])
                        if turn % 4 < 2:
                            raise LookupError(turn)
                    partly = [(at, f"part-{cell}")]
                except LookupError:
                    partly = []
                at += 1
                write_new_rows(connection, [("unit_result", result(at, 2, "r", "u", work_cell=cell))])
                if fails:
                    raise ArithmeticError(turn)
            expected += [*partly, (at, cell)]
        except ArithmeticError:
            pass
    with first.reading() as connection:
        found = connection.execute(select(unit_result.c.batch_id, unit_result.c.work_cell).order_by("batch_id")).all()
    assert list(map(tuple, found)) == expected
    for store in stores:
        store.close()


def filled(hub: Hub, agent: SmallAgent, units: int = 6) -> None:
    for number in range(units):
        made = agent.result(f"S{number}")
        assert isinstance(made, UnitResultRecord)
        values = (MeasuredValue(characteristic="bore", value=25 + number, decimals=1, uom="mm"),)
        told: dict[str, Any] = {"unit": made.unit, "operation": made.operation, "values": values}
        follows = MeasurementsRecord(id=made.id, **told, **agent.stamp(1))
        alone = MeasurementsRecord(id="of another", **told, **agent.stamp(2))
        ingest(hub, agent.seal(made, follows, alone), compressed=False)


@pytest.mark.own_store
def test_from_a_file_to_a_server_and_back(tmp_path: Path, postgres: SmallPostgres) -> None:
    hub = small_hub(tmp_path / "hub")
    filled(hub, small_agent(hub))
    with hub.store.reading() as connection:
        rows, digests = all_of(connection), table_digests(connection)
        assert len(rows["unit_result"]) == len(stored(connection, "measured_alone")) == 6
        assert len(rows["measured"]) == 12
    assert isinstance(hub.store, FileStore)
    moved = move(hub.store, hub.settings.data, postgres.new_database(), lambda _done, _total: None)
    assert moved.tables["measured"].rows == 12
    hub.store.close()
    served = open_hub(hub.settings.data)
    served.store.copy_to(tmp_path / "copy.db")
    served.store.close()
    copy = open_copy_store(tmp_path / "copy.db")
    with copy.reading() as connection:
        assert (all_of(connection), table_digests(connection)) == (rows, digests)
        assert len(stored(connection, "measured_alone")) == 6, "what follows its result has joined it"
    copy.close()


@pytest.mark.own_store
def test_wide_tables_become_narrow_and_wide_again(tmp_path: Path) -> None:
    hub = small_hub(tmp_path / "hub")
    filled(hub, small_agent(hub))
    for batch_id, batch in enumerate(rows_of([RIVALS, FAR, BEFORE]), start=1000):
        moved = [(name, row | {"batch_id": batch_id}) for name, row in batch]
        with hub.store.writing() as connection:
            write_rows(connection, batch_id, moved)
    rows = projection_of(hub)
    with hub.store.reading() as connection:
        digests = table_digests(connection)
        said = sorted(connection.exec_driver_sql("SELECT type, name FROM sqlite_master").all())
    assert isinstance(hub.store.place, FilePlace)
    for _ in range(2):
        upgrade(hub.store, "0007")
        assert projection_of(hub) == rows
        with hub.store.reading() as connection:
            kinds = connection.exec_driver_sql("SELECT name, type FROM sqlite_master WHERE name IN ('measured')").all()
            assert kinds == [("measured", "table")]
            assert table_digests(connection) == digests
        upgrade(hub.store)
        assert projection_of(hub) == rows
        with hub.store.reading() as connection:
            assert table_digests(connection) == digests
            assert sorted(connection.exec_driver_sql("SELECT type, name FROM sqlite_master").all()) == said
            assert set(SHAPE) <= {column[1] for column in connection.exec_driver_sql("PRAGMA table_info(result_shape)")}
    filled(hub, small_agent(hub, "b.line-1", plant="plant-b"))
    hub.store.close()


QUESTIONS = (
    "SELECT * FROM unit_result WHERE unit = ?",
    "SELECT * FROM unit_result WHERE result_id IN (?, ?) AND author = ? AND chain = ? AND batch_id < ?",
    "SELECT * FROM unit_result WHERE part = ? AND verdict = 'OK' AND result_id IN (SELECT value FROM json_each(?))",
    "SELECT * FROM unit_result WHERE plant IS NOT NULL AND batch_id >= ? AND batch_id <= ? ORDER BY batch_id, line",
    "SELECT count(*) FROM unit_result WHERE plant = ? AND verdict = 'NOT_OK' AND event_time >= ? AND event_time < ?",
    "SELECT * FROM unit_result WHERE plant = ? AND operation IN (?, ?) AND event_time >= ? AND event_time < ?",
    "SELECT * FROM measured WHERE unit = ? AND batch_id < ? ORDER BY batch_id, line",
    "SELECT * FROM measured WHERE batch_id IN (?, ?) AND plant = ? AND event_time >= ?",
    "SELECT * FROM measured WHERE author = ? AND chain = ? AND seq = ? AND batch_id = ?",
    "SELECT * FROM measured WHERE (batch_id, line) IN (SELECT value ->> 0, value ->> 1 FROM json_each(?))",
    "SELECT * FROM value_column c WHERE plant = ? AND EXISTS (SELECT 1 FROM measured m WHERE m.batch_id = c.batch_id)",
)


def test_questions_go_through_the_views_to_an_index(tmp_path: Path) -> None:
    store = create_store(tmp_path / "hub.db")
    with store.reading() as connection:
        seen = [(question, tuple("[]" for _ in range(question.count("?")))) for question in QUESTIONS]
        assert read_whole(connection, seen) == []
        for question, values in seen:
            plan = " ".join(step[3] for step in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {question}", values))
            assert "CO-ROUTINE" not in plan, question
            assert "MATERIALIZE" not in plan, question
            by_time = "verdict = 'NOT_OK'" in question or "operation IN" in question
            assert ("result_row_time" in plan) == by_time, f"{question}: {plan}"
    store.close()
