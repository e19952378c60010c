"""Quarantine: listed with its reason, and read again after a fix as if it had never been."""

import json
import sqlite3
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from small_hub import SmallAgent, projection_of, small_agent, small_hub
from sqlalchemy.exc import OperationalError

from hub.cli import main
from hub.errors import NotFound, StoreFull
from hub.ingest.ingest import ingest
from hub.parts import Hub
from hub.projection import objection
from hub.projection.production import unit_result_rows
from hub.projection.rebuild import rebuild
from hub.projection.registry import PROJECTORS
from hub.projection.replay import replay
from hub.projection.sender import Place
from hub.rollup.roll_up import roll_up_new
from hub.store.core.database import Writing
from hub.store.ledger.batches import batch_body, log_size
from hub.store.packed.columns import ResultColumns
from hub.store.writing.rows import Row, rows_of_batch
from traceability.record.production import UnitResultRecord
from traceability.sync import CLOCK_AHEAD, open_receipt


def bodies(hub: Hub) -> list[bytes | None]:
    with hub.store.reading() as connection:
        return [batch_body(connection, index) for index in range(log_size(connection))]


def rows_of(hub: Hub) -> dict[str, list[dict[str, object]]]:
    """All rows but the keys, which are each hub's own."""
    return {name: rows for name, rows in projection_of(hub).items() if name != "author_key"}


def fill(hub: Hub) -> None:
    agent, other = small_agent(hub), small_agent(hub, "b.line-1", plant="plant-b")
    for number in range(3):
        ingest(hub, agent.seal(agent.result(f"S{number}"), agent.loss(1)), compressed=False)
        ingest(hub, other.seal(other.loss()), compressed=False)


def faulty(record: UnitResultRecord, _sender: object) -> str:
    return "a check that is wrong" if not (record.unit or "").endswith("S1") else ""


def no_batch_is_usual(*_batch: object) -> None:
    """So that each record is checked by itself."""


def test_after_a_fix_the_rows_are_as_if_never_quarantined_and_the_ledger_is_untouched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    never, hub = small_hub(tmp_path / "never"), small_hub(tmp_path / "hub")
    fill(never)
    with monkeypatch.context() as fault:
        fault.setitem(objection._CHECKS, UnitResultRecord, faulty)
        fault.setattr("hub.ingest.admit.usual_batch", no_batch_is_usual)
        fill(hub)
    assert [row["reason"] for row in projection_of(hub)["quarantine"]] == ["a check that is wrong"] * 2
    before = bodies(hub)
    done = replay(hub)
    assert (done.batches, done.records, done.remaining) == (2, 2, 0)
    assert bodies(hub) == before
    assert rows_of(hub) == rows_of(never)
    rebuild(hub)
    assert rows_of(hub) == rows_of(never)
    assert replay(hub).batches == 0
    never.store.close()
    hub.store.close()


