import asyncio
import logging
import time
from contextlib import asynccontextmanager

import pytest
from hub_stand_in import HUB, problem, serving

from edge_agent.config.settings import Hub
from edge_agent.outbox.report import read_report
from edge_agent.pace import Pace
from edge_agent.uplink.sender import Paces, Sender
from traceability.encoding import sha256, tagged
from traceability.signing import Ed25519Signer
from traceability.sync import FORK, OUT_OF_ORDER, UNKNOWN_AUTHOR, open_receipt

QUICK = Paces(down=Pace(first=0.01, longest=0.05), refused=Pace(first=0.01, longest=0.05))
SLOW_ONCE_REFUSED = Paces(down=QUICK.down, refused=Pace(first=60, longest=60))


@pytest.fixture
def sending(bench):
    @asynccontextmanager
    async def start(outbox, address, paces=QUICK):
        settings = Hub(url=address, public_key=HUB.public_key, loopback=True, in_flight=1)
        sender = Sender(
            settings,
            "supplier-a.line-1",
            outbox,
            clock=bench.clock,
            monotonic=time.monotonic,
            jitter=bench.random.random,
            paces=paces,
        )
        task = asyncio.create_task(sender.run())
        try:
            yield sender
        finally:
            sender.end()
            await asyncio.wait([task], timeout=5)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    return start


async def until(condition, seconds=60.0):
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - what is waited for has no event
            await asyncio.sleep(0.005)


async def sealed_batches(bench, count, first=1):
    outbox = await bench.open()
    for cycle in range(first, first + count):
        await outbox.append(bench.submission(cycle, f"S{cycle}"))
        await outbox.seal(100)
    return outbox


def lines(caplog, what):
    return [record for record in caplog.records if what in record.getMessage()]


async def test_batches_go_out_in_order_and_their_receipts_are_kept(bench, hub, sending):
    outbox = await sealed_batches(bench, 3)
    async with sending(outbox, hub.address):
        await until(lambda: len(hub.taken) == 3)
        await outbox.append(bench.submission(4, "S4"))
        await outbox.seal(100)
        await until(lambda: len(hub.taken) == 4)
    report = await outbox.report()
    outbox.close()

    assert hub.seen == [1, 2, 3, 4]
    assert report.unsent_batches == 0
    receipt = open_receipt(report.last_receipt.envelope.encode(), HUB.public_key)
    assert (receipt.seq, receipt.hash) == (4, hub.taken[4].hash)
    assert report.uplink.state == "online"


async def test_a_hub_that_is_down_costs_one_line_and_one_when_it_is_back(bench, hub, sending, caplog):
    caplog.set_level(logging.INFO)
    gone = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    port = gone.sockets[0].getsockname()[1]
    gone.close()
    await gone.wait_closed()
    outbox = await sealed_batches(bench, 2)
    async with sending(outbox, f"http://127.0.0.1:{port}") as sender:
        await until(lambda: sender._failures > 4)
        assert (await outbox.report()).uplink.state == "down"
        with serving(hub, port):
            await until(lambda: len(hub.taken) == 2)
            await until(lambda: sender.state == "online")
    outbox.close()
    down, back = lines(caplog, "does not take batches"), lines(caplog, "takes batches")
    assert len(down) == 1
    assert down[0].fields["hub"] == f"http://127.0.0.1:{port}"
    assert [record.getMessage() for record in back] == ["the hub takes batches again"]


@pytest.mark.parametrize("status", [429, 503])
async def test_a_busy_hub_says_when_to_come_again(bench, hub, sending, status):
    hub.script = [problem(status, headers={"Retry-After": "1"})]
    outbox = await sealed_batches(bench, 1)
    loop = asyncio.get_running_loop()
    async with sending(outbox, hub.address):
        await until(lambda: hub.seen)
        begun = loop.time()
        await until(lambda: hub.taken)
        assert 0.8 < loop.time() - begun < 3
    outbox.close()


async def test_a_hub_with_a_bug_is_asked_again(bench, hub, sending):
    hub.script = [lambda _: (500, {}, b"oops"), lambda _: (502, {}, b"")]
    outbox = await sealed_batches(bench, 1)
    async with sending(outbox, hub.address):
        await until(lambda: hub.taken)
    outbox.close()
    assert hub.seen == [1, 1, 1]


