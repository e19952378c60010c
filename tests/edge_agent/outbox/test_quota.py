"""What the outbox keeps when it cannot keep all: the hub's own first, telemetry next, results to the end."""

from datetime import timedelta

import pytest
from small_outbox import Bench, telemetry
from small_receiver import Receiver, drain

from edge_agent.errors import StorageRefused
from edge_agent.outbox.quota import MEGABYTE, Quota
from edge_agent.outbox.ranks import Rank
from traceability.record.production import DataLossRecord, MeasurementsRecord, UnitResultRecord
from traceability.record.telemetry import TelemetryRecord

BACKLOG = 40
WAITING = 7
"""Measurements of the backlog's last results; before them the way still counted as free."""


async def gone_offline(bench: Bench, quota: Quota):
    """An outbox with more batches without receipt than may be ahead."""
    outbox = await bench.open(quota)
    for cycle in range(1, BACKLOG + 1):
        await outbox.append(bench.submission(cycle, f"S{cycle}"))
        await outbox.seal(500)
    return outbox


def waiting(report, rank):
    return next((size.records for size in report.space.waiting if size.rank == rank), 0)


async def test_while_the_way_is_free_everything_is_sealed_together(bench):
    outbox = await bench.open()
    await outbox.append_records([telemetry(bench.now, 1)])
    await outbox.append(bench.submission(1, "S1"))
    batch = await outbox.seal(500)
    report = await outbox.report()
    outbox.close()
    assert batch.records == 6, "start, plan, telemetry, result, measurement, claim"
    assert report.space.waiting == []


async def test_offline_results_are_sealed_and_the_rest_waits_until_the_hub_took_the_backlog(bench):
    outbox, hub = await gone_offline(bench, Quota()), Receiver(bench.signer.public_key)
    await outbox.append(bench.submission(100, "S100"))
    await outbox.append_records([telemetry(bench.now, number) for number in range(3)])
    batch = await outbox.seal(500)
    report = await outbox.report()
    assert batch.records == 2, "the result and the claim"
    assert (waiting(report, Rank.MEASUREMENTS), waiting(report, Rank.TELEMETRY)) == (WAITING + 1, 3)
    assert await outbox.unsealed() == 0
    await drain(outbox, hub)
    outbox.close()
    kinds = [type(record) for record in hub.records]
    assert kinds.count(UnitResultRecord) == BACKLOG + 1
    assert kinds.count(MeasurementsRecord) == BACKLOG + 1
    assert [record.id for record in hub.records if isinstance(record, TelemetryRecord)] == [
        f"telemetry:oven-1:{number}" for number in range(3)
    ]
    assert hub.losses() == []


