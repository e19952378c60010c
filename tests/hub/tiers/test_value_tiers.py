"""Values in the cold tier: the same answers, readable by others, never a wrong value, made again from the ledger."""

import os
import shutil
import signal
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_hub import GTIN, START, projection_of, small_agent
from sqlalchemy import select

from hub.backup.make import check_backup, make_backup
from hub.composition import open_copy
from hub.errors import ColdTrouble, DataDirectory
from hub.ingest.ingest import ingest
from hub.parts import Hub
from hub.projection.rebuild import rebuild
from hub.store.backend.beside import table_digests
from hub.store.backend.schema import upgrade
from hub.store.core.value_body import GOOD, Doubt, to_body
from hub.store.production.measured import values_where
from hub.store.tables.measured import value_column
from hub.store.tiers.cold import POINTER, Pointer
from hub.store.tiers.place import Folder, cold_place
from hub.store.tiers.values import ColdColumn, parquet_of, read_values
from hub.tiers import values as tier
from hub.tiers.folder import names_in
from hub.tiers.inspect import faults_of
from hub.tiers.values import fetch_values, move_values
from traceability.identifier.item import unit_uri
from traceability.measurement import Status
from traceability.record.production import MeasuredValue, MeasurementsRecord

LATER = START + timedelta(days=400)


@pytest.fixture
def told(hub: Hub, monkeypatch: pytest.MonkeyPatch, back_end: str) -> Hub:
    if back_end == "spread":
        pytest.skip("values on the nodes of a spread store stay there")
    monkeypatch.setattr(tier, "BATCHES_A_FILE", 2)
    monkeypatch.setattr(tier, "LEAST_BODY", 0)
    agent = small_agent(hub)
    for number in range(5):
        result = agent.result(f"S{number}")
        good = MeasuredValue(characteristic="torque", value=1000 + number, decimals=2, uom="N.m")
        bad = MeasuredValue(characteristic="depth", value=None, decimals=3, uom="mm", status=Status.BAD, raw="?!")
        stated = MeasurementsRecord(
            id=result.id, unit=result.unit, operation="OP10", values=(good, bad), **agent.stamp(1)
        )
        ingest(hub, agent.seal(result, stated), compressed=False)
    return hub


def rows_of(hub: Hub) -> list[bytes]:
    with hub.store.reading() as connection:
        found = connection.execute(select(value_column.c.body).order_by(value_column.c.batch_id, value_column.c.number))
        return list(map(bytes, found.scalars()))


def answers(hub: Hub) -> tuple[Any, ...]:
    with hub.store.reading() as connection:
        return values_where(connection), table_digests(connection)


@pytest.mark.every_store
def test_cold_values_are_read_like_hot_ones_and_come_back(told: Hub) -> None:
    before, rows, folder = answers(told), rows_of(told), cold_place(told.settings.data)
    assert len(before[0]) == 10
    assert move_values(told, START) == []
    assert sum(file.pieces for file in move_values(told, LATER)) == len(rows) == 10
    assert all(body.startswith(POINTER) for body in rows_of(told))
    assert answers(told) == before
    assert faults_of(told.store, folder) == []
    assert rebuild(told).replaced == ()
    assert move_values(told, LATER) == []
    assert len(fetch_values(told.store, folder)) == 3
    assert (rows_of(told), names_in(folder)) == (rows, set())


@pytest.mark.every_store
def test_programs_that_know_no_cold_tier_get_nothing_that_lies_there(told: Hub) -> None:
    before, folder = answers(told), cold_place(told.settings.data)
    move_values(told, LATER)
    with pytest.raises(DataDirectory, match=r"as it was: 3 files lie in the cold tier.*tiers fetch"):
        upgrade(told.store, "0003")
    assert answers(told) == before
    fetch_values(told.store, folder)
    upgrade(told.store, "0003")
    upgrade(told.store)
    assert answers(told)[0] == before[0]


def test_duckdb_reads_them(told: Hub) -> None:
    move_values(told, LATER)
    files = str((told.settings.data / "cold") / "values" / "*.parquet")
    with duckdb.connect() as base:
        found = base.execute(
            "SELECT unit, value / 10.0 ** decimals, uom, operation FROM read_parquet(?) WHERE characteristic = 'torque'"
            " ORDER BY event_time",
            [files],
        ).fetchall()
        bad = base.execute("SELECT DISTINCT value, status, raw FROM read_parquet(?) WHERE status <> 'Good'", [files])
        assert bad.fetchall() == [(None, "Bad", "?!")]
    assert [row[1:] for row in found] == [(10.0 + n / 100, "N.m", "OP10") for n in range(5)]
    assert [row[0][-2:] for row in found] == [f"S{n}" for n in range(5)]


@pytest.mark.every_store
def test_values_of_a_file_that_fails_are_refused_and_made_again_from_the_ledger(told: Hub) -> None:
    before, rows = answers(told), rows_of(told)
    (file, *_) = move_values(told, LATER)
    ((told.settings.data / "cold") / file.name).write_bytes(b"PAR1 no more")
    with told.store.reading() as connection, pytest.raises(ColdTrouble, match="batch ") as trouble:
        values_where(connection)
    assert file.name in str(trouble.value)
    assert file.name in faults_of(told.store, cold_place(told.settings.data))[0]
    assert rebuild(told).replaced == ("value_column",)
    assert (answers(told), rows_of(told)) == (before, rows)
    assert sum(file.pieces for file in move_values(told, LATER)) == 10
    assert answers(told) == before