REFUSALS = {
    "another key": (lambda hub: lambda b: hub.take(b, Ed25519Signer.from_seed(b"x" * 32)), "cannot be trusted"),
    "another batch": (lambda hub: lambda b: hub.take(b, hash=tagged(sha256(b"other"))), "the receipt is for"),
    "another chain": (lambda hub: lambda b: hub.take(b, chain="f" * 32), "the receipt is for"),
    "another author": (lambda hub: lambda b: hub.take(b, author="supplier-b"), "the receipt is for"),
    "another number": (lambda hub: lambda b: hub.take(b, seq=7), "the receipt is for"),
    "no receipt": (lambda hub: lambda b: (200, {}, b"<html>Welcome</html>"), "cannot be trusted"),
    "a fork": (lambda hub: problem(409, FORK, detail="two batches 1"), "two batches 1"),
    "not known": (lambda hub: problem(403, UNKNOWN_AUTHOR, advice="register it"), "HTTP 403"),
    "elsewhere": (lambda hub: lambda b: (301, {"Location": "http://127.0.0.1:1/"}, b""), "HTTP 301"),
    "expects what is not there": (lambda hub: problem(409, OUT_OF_ORDER, expected_seq=9), "expects batch 9"),
    "expects what it was sent": (lambda hub: problem(409, OUT_OF_ORDER, expected_seq=1), "expects batch 1"),
}


@pytest.mark.parametrize("kind", REFUSALS)
async def test_what_cannot_be_trusted_or_is_refused_stops_sending_and_loses_nothing(bench, hub, sending, caplog, kind):
    answer, reason = REFUSALS[kind]
    hub.script = [answer(hub)]
    outbox = await sealed_batches(bench, 2)
    async with sending(outbox, hub.address, SLOW_ONCE_REFUSED) as sender:
        await until(lambda: sender.state == "refused")
        await asyncio.sleep(0.1)
        assert hub.seen == [1]
        report = read_report(bench.path)
        assert report.unsent_batches == 2
        assert report.uplink.state == "refused"
        assert reason in report.uplink.detail
    outbox.close()
    said = lines(caplog, "the hub refuses a batch")
    assert len(said) == 1
    assert said[0].levelno == logging.ERROR
    assert said[0].fields["next"]


async def test_a_refusal_that_is_put_right_is_found_out_without_a_restart(bench, hub, sending):
    hub.script = [problem(403, UNKNOWN_AUTHOR), problem(403, UNKNOWN_AUTHOR)]
    outbox = await sealed_batches(bench, 1)
    async with sending(outbox, hub.address) as sender:
        await until(lambda: sender.state == "online")
    outbox.close()
    assert hub.seen == [1, 1, 1]


async def test_a_hub_restored_from_a_backup_gets_again_what_it_forgot(bench, hub, sending):
    outbox = await sealed_batches(bench, 4)
    async with sending(outbox, hub.address):
        await until(lambda: len(hub.taken) == 4)
    before = {seq: batch.hash for seq, batch in hub.taken.items()}
    hub.taken.clear()
    hub.script = [problem(409, OUT_OF_ORDER, expected_seq=3)]
    await outbox.append(bench.submission(5, "S5"))
    await outbox.seal(100)
    async with sending(outbox, hub.address):
        await until(lambda: 5 in hub.taken)
    outbox.close()
    assert hub.seen == [1, 2, 3, 4, 5, 3, 4, 5]
    assert {seq: hub.taken[seq].hash for seq in (3, 4)} == {seq: before[seq] for seq in (3, 4)}


async def test_ending_sends_what_is_left_but_does_not_wait_for_a_hub_that_is_down(bench, hub, sending):
    outbox = await sealed_batches(bench, 3)
    async with sending(outbox, hub.address):
        pass
    assert len(hub.taken) == 3
    await outbox.append(bench.submission(9, "S9"))
    await outbox.seal(100)
    loop = asyncio.get_running_loop()
    begun = loop.time()
    async with sending(outbox, "http://127.0.0.1:9", Paces(down=Pace(first=60, longest=60))):
        pass
    assert loop.time() - begun < 2
    assert (await outbox.report()).unsent_batches == 1
    outbox.close()


async def test_a_reply_without_end_is_cut_off(bench, hub, sending):
    hub.script = [lambda _: (200, {}, b"x" * 400_000)]
    outbox = await sealed_batches(bench, 1)
    async with sending(outbox, hub.address):
        await until(lambda: hub.taken)
    outbox.close()
    assert hub.seen == [1, 1]
