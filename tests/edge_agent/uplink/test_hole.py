"""A hub that forgot more than is kept here: a new chain, nothing twice, and what is gone is declared."""

from datetime import timedelta

import pytest

from edge_agent.outbox.schema import open_for_reading
from traceability.batch.open import open_batch
from traceability.record.codec import decode_record
from traceability.record.production import ChainStartRecord, DataLossRecord, MeasurementsRecord, UnitResultRecord


async def sealed(bench, outbox, cycles):
    for cycle in cycles:
        await outbox.append(bench.submission(cycle, f"S{cycle}"))
        await outbox.seal(100)


async def everything_sent(outbox):
    """The records of what the hub would get now, chain by chain, acknowledged as it goes."""
    found = {}
    while (batch := await outbox.to_send(None)) is not None:
        found.setdefault(batch.chain, []).extend(decode_record(line) for line in open_batch(batch.body).lines)
        await outbox.acknowledge(batch.seq, b"receipt", batch.chain)
    return found


def kept(path):
    connection = open_for_reading(path)
    rows = [seq for (seq,) in connection.execute("SELECT seq FROM batch ORDER BY seq")]
    connection.close()
    return rows


@pytest.mark.parametrize("unsent", [0, 2])
async def test_what_is_kept_comes_again_and_what_is_gone_is_declared(bench, unsent):
    outbox = await bench.open()
    await sealed(bench, outbox, range(1, 7))
    first = await everything_sent(outbox)
    ((chain, records),) = first.items()
    bench.now += timedelta(days=29)
    await sealed(bench, outbox, range(7, 9))
    await everything_sent(outbox)
    bench.now += timedelta(days=2)
    await outbox.purge()  # the first six are gone
    assert kept(bench.path) == [7, 8]
    await sealed(bench, outbox, range(9, 9 + unsent))
    await outbox.append(bench.submission(50, "S50"))  # not sealed yet

    # the hub was put back to a state with two batches
    two = open_batch_records(records, 2)
    lost = await outbox.begin_after_hole(chain, 2, two + 1)
    while await outbox.seal(100) is not None:
        pass
    again = await everything_sent(outbox)
    outbox.close()

    assert chain not in again  # nothing of the old chain, which can't go on there
    (new,) = again.values()
    start = new[0]
    assert isinstance(start, ChainStartRecord)
    assert "backup" in start.reason
    assert chain in start.lost
    (loss,) = [record for record in new if isinstance(record, DataLossRecord)]
    assert (loss.stream, loss.first, loss.count, loss.count) == (f"chain:{chain}", two + 1, lost, loss.last - two)
    assert loss.last == len(records)
    units = sorted(record.unit.rpartition("S")[2] for record in new if isinstance(record, UnitResultRecord))
    assert units == sorted(str(cycle) for cycle in [7, 8, *range(9, 9 + unsent), 50])
    assert len([record for record in new if isinstance(record, MeasurementsRecord)]) == len(units)
    assert [record.seq for record in new] == list(range(1, len(new) + 1))


def open_batch_records(records, batches):
    """How many records the first batches of the chain hold: each ends before the next unit result."""
    starts = [record.seq for record in records if isinstance(record, UnitResultRecord)]
    return starts[batches] - 1


async def test_nothing_is_kept_at_all(bench):
    outbox = await bench.open()
    await sealed(bench, outbox, range(1, 4))
    (chain,) = await everything_sent(outbox)
    bench.now += timedelta(days=31)
    await outbox.purge()
    (taken,) = await outbox.taken_chains()
    assert (taken.seq, taken.hash) == (3, None)
    lost = await outbox.begin_after_hole(chain, 0, 1)
    while await outbox.seal(100) is not None:
        pass
    (new,) = (await everything_sent(outbox)).values()
    outbox.close()
    (loss,) = [record for record in new if isinstance(record, DataLossRecord)]
    assert (loss.first, loss.count) == (1, lost)
    assert not [record for record in new if isinstance(record, UnitResultRecord)]