async def test_the_oldest_telemetry_goes_at_its_quota_and_one_signed_record_says_so(bench):
    quota = Quota(telemetry=20_000)
    outbox, hub = await gone_offline(bench, quota), Receiver(bench.signer.public_key)
    first = bench.now
    for number in range(400):
        bench.now += timedelta(seconds=10)
        await outbox.append_records([telemetry(bench.now, number, device=f"oven-{number % 2}")])
        await outbox.append(bench.submission(1000 + number, f"T{number}"))
    report = await outbox.report()
    kept = waiting(report, Rank.TELEMETRY)
    assert 0 < kept < 40
    assert waiting(report, Rank.MEASUREMENTS) == WAITING + 400
    assert sum(loss.total for loss in report.losses) == 400 - kept
    await drain(outbox, hub)
    outbox.close()
    losses = hub.losses()
    assert [(loss.stream, loss.count) for loss in losses] == [
        ("oven-0", (400 - kept) // 2),
        ("oven-1", (400 - kept) // 2),
    ]
    assert (first + timedelta(seconds=10)).isoformat(timespec="milliseconds").replace("+00:00", "Z") in losses[0].reason
    sampled = [record for record in hub.records if isinstance(record, TelemetryRecord)]
    assert [record.id.split(":")[-1] for record in sampled] == [str(number) for number in range(400 - kept, 400)]
    assert len(hub.results()) == BACKLOG + 400


async def test_at_the_whole_quota_the_hubs_own_go_first_then_by_class_and_a_result_is_refused_never_dropped(bench):
    quota = Quota(whole=3 * MEGABYTE // 2)
    outbox, hub = await bench.open(quota), Receiver(bench.signer.public_key)
    for cycle in range(1, 61):
        await outbox.append(bench.submission(cycle, f"S{cycle}"))
        batch = await outbox.seal(500)
        if cycle <= 20:
            hub.receive(batch.body)
            await outbox.acknowledge(batch.seq, b"receipt")
    stored, refused = 60, None
    for cycle in range(61, 20_000):
        try:
            await outbox.append_records([telemetry(bench.now, cycle, samples=40)])
            await outbox.append(bench.submission(cycle, f"S{cycle}"))
        except StorageRefused as error:
            refused = error
            break
        stored += 1
        if cycle % 50 == 0:
            await outbox.seal(500)
    assert "the outbox is full" in str(refused)
    report = await outbox.report()
    assert report.kept_batches == 0
    assert report.space.used <= quota.whole + 64 * 4096
    kept = waiting(report, Rank.TELEMETRY), waiting(report, Rank.MEASUREMENTS)
    assert max(kept) < 10, "what a refused result would have dropped was kept after all"
    assert {loss.rank for loss in report.losses} == {Rank.TELEMETRY, Rank.MEASUREMENTS}

    await drain(outbox, hub)
    again = await outbox.append(bench.submission(90_000, "S90000"))
    await drain(outbox, hub)
    outbox.close()
    assert again.fresh
    taken = hub.results()
    assert len(taken) == len(set(taken))
    assert set(taken) >= {f"result-OP10-{cycle}" for cycle in range(1, stored + 1)}
    values = sum(isinstance(record, MeasurementsRecord) for record in hub.records)
    lost = sum(loss.count for loss in hub.losses() if "measurements" in loss.reason)
    assert values + lost == len(taken)


async def test_the_counts_of_what_waits_are_those_of_the_rows(bench):
    outbox = await gone_offline(bench, Quota(telemetry=5000))
    for number in range(30):
        await outbox.append_records([telemetry(bench.now, number)])
    kept = await outbox._do(
        lambda connection: connection.execute(
            "SELECT count(*), sum(length(line) + 64) FROM waiting WHERE rank = 3"
        ).fetchone()
    )
    size = (await outbox.report()).space.waiting[-1]
    outbox.close()
    assert (size.records, size.bytes) == kept


async def test_attempts_go_on_when_passes_are_folded(bench):
    outbox = await bench.open(Quota(remember=5))
    for cycle in range(1, 21):
        await outbox.append(bench.submission(cycle, f"S{cycle}"))
    assert await outbox.tidy()
    assert not await outbox.tidy()
    rows = await outbox._do(
        lambda connection: [
            connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in ("pass", "old_pass")
        ]
    )
    assert rows == [5, 15]
    await outbox.append(bench.submission(21, "S1"))
    await outbox.append(bench.submission(22, "S20"))
    await outbox.seal(500)
    outbox.close()
    results = {record.id: record.attempt for record in bench.audit().of(UnitResultRecord)}
    assert (results["result-OP10-21"], results["result-OP10-22"]) == (2, 2)


async def test_what_is_purged_is_given_back_to_the_disk(bench):
    outbox = await bench.open(Quota(keep=timedelta(days=1)))
    for cycle in range(1, 400):
        entry = bench.submission(cycle, f"S{cycle}")
        await outbox.append(entry)
        await outbox.append_records([telemetry(bench.now, cycle, samples=800)])
        batch = await outbox.seal(500)
        await outbox.acknowledge(batch.seq, b"receipt")
    bench.now += timedelta(days=3)
    assert await outbox.purge() == 399
    before = (await outbox.report()).space.used
    while await outbox.tidy():
        pass
    outbox.close()
    assert bench.path.stat().st_size < 1.5 * before + 1024 * 4096
    assert bench.path.stat().st_size < 8 * MEGABYTE


async def test_nothing_is_declared_lost_where_nothing_was(bench):
    outbox = await gone_offline(bench, Quota())
    await outbox.append(bench.submission(100, "S100"))
    outbox.close()
    assert bench.audit().of(DataLossRecord) == []


@pytest.mark.parametrize("count", [1, 500])
async def test_the_order_of_dropping_does_not_depend_on_who_asks(bench, count):
    outbox = await gone_offline(bench, Quota())
    await outbox.append_records([telemetry(bench.now, number) for number in range(count)])
    outbox.quota = Quota(telemetry=0)
    while await outbox.tidy():
        pass
    report = await outbox.report()
    outbox.close()
    assert waiting(report, Rank.TELEMETRY) == 0
    assert [loss.pending for loss in report.losses] == [count]
