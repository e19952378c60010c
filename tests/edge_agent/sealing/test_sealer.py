import asyncio
import logging

import pytest

from edge_agent.config.settings import Sealing
from edge_agent.housekeeping import notice
from edge_agent.interlock.facts import Hold
from edge_agent.outbox.holds import HoldFile
from edge_agent.sealing import Sealer
from traceability.batch.open import open_batch
from traceability.record.production import HoldScope


@pytest.fixture
def sealing():
    tasks = []

    def start(outbox, max_records, max_age):
        sealer = Sealer(outbox, Sealing(max_records=max_records, max_age=max_age))
        tasks.append(asyncio.create_task(sealer.run()))
        return tasks[-1]

    yield start
    for task in tasks:
        task.cancel()


async def sizes(outbox, count, seconds=60.0):
    """Records of the first batches, as soon as there are so many."""
    async with asyncio.timeout(seconds):
        while (batch := await outbox.batch(count)) is None:  # noqa: ASYNC110 - asked from outside
            await asyncio.sleep(0.005)
    return [(await outbox.batch(seq)).records for seq in range(1, count)] + [batch.records]


async def test_records_found_at_the_start_are_sealed_at_once(bench, sealing):
    outbox = await bench.open()
    sealing(outbox, 100, 60.0)
    assert await sizes(outbox, 1) == [2]
    outbox.close()


async def test_a_full_batch_does_not_wait_for_its_age(bench, sealing):
    outbox = await bench.open()
    sealing(outbox, 6, 60.0)
    await sizes(outbox, 1)
    await asyncio.gather(*(outbox.append(bench.submission(cycle, f"S{cycle}")) for cycle in (1, 2, 3)))
    assert await sizes(outbox, 2) == [2, 7]
    await outbox.append(bench.submission(4, "S4"))
    await asyncio.sleep(0.2)
    assert await outbox.batch(3) is None
    assert await outbox.unsealed() == 2
    outbox.close()


async def test_a_lonely_record_is_sealed_when_it_is_old_enough(bench, sealing):
    outbox = await bench.open()
    sealing(outbox, 100, 0.3)
    await sizes(outbox, 1)
    loop = asyncio.get_running_loop()
    begun = loop.time()
    await outbox.append(bench.submission(1, "S1"))
    await asyncio.sleep(0.15)
    await outbox.append(bench.submission(2, "S2"))
    assert await sizes(outbox, 2) == [2, 5]
    assert 0.25 < loop.time() - begun < 1.0
    outbox.close()


async def test_a_disk_that_refuses_is_tried_again_with_one_line(bench, sealing, caplog):
    caplog.set_level(logging.INFO)
    outbox = await bench.open()
    task = sealing(outbox, 100, 0.02)
    await sizes(outbox, 1)
    await outbox.append(bench.submission(1, "S1"))
    outbox._writer._connection.execute("PRAGMA query_only=1")
    await asyncio.sleep(0.3)
    assert not task.done()
    outbox._writer._connection.execute("PRAGMA query_only=0")
    assert await sizes(outbox, 2) == [2, 3]
    outbox.close()
    said = [record.getMessage() for record in caplog.records]
    assert said.count("records cannot be sealed") == 1
    assert said.count("records are sealed again") == 1


async def test_a_hold_that_a_person_places_beside_an_idle_agent_is_sealed_too(bench, sealing):
    outbox = await bench.open()
    sealing(outbox, 100, 0.05)
    await sizes(outbox, 1)
    noticing = asyncio.create_task(notice(outbox, every=0.02))
    hold = Hold(id="h1", scope=HoldScope.STATION, target="OP10", reason="x", placed_by="q7", placed_at=bench.clock())
    await asyncio.to_thread(HoldFile(bench.path, bench.salt).place, hold)
    assert await sizes(outbox, 2) == [2, 1]
    noticing.cancel()
    outbox.close()


async def test_a_batch_of_many_bytes_does_not_wait_for_more_records(bench):
    outbox = await bench.open()
    sealer = Sealer(outbox, Sealing(max_records=1000, max_age=60.0, max_bytes=3000))
    task = asyncio.create_task(sealer.run())
    await sizes(outbox, 1)
    for cycle in range(1, 31):
        await outbox.append(bench.submission(cycle, f"S{cycle}"))
    await sizes(outbox, 2)
    async with asyncio.timeout(60):
        while await outbox.unsealed_bytes() >= 3000:  # noqa: ASYNC110 - asked from outside
            await asyncio.sleep(0.01)
    task.cancel()
    first = 2
    while (batch := await outbox.batch(first)) is not None:
        lines = open_batch(batch.body).lines
        assert sum(map(len, lines[:1])) < 3000
        assert len(lines) < 20
        first += 1
    outbox.close()


async def test_while_the_hub_is_away_batches_grow_and_are_sealed_when_it_is_back(bench):
    outbox = await bench.open()
    away = True
    sealer = Sealer(outbox, Sealing(max_records=10, max_age=0.05), lambda: away)
    task = asyncio.create_task(sealer.run())
    await sizes(outbox, 1)
    for cycle in range(1, 9):
        await outbox.append(bench.submission(cycle, f"S{cycle}"))
        await asyncio.sleep(0.1)
    found = await sizes(outbox, 2)
    assert found[1] >= 10
    assert await outbox.batch(3) is None
    assert await outbox.unsealed() > 0
    away = False
    outbox.appended.set()
    await sizes(outbox, 3)
    assert await outbox.unsealed() == 0
    task.cancel()
    outbox.close()
