"""Values in the cold tier: the same answers, readable by others, never a wrong value, made again from the ledger."""

import os
import shutil
import signal
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_hub import START, projection_of, small_agent
from sqlalchemy import select

from hub.backup.make import check_backup, make_backup
from hub.composition import open_copy
from hub.errors import ColdTrouble
from hub.ingest.ingest import ingest
from hub.parts import Hub
from hub.projection.rebuild import rebuild
from hub.store.beside import table_digests
from hub.store.cold import POINTER, Pointer
from hub.store.cold_values import ColdColumn, parquet_of, read_values
from hub.store.measured_queries import values_where
from hub.store.measured_tables import value_column
from hub.store.value_body import GOOD, Doubt, to_body
from hub.tiers import values as tier
from hub.tiers.folder import cold_folder, names_in
from hub.tiers.inspect import faults_of
from hub.tiers.values import fetch_values, move_values
from traceability.measurement import Status
from traceability.record.production import MeasuredValue, MeasurementsRecord

LATER = START + timedelta(days=400)


@pytest.fixture
def told(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> Hub:
    monkeypatch.setattr(tier, "BATCHES_A_FILE", 2)
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
    before, rows, folder = answers(told), rows_of(told), cold_folder(told.settings.data)
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


def test_duckdb_reads_them(told: Hub) -> None:
    move_values(told, LATER)
    files = str(cold_folder(told.settings.data) / "values" / "*.parquet")
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
    (cold_folder(told.settings.data) / file.name).write_bytes(b"PAR1 no more")
    with told.store.reading() as connection, pytest.raises(ColdTrouble, match="batch ") as trouble:
        values_where(connection)
    assert file.name in str(trouble.value)
    assert file.name in faults_of(told.store, cold_folder(told.settings.data))[0]
    assert rebuild(told).replaced == ("value_column",)
    assert (answers(told), rows_of(told)) == (before, rows)
    assert sum(file.pieces for file in move_values(told, LATER)) == 10
    assert answers(told) == before


def test_a_file_with_another_value_is_never_answered_from(told: Hub) -> None:
    (file, *_) = move_values(told, LATER)
    path = cold_folder(told.settings.data) / file.name
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
    shutil.rmtree(cold_folder(told.settings.data))
    assert check_backup(tmp_path / "backup", open_copy).checkpoint is not None
    assert rows_of(open_copy(tmp_path / "backup")) == rows


@pytest.mark.parametrize(
    "step", ["put_file", "check_file", "overlaps", "put_columns", "add_cold_file", "drop_cold_file"]
)
def test_a_move_or_fetch_that_is_killed_loses_nothing(told: Hub, step: str) -> None:
    before, projection, folder = answers(told), projection_of(told), cold_folder(told.settings.data)
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
        assert read_values(folder, Pointer("v.parquet", begin, size, sha256), "it") == bodies[batch]
    assert len(places) == len(bodies)


def body(cells: list[Any]) -> bytes:
    lines, items, values, states, raws = zip(*cells, strict=True)
    doubts = [
        Doubt(n, state, raw, value is None)
        for n, (value, state, raw) in enumerate(zip(values, states, raws, strict=True))
        if value is None or raw is not None or state != GOOD
    ]
    return to_body(lines, items, [value or 0 for value in values], doubts)
