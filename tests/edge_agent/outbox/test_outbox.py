import asyncio
import sqlite3
from datetime import timedelta

import pytest
from msgspec.structs import replace

from edge_agent.errors import OutboxUnusable, StorageRefused
from edge_agent.outbox.report import read_report
from edge_agent.outbox.schema import FORMAT, open_file
from edge_agent.outbox.writer import Writer
from traceability.errors import LimitExceeded
from traceability.record.master import ControlPlanRecord
from traceability.record.production import ChainStartRecord, FirstPassClaim, MeasurementsRecord, UnitResultRecord
from traceability.unit import Environment, Flag, Verdict


async def test_a_chain_says_why_it_starts_and_by_which_plan(bench):
    outbox = await bench.open()
    await outbox.append(bench.submission(1, "S1"))
    await outbox.seal(100)
    outbox.close()

    found = bench.audit()
    kinds = [type(record) for record in found.records]
    assert kinds == [ChainStartRecord, ControlPlanRecord, UnitResultRecord, MeasurementsRecord, FirstPassClaim]
    assert found.records[1].id == read_report(bench.path).chain.plan
    assert found.batches[0].header.config == bench.config
    assert found.batches[0].header.environment is Environment.TEST


async def test_a_cycle_is_stored_once_however_often_it_comes(bench):
    outbox = await bench.open()
    first = await outbox.append(bench.submission(1, "S1", outcome=2))
    again = await outbox.append(bench.submission(1, "S1"))
    outbox.close()
    outbox = await bench.open()
    after_restart = await outbox.append(bench.submission(1, "S1"))
    known = await outbox.find_cycle("OP10", bench.submission(1, "S1").key)
    other_serial = await outbox.append(bench.submission(1, "S2"))
    other_station = await outbox.append(bench.submission(1, "S1", operation="OP20"))
    outbox.close()

    assert first.fresh
    assert not again.fresh
    assert (again.result, again.outcome) == (first.result, 2), "the controller is told the same again"
    assert after_restart == again == known
    assert other_serial.fresh
    assert other_station.fresh
    assert len(bench.audit().of(UnitResultRecord)) == 3


async def test_attempts_count_all_results_of_a_unit_at_an_operation(bench):
    outbox = await bench.open()
    plays = [
        ("S1", Verdict.NOT_OK, ()),
        ("S1", Verdict.OK, ()),
        ("S1", Verdict.OK, (Flag.ABORTED,)),
        ("S2", Verdict.NOT_DECIDABLE, ()),
        ("S2", Verdict.OK, ()),
        (None, Verdict.NOT_DECIDABLE, (Flag.NO_READ,)),
        (None, Verdict.NOT_DECIDABLE, (Flag.NO_READ,)),
    ]
    for cycle, (serial, verdict, flags) in enumerate(plays, start=1):
        await outbox.append(bench.submission(cycle, serial, verdict, flags=flags))
        if cycle == 3:
            outbox.close()
            outbox = await bench.open()
    await outbox.append(bench.submission(9, "S1", operation="OP20"))
    await outbox.seal(100)
    report = await outbox.report()
    outbox.close()

    results = bench.audit().of(UnitResultRecord)
    assert [result.attempt for result in results] == [1, 2, 3, 1, 2, 1, 1, 1]
    op10 = report.operations[0].counts
    assert (op10.submitted, op10.first_ok, op10.attempts, op10.invalid, op10.not_decidable) == (2, 1, 3, 3, 1)
    assert bench.audit().claims_checked == 2


async def test_claims_are_made_only_when_counts_changed_and_only_at_the_end_of_a_backlog(bench):
    outbox = await bench.open()
    for cycle in range(1, 6):
        await outbox.append(bench.submission(cycle, f"S{cycle}"))
    while await outbox.seal(4):
        pass
    await outbox.append(bench.submission(6, "S6", Verdict.NOT_DECIDABLE))
    await outbox.seal(100)
    outbox.close()

    found = bench.audit()
    assert [batch.header.records for batch in found.batches] == [4, 4, 5, 2]
    claims = found.of(FirstPassClaim)
    assert [(claim.through, claim.submitted) for claim in claims] == [(12, 5)]


async def test_records_made_under_one_configuration_are_not_sealed_under_another(bench):
    outbox = await bench.open()
    await outbox.append(bench.submission(1, "S1"))
    outbox.close()
    old, bench.config, bench.revision = bench.config, "sha256:" + "d" * 64, "B"
    outbox = await bench.open()
    await outbox.append(bench.submission(2, "S2"))
    await outbox.seal(100)
    outbox.close()

    found = bench.audit()
    assert [batch.header.config for batch in found.batches] == [old, bench.config]
    assert len(found.of(ControlPlanRecord)) == 2
    assert len(found.of(ChainStartRecord)) == 1