def test_a_replay_that_fails_changes_nothing(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as fault:
        fault.setitem(objection._CHECKS, UnitResultRecord, faulty)
        fault.setattr("hub.ingest.admit.usual_batch", no_batch_is_usual)
        fill(hub)
    rows = projection_of(hub)

    def broken(record: UnitResultRecord, _sender: object) -> str:
        if (record.unit or "").endswith("S2"):
            raise NotFound("half way")
        return ""

    monkeypatch.setitem(objection._CHECKS, UnitResultRecord, broken)
    with pytest.raises(NotFound):
        replay(hub)
    assert projection_of(hub) == rows


def test_the_command_shows_reasons_and_reads_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    hub = small_hub(tmp_path / "hub")
    agent = small_agent(hub)
    bad = b'{"kind":"po\\u001bem","id":"x"}'
    ingest(hub, agent.seal_lines(bad), compressed=False)
    hub.store.close()
    data = ["--data", str(tmp_path / "hub")]
    assert main(["quarantine", "list", *data, "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert [(line["author"], line["seq"]) for line in said["quarantined"]] == [(agent.author, 1)]
    assert main(["quarantine", "list", *data]) == 0
    shown = capsys.readouterr().out
    assert "record 1:" in shown
    assert "\x1b" not in shown
    assert main(["quarantine", "replay", *data, "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said == {"batches": 1, "records_taken": 0, "still_quarantined": 1}
    assert main(["quarantine", "list", *data, "--author", "nobody"]) == 0
    assert "nothing" in capsys.readouterr().out


def test_a_clock_years_ahead_loses_nothing_and_is_told_in_the_signed_receipt(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    hub = small_hub(tmp_path / "hub")
    agent = small_agent(hub)
    now = hub.clock()
    agent.header = {"sealed_at": now + timedelta(days=800)}
    late = agent.result("S1", event_time=now + timedelta(days=801))
    taken = ingest(hub, agent.seal(late, agent.result("S2", 1)), compressed=False)
    receipt = open_receipt(taken.stored.receipt.encode(), hub.signer.public_key)
    (notice,) = receipt.notices
    assert notice.type == CLOCK_AHEAD
    assert "801 days ahead" in notice.detail
    assert "1 records, the first is number 1" in notice.detail
    assert "NTP" in notice.advice
    assert receipt.quarantined == ()
    assert len(projection_of(hub)["unit_result"]) == 2
    assert "801 days ahead" in caplog.text
    hub.store.close()
    assert main(["quarantine", "list", "--data", str(tmp_path / "hub")]) == 0
    assert "800 days" in capsys.readouterr().out


@pytest.mark.parametrize(("minutes", "told"), [(4, False), (6, True), (-600_000, False)])
def test_a_little_drift_and_the_past_are_not_told(hub: Hub, agent: SmallAgent, minutes: int, told: bool) -> None:
    agent.header = {"sealed_at": hub.clock() + timedelta(minutes=minutes)}
    taken = ingest(hub, agent.seal(agent.result("S1")), compressed=False)
    assert bool(taken.notices) is told


def failing_projector(record: UnitResultRecord, place: Place) -> list[Row]:
    if (record.unit or "").endswith("S1"):
        raise KeyError("a projector with a mistake")
    return unit_result_rows(record, place)


def unwritable_rows(record: UnitResultRecord, place: Place) -> list[Row]:
    rows = unit_result_rows(record, place)
    huge = 2**70 if (record.unit or "").endswith("S1") else 1
    return [(table, {**row, "attempt": huge}) for table, row in rows]


@pytest.mark.every_store(spread=True)
@pytest.mark.parametrize("mistake", [failing_projector, unwritable_rows])
def test_a_mistake_in_a_projector_sets_its_record_aside_and_the_chain_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mistake: Callable[[UnitResultRecord, Place], list[Row]]
) -> None:
    never, hub = small_hub(tmp_path / "never"), small_hub(tmp_path / "hub")
    fill(never)
    with monkeypatch.context() as fault:
        fault.setitem(PROJECTORS, UnitResultRecord, mistake)
        agent = small_agent(hub)
        other = small_agent(hub, "b.line-1", plant="plant-b")
        told = []
        for number in range(3):
            taken = ingest(hub, agent.seal(agent.result(f"S{number}"), agent.loss(1)), compressed=False)
            told += open_receipt(taken.stored.receipt.encode(), hub.signer.public_key).quarantined
            ingest(hub, other.seal(other.loss()), compressed=False)
        (aside,) = projection_of(hub)["quarantine"]
        assert "this version of the hub fails on it" in aside["reason"]
        assert [item.seq for item in told] == [aside["seq"]]
        before = projection_of(hub)
        rebuild(hub)
        assert projection_of(hub) == before
    assert replay(hub).records == 1
    assert rows_of(hub) == rows_of(never)
    never.store.close()
    hub.store.close()


def test_a_mistake_in_a_roll_up_sets_the_batch_aside(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(
        connection: Writing, batch_id: int, last: int, rows: Sequence[Row], results: ResultColumns | None = None
    ) -> None:
        roll_up_new(connection, batch_id, last, rows, results)
        if any(table == "unit_result" for table, _ in rows_of_batch(connection, batch_id)):
            raise ZeroDivisionError("a roll-up with a mistake")

    agent = small_agent(hub)
    with monkeypatch.context() as fault:
        fault.setattr("hub.ingest.admit.roll_up_new", failing)
        ingest(hub, agent.seal(agent.result("S1"), agent.loss(1)), compressed=False)
        ingest(hub, agent.seal(agent.loss()), compressed=False)
    rows = projection_of(hub)
    assert [row["seq"] for row in rows["quarantine"]] == [1, 2]
    assert len(rows["data_loss"]) == 1
    assert replay(hub).records == 2


@pytest.mark.in_a_file("it is SQLite that says so here; a server's words are in store/test_server_faults.py")
def test_a_full_disk_is_no_mistake_of_a_record(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_batch: object) -> None:
        raise OperationalError("INSERT", {}, sqlite3.OperationalError("database or disk is full"))

    agent = small_agent(hub)
    monkeypatch.setattr("hub.ingest.admit.roll_up_new", full)
    with pytest.raises(StoreFull):
        ingest(hub, agent.seal(agent.result("S1")), compressed=False)
    assert projection_of(hub)["quarantine"] == []