def test_a_file_with_another_value_is_never_answered_from(told: Hub) -> None:
    (file, *_) = move_values(told, LATER)
    path = (told.settings.data / "cold") / file.name
    with duckdb.connect() as base:
        base.execute(
            f"COPY (SELECT * REPLACE (value + 1 AS value) FROM read_parquet('{path}')) TO '{path}.x' (FORMAT parquet)"
        )
    Path(f"{path}.x").replace(path)
    with told.store.reading() as connection, pytest.raises(ColdTrouble, match="not those that were moved"):
        values_where(connection)


def test_a_backup_holds_the_values(told: Hub, tmp_path: Path) -> None:
    rows = rows_of(told)
    move_values(told, LATER)
    make_backup(told, tmp_path / "backup")
    shutil.rmtree(told.settings.data / "cold")
    assert check_backup(tmp_path / "backup", open_copy).checkpoint is not None
    assert rows_of(open_copy(tmp_path / "backup")) == rows


@pytest.mark.parametrize(
    "step", ["put_file", "check_file", "overlaps", "put_columns", "add_cold_file", "drop_cold_file"]
)
def test_a_move_or_fetch_that_is_killed_loses_nothing(told: Hub, step: str) -> None:
    before, projection, folder = answers(told), projection_of(told), cold_place(told.settings.data)
    told.store.close()
    child = os.fork()
    if child == 0:
        module: Any = tier
        setattr(module, step, lambda *_: os.kill(os.getpid(), signal.SIGKILL))
        move_values(told, LATER)
        fetch_values(told.store, folder)
        os._exit(3)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    assert answers(told) == before
    assert faults_of(told.store, folder) == []
    move_values(told, LATER)
    assert answers(told) == before
    fetch_values(told.store, folder)
    assert (projection_of(told), names_in(folder)) == (projection, set())


def test_what_a_pointer_would_not_shorten_stays_in_its_row_and_is_in_the_file(
    told: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    before, rows = answers(told), rows_of(told)
    (file,) = move_values(told, LATER)
    assert (file.pieces, rows_of(told), answers(told)) == (0, rows, before)
    with duckdb.connect() as base:
        path = str((told.settings.data / "cold") / file.name)
        assert base.execute("SELECT count(*) FROM read_parquet(?)", [path]).fetchone() == (10,)
    assert move_values(told, LATER) == []
    fetch_values(told.store, cold_place(told.settings.data))
    assert (rows_of(told), names_in(cold_place(told.settings.data))) == (rows, set())


def test_values_take_half_of_the_room_they_took() -> None:
    """A line's day: ten characteristics of 4 decimals, a unit every two seconds, 200 results a batch."""
    dice, batches, n, each = Random(3), 50, 200, 10
    columns, first = [], 0
    for batch in range(batches):
        lines = range(2, 2 * n + 2, 2)
        stated = {line: (2_000_000 * (first + at), unit_uri(GTIN, f"S{first + at:08d}"), "OP10")
                  for at, line in enumerate(lines)}  # fmt: skip
        first += n
        for number in range(each):
            values = [round(dice.gauss(25_000, 60)) for _ in lines]
            columns.append(
                ColdColumn(
                    batch_id=batch, number=number, plant="p", characteristic=f"c{number}", uom="mm", decimals=4,
                    body=to_body(lines, [number] * n, values), stated=stated,
                )
            )  # fmt: skip
    whole, places = parquet_of(columns)
    held = sum(len(column.body) for column in columns)
    assert len(places) == batches * each
    assert len(whole) < 0.6 * held  # of these values 8 of 16 bits are chance: less than 0.47 can't be


CELLS = st.lists(
    st.tuples(
        st.integers(2, 10**6),
        st.integers(0, 9),
        st.one_of(st.none(), st.integers(-(2**62), 2**62)),
        st.sampled_from([GOOD, "Uncertain", "Bad"]),
        st.one_of(st.none(), st.text(max_size=5)),
    ),
    min_size=1,
    max_size=30,
)


@settings(max_examples=40, deadline=None)
@given(st.lists(CELLS, min_size=1, max_size=4))
def test_every_body_comes_back_or_stays(tmp_path_factory: pytest.TempPathFactory, columns: list[Any]) -> None:
    folder = tmp_path_factory.mktemp("cold")
    bodies = [body(cells) for cells in columns]
    whole, places = parquet_of(
        ColdColumn(batch_id=n, number=0, plant=None, characteristic="c", uom="mm", decimals=1, body=each, stated={})
        for n, each in enumerate(bodies)
    )
    (folder / "v.parquet").write_bytes(whole)
    for batch, _, begin, size, sha256 in places:
        assert read_values(Folder(folder), Pointer("v.parquet", begin, size, sha256), "it") == bodies[batch]
    assert len(places) == len(bodies)


def body(cells: list[Any]) -> bytes:
    lines, items, values, states, raws = zip(*cells, strict=True)
    doubts = [
        Doubt(n, state, raw, value is None)
        for n, (value, state, raw) in enumerate(zip(values, states, raws, strict=True))
        if value is None or raw is not None or state != GOOD
    ]
    return to_body(lines, items, [value or 0 for value in values], doubts)