async def test_a_batch_never_changes_and_stays_thirty_days_after_its_receipt(bench):
    outbox = await bench.open()
    await outbox.append(bench.submission(1, "S1"))
    sealed = await outbox.seal(100)
    outbox.close()
    outbox = await bench.open()
    assert await outbox.oldest_unacknowledged() == sealed
    await outbox.acknowledge(1, b"receipt")
    await outbox.acknowledge(1, b"a later receipt of the same batch")
    assert await outbox.oldest_unacknowledged() is None
    bench.now += timedelta(days=29)
    assert await outbox.purge() == 0
    assert await outbox.batch(1) == sealed
    assert (await outbox.report()).last_receipt.envelope == "receipt"

    bench.now += timedelta(days=2)
    await outbox.append(bench.submission(2, "S2"))
    assert await outbox.purge() == 1
    assert await outbox.batch(1) is None
    assert not (await outbox.append(bench.submission(2, "S2"))).fresh
    following = await outbox.seal(100)
    outbox.close()
    assert following.seq == 2


async def test_the_last_cycle_of_a_station_is_remembered_however_old(bench):
    outbox = await bench.open()
    for cycle in (1, 2):
        await outbox.append(bench.submission(cycle, "S1"))
    bench.now += timedelta(days=365)
    await outbox.purge()
    assert (await outbox.append(bench.submission(1, "S1"))).fresh
    assert not (await outbox.append(bench.submission(2, "S1"))).fresh
    outbox.close()


async def test_many_stations_at_once_share_commits_and_keep_every_record(bench):
    outbox = await bench.open()
    commits = _count_commits(outbox)
    stored = await asyncio.gather(*(outbox.append(bench.submission(cycle, f"S{cycle}")) for cycle in range(200)))
    outbox.close()
    assert all(entry.fresh for entry in stored)
    assert len(bench.audit().of(UnitResultRecord)) == 200
    assert len(commits) < 100


async def test_one_bad_submission_does_not_take_the_others_with_it(bench):
    outbox = await bench.open()
    good = [bench.submission(cycle, f"S{cycle}") for cycle in range(20)]
    bad = bench.submission(99, "S99")
    huge = replace(bad, result=replace(bad.result, defect="x" * 300_000))
    answers = await asyncio.gather(
        *(outbox.append(entry) for entry in [*good[:10], huge, *good[10:]]), return_exceptions=True
    )
    outbox.close()
    assert isinstance(answers.pop(10), LimitExceeded)
    assert all(answer.fresh for answer in answers)
    assert len(bench.audit().of(UnitResultRecord)) == 20


async def test_a_full_disk_stores_nothing_says_so_and_is_survived(bench):
    outbox = await bench.open()
    connection = outbox._writer._connection
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    outbox._writer.submit(lambda c: c.execute(f"PRAGMA max_page_count={pages + 2}")).result(5)
    refused = None
    for cycle in range(500):
        try:
            await outbox.append(bench.submission(cycle, f"S{cycle}"))
        except StorageRefused as error:
            refused = cycle
            assert "outbox.db: nothing was stored: database or disk is full" in str(error)  # noqa: PT017
            break
    assert refused is not None
    outbox._writer.submit(lambda c: c.execute("PRAGMA max_page_count=100000")).result(5)
    assert (await outbox.append(bench.submission(refused, f"S{refused}"))).fresh
    outbox.close()
    assert len(bench.audit().of(UnitResultRecord)) == refused + 1


async def test_another_authors_or_environments_outbox_is_refused(bench):
    (await bench.open()).close()
    bench.environment = Environment.PRODUCTION
    with pytest.raises(OutboxUnusable, match="environment 'test', the configuration says 'production'"):
        await bench.open()


@pytest.mark.parametrize("kind", ["another program's", "a newer version's"])
async def test_a_file_that_is_not_this_outbox_is_refused_and_left_alone(bench, kind):
    if kind == "another program's":
        with sqlite3.connect(bench.path) as connection:
            connection.execute("CREATE TABLE record (seq)")
            connection.execute("PRAGMA user_version=1")
        connection.close()
    else:
        (await bench.open()).close()
        connection = sqlite3.connect(bench.path)
        connection.execute(f"PRAGMA user_version={FORMAT + 1}")
        connection.close()
    before = bench.path.read_bytes()
    with pytest.raises(OutboxUnusable, match=r"outbox\.db: "):
        await bench.open()
    assert bench.path.read_bytes() == before


async def test_the_report_can_be_read_beside_the_running_agent(bench):
    outbox = await bench.open()
    await outbox.append(bench.submission(1, "S1"))
    await outbox.note_uplink("down", "no route")
    report = read_report(bench.path)
    assert (report.unsealed_records, report.unsent_batches) == (4, 0)
    assert report.uplink.state == "down"
    outbox.close()


def test_the_file_survives_a_power_cut_by_its_settings(tmp_path):
    connection = open_file(tmp_path / "outbox.db")
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert connection.execute("PRAGMA synchronous").fetchone() == (2,)
    connection.close()


def test_jobs_asked_for_before_close_are_done(tmp_path):
    writer = Writer(open_file(tmp_path / "outbox.db"), "outbox.db")
    answers = [writer.submit(lambda c, n=n: c.execute("SELECT ?", (n,)).fetchone()[0]) for n in range(100)]
    writer.close()
    assert [answer.result(0) for answer in answers] == list(range(100))


def _count_commits(outbox):
    commits = []
    outbox._writer._connection.set_trace_callback(
        lambda statement: commits.append(statement) if statement == "COMMIT" else None
    )
    return commits
