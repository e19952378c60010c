"""One chain after another: a record reaches the hub once, whichever chain it stands in, or is declared."""

import shutil
from datetime import timedelta

import pytest
from small_outbox import Bench, recomputed
from small_receiver import EARLY, FORK, TAKEN, Receiver, drain

from edge_agent.errors import OutboxUnusable
from edge_agent.outbox.beginning import NewChain
from edge_agent.outbox.former import EVERYTHING
from traceability.encoding import sha256, tagged
from traceability.record.production import ChainStartRecord, FirstPassClaim, UnitResultRecord
from traceability.unit import Verdict


@pytest.fixture
def hub(bench):
    return Receiver(bench.signer.public_key)


def claims_hold(hub: Receiver) -> int:
    """Recompute every claim from its own chain's records; how many there are."""
    count = 0
    for chain in hub.chains:
        records = [record for (name, _), record in zip(hub.lines, hub.records, strict=True) if name == chain]
        for claim in [record for record in records if isinstance(record, FirstPassClaim)]:
            assert (claim.submitted, claim.first_ok, claim.attempts, claim.invalid) == recomputed(records, claim)
            count += 1
    return count


async def test_on_purpose_what_was_not_taken_goes_first_and_the_new_chain_cites_the_last_receipt(bench, hub):
    outbox = await bench.open()
    for cycle in (1, 2, 3):
        await outbox.append(bench.submission(cycle, "S1", Verdict.NOT_OK if cycle == 1 else Verdict.OK))
        batch = await outbox.seal(500)
        if cycle == 1:
            hub.receive(batch.body)
            await outbox.acknowledge(batch.seq, b"first")
    await outbox.append(bench.submission(4, "S4"))
    await outbox.open_chain(NewChain(reason="restored", lost="nothing known"))
    await outbox.append(bench.submission(5, "S1"))
    await outbox.append(bench.submission(6, "S6", Verdict.NOT_OK))
    await drain(outbox, hub)
    report = await outbox.report()
    outbox.close()
    assert [len(batches) for batches in hub.chains.values()] == [4, 1]
    assert hub.results() == [f"result-OP10-{cycle}" for cycle in range(1, 7)]
    starts = [record for record in hub.records if isinstance(record, ChainStartRecord)]
    assert (starts[1].reason, starts[1].cites, starts[1].lost) == (
        "restored",
        tagged(sha256(b"first")),
        "nothing known",
    )
    attempts = [record.attempt for record in hub.records if isinstance(record, UnitResultRecord)]
    assert attempts == [1, 2, 3, 1, 4, 1], "attempts go on, first-pass counts are each chain's own"
    assert claims_hold(hub) == 5
    assert (report.last_receipt.seq, report.unsent_batches) == (1, 0)


async def test_a_batch_that_arrived_without_its_receipt_is_not_doubled_by_a_new_chain(bench, hub):
    outbox = await bench.open()
    await outbox.append(bench.submission(1, "S1"))
    hub.receive((await outbox.seal(500)).body)
    await outbox.open_chain(NewChain(reason="on purpose"))
    await drain(outbox, hub)
    outbox.close()
    assert hub.results() == ["result-OP10-1"]


@pytest.mark.parametrize("known_since", [True, False])
async def test_a_machine_put_back_to_an_earlier_state_sends_what_is_its_own_and_nothing_twice(tmp_path, known_since):
    first = Bench(tmp_path / "first" / "outbox.db")
    hub = Receiver(first.signer.public_key)
    outbox = await first.open()
    for cycle in (1, 2):
        await outbox.append(first.submission(cycle, f"S{cycle}"))
    hub.receive((await outbox.seal(500)).body)
    await outbox.append(first.submission(3, "S3"))
    outbox.close()
    shutil.copytree(tmp_path / "first", tmp_path / "copy")
    outbox = await first.open()
    await outbox.append(first.submission(4, "S4"))
    await drain(outbox, hub)
    outbox.close()

    copy = Bench(tmp_path / "copy" / "outbox.db", now=first.now + timedelta(hours=1))
    copy.random.seed(77)
    since = copy.now
    outbox = await copy.open()
    for cycle in (10, 11):
        await outbox.append(copy.submission(cycle, f"S{cycle}"))
    await outbox.seal(500)
    batch = await outbox.oldest_unacknowledged()
    while hub.receive(batch.body)[0] == TAKEN:
        await outbox.acknowledge(batch.seq, b"again", batch.chain)
        batch = await outbox.oldest_unacknowledged()
    assert hub.receive(batch.body)[0] == FORK
    await outbox.open_chain(
        NewChain(reason="put back", refused_from=batch.seq, own_since=since if known_since else None)
    )
    await drain(outbox, hub)
    await outbox.append(copy.submission(12, "S12"))
    await drain(outbox, hub)
    outbox.close()
    taken = hub.results()
    assert len(taken) == len(set(taken))
    own = {"result-OP10-10", "result-OP10-11"} if known_since else set()
    assert set(taken) == {f"result-OP10-{cycle}" for cycle in (1, 2, 3, 4, 12)} | own
    (loss,) = hub.losses()
    assert loss.stream.startswith("chain:")
    assert loss.first <= loss.last
    assert claims_hold(hub)


