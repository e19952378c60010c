"""An update continues the file of every version before it; going back is possible as long as the format says so."""

import shutil
import sqlite3
from pathlib import Path
from random import Random

import pytest
from small_outbox import Bench

from edge_agent.errors import OutboxUnusable
from edge_agent.outbox.batches import oldest_unacknowledged, purge
from edge_agent.outbox.report import read_report, report
from edge_agent.outbox.schema import FORMAT, open_file
from traceability.record.production import HoldRecord, UnitResultRecord
from traceability.unit import Verdict

HERE = Path(__file__).parent
FILES = sorted(HERE.glob("*.db"))


@pytest.fixture(params=FILES, ids=[file.stem for file in FILES])
def bench(request, tmp_path):
    return Bench(shutil.copy(request.param, tmp_path / "outbox.db"), random=Random(2))


def test_the_files_of_earlier_versions_are_here():
    assert "1-first" in [file.stem for file in FILES]


def test_it_is_readable_before_it_is_opened_for_writing(bench):
    report = read_report(bench.path)
    assert (report.chain.next_batch, report.unsent_batches, report.kept_batches) == (4, 1, 2)
    assert report.unsealed_records == 4
    assert (report.last_receipt.seq, report.uplink.state) == (2, "down")
    (op10, op20) = report.operations
    assert (op10.counts.submitted, op10.counts.first_ok, op10.counts.attempts) == (5, 3, 6)
    assert (op20.counts.submitted, op20.counts.first_ok) == (1, 1)


async def test_it_is_continued_where_it_stands(bench):
    before = bench.audit()
    outbox = await bench.open()
    try:
        again = await outbox.append(bench.submission(7, "H7", Verdict.NOT_OK))
        assert not again.fresh, "a cycle stored by the earlier version is known"
        assert (await outbox.find_cycle("OP10", bench.submission(5).key)).outcome == 2
        unsent = await outbox.oldest_unacknowledged()
        assert unsent.seq == 3
        assert unsent.body.startswith(b"{")
        await outbox.append(bench.submission(9, "H7"))
        batch = await outbox.seal(500)
        assert batch.seq == 4
    finally:
        outbox.close()
    after = bench.audit()
    assert after.batches[:3] == before.batches, "sealed bytes never change"
    assert after.records[: len(before.records)] == before.records
    new = [record for record in after.records[len(before.records) :] if isinstance(record, UnitResultRecord)]
    assert [(record.unit[-2:], record.attempt) for record in new] == [("H7", 2)]
    report = read_report(bench.path)
    assert report.operations[0].counts.first_ok == 3, "the second submission changes nothing of the first"
    assert after.claims_checked > before.claims_checked


async def test_holds_that_an_earlier_version_placed_get_their_records(tmp_path):
    bench = Bench(shutil.copy(HERE / "1-interlock.db", tmp_path / "outbox.db"), random=Random(2))
    connection = sqlite3.connect(bench.path)
    columns = "id, scope, target, reason, placed_by, placed_at, released_by, released_at, release_reason"
    rows = [("h1", "station", "OP10", "x" * 3000, "q7", 1, None, None, None),
            ("h2", "station", "OP20", "x", "q7", 2, "q8", 3, "y")]  # fmt: skip
    connection.executemany(f"INSERT INTO hold ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
    connection.commit()
    connection.close()
    for _ in range(2):
        (await bench.open()).close()
    found = [(record.id, str(record.state)) for record in bench.audit().of(HoldRecord)]
    assert found == [("hold:h1", "placed"), ("hold:h2", "placed"), ("hold:h2", "released")]


@pytest.mark.parametrize("ask", [oldest_unacknowledged, report, lambda connection: purge(connection, Bench.now)])
def test_the_batches_that_are_kept_are_not_gone_through_for_what_waits(bench, ask):
    connection = open_file(bench.path)
    asked = []
    connection.set_trace_callback(asked.append)
    ask(connection)
    connection.set_trace_callback(None)
    statements = [statement for statement in asked if " batch " in statement]
    plans = [row[-1] for statement in statements for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}")]
    connection.close()
    steps = [step for step in plans if "batch" in step]
    assert steps
    assert all("INDEX batch_" in step or "USING INTEGER PRIMARY KEY (rowid=?)" in step for step in steps), steps


def test_going_back_is_possible_because_only_what_may_be_empty_was_added(tmp_path):
    """What the first version writes must still be taken: no new column that it would have to fill."""
    new = open_file(tmp_path / "outbox.db")
    old = sqlite3.connect(f"{(HERE / '1-first.db').as_uri()}?mode=ro&immutable=1", uri=True)
    try:
        assert new.execute("PRAGMA user_version").fetchone() == old.execute("PRAGMA user_version").fetchone()
        tables = [name for (name,) in old.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            columns = {name: (kind, filled) for _, name, kind, filled, *_ in new.execute(f"PRAGMA table_info({table})")}
            for _, name, kind, filled, *_ in old.execute(f"PRAGMA table_info({table})"):
                assert columns.pop(name) == (kind, filled)
            assert not [name for name, (_, filled) in columns.items() if filled], table
    finally:
        new.close()
        old.close()


async def test_a_file_of_a_later_format_is_refused_and_left_alone(tmp_path):
    bench = Bench(shutil.copy(FILES[0], tmp_path / "outbox.db"))
    connection = sqlite3.connect(bench.path)
    connection.execute(f"PRAGMA user_version={FORMAT + 1}")
    connection.close()
    before = bench.path.read_bytes()
    with pytest.raises(OutboxUnusable, match=f"has format {FORMAT + 1}, this version reads up to {FORMAT}"):
        await bench.open()
    with pytest.raises(OutboxUnusable, match="run the version that wrote it, or a newer one"):
        read_report(bench.path)
    assert bench.path.read_bytes() == before