async def test_batches_behind_one_that_is_gone_are_sealed_anew_once_the_hub_says_it_waits(bench, hub):
    outbox = await bench.open()
    for cycle in (1, 2, 3):
        await outbox.append(bench.submission(cycle, f"S{cycle}"))
        await outbox.seal(500)
    chain = (await outbox.report()).chain.chain
    await outbox._do(lambda connection: connection.execute("DELETE FROM batch WHERE seq = 2"))
    hub.receive((await outbox.batch(1)).body)
    assert hub.receive((await outbox.batch(3)).body) == (EARLY, 2)
    await outbox.open_chain(NewChain(reason="a gap", refused_from=3, own_since=EVERYTHING))
    await drain(outbox, hub)
    outbox.close()
    assert hub.results() == ["result-OP10-1", "result-OP10-3"]
    assert chain in hub.chains
    assert claims_hold(hub)


async def test_an_earlier_version_does_not_open_a_file_of_several_chains(bench):
    outbox = await bench.open()
    versions = []
    for _ in range(2):
        versions.append(await outbox._do(lambda c: c.execute("PRAGMA user_version").fetchone()[0]))
        await outbox.open_chain(NewChain(reason="x"))
    outbox.close()
    assert versions == [1, 2]
    (await bench.open()).close()


async def test_a_file_that_breaks_while_the_agent_runs_is_replaced_and_the_cycle_is_stored(bench, hub):
    outbox = await bench.open()
    for cycle in range(1, 40):
        await outbox.append(bench.submission(cycle, f"S{cycle}"))
        await outbox.seal(500)
    await outbox._do(lambda c: c.execute("DROP TABLE first_pass"))
    assert (await outbox.append(bench.submission(100, "S100"))).fresh
    assert not (await outbox.append(bench.submission(39, "S39"))).fresh, "the keys were salvaged"
    report = await outbox.report()
    assert len(report.rescues) == 1
    await drain(outbox, hub)
    outbox.close()
    assert sorted(hub.results()) == sorted(f"result-OP10-{cycle}" for cycle in [*range(1, 40), 100])
    assert hub.losses() == []
    assert claims_hold(hub)


async def test_another_authors_broken_file_is_left_alone(bench):
    (await bench.open()).close()
    bench.path.with_name("outbox.mark").unlink()
    data = bytearray(bench.path.read_bytes()).replace(b"supplier-a.line-1", b"supplier-b.line-9")
    data[68:72] = bytes(4)
    bench.path.write_bytes(data)
    with pytest.raises(OutboxUnusable, match=r"holds records of author 'supplier-b\.line-9'"):
        await bench.open()
    assert bench.path.read_bytes() == data
    assert not list(bench.path.parent.glob("*broken*"))


DAMAGES = {
    "a byte of a record": "UPDATE batch SET body = CAST(replace(CAST(body AS TEXT), '\"OP10\"', '\"OP1\"') AS BLOB)",
    "the envelope": "UPDATE batch SET body = CAST('x' || substr(CAST(body AS TEXT), 2) AS BLOB)",
    "where the ended chain's batches stand": "UPDATE former_chain SET base = base + 40",
    "how many they are": "UPDATE former_chain SET batches = batches + 190",
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
async def test_what_an_ended_chain_left_is_damaged_in_silence(bench, hub, damage):
    outbox = await bench.open()
    for cycle in (1, 2, 3):
        await outbox.append(bench.submission(cycle, f"S{cycle}"))
        await outbox.seal(500)
    first = await outbox.oldest_unacknowledged()
    await outbox.open_chain(NewChain(reason="on purpose"))
    await outbox.append(bench.submission(4, "S4"))
    await outbox.seal(500)
    await outbox._do(lambda connection: connection.execute(damage))
    await outbox.give_up(first.chain, 1, EVERYTHING)
    await drain(outbox, hub)
    outbox.close()
    taken = hub.results()
    assert len(taken) == len(set(taken))
    assert all(record.operation == "OP10" for record in hub.records if isinstance(record, UnitResultRecord))
    missing = {f"result-OP10-{cycle}" for cycle in (1, 2, 3, 4)} - set(taken)
    assert not missing or any(loss.stream.startswith(("chain:", "outbox")) for loss in hub.losses())
