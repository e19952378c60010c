"""Several batches under way, and lines that go silent, are slow, or lead through a proxy."""

import asyncio
import ssl
import threading
import time
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from hub_stand_in import AGENT, HUB, problem
from small_wire import Authority, http_proxy, served, wire_to
from starlette.requests import Request
from starlette.responses import Response

from edge_agent.config.settings import Hub
from edge_agent.outbox.batches import SealedBatch
from edge_agent.outbox.sending import TakenChain
from edge_agent.pace import Pace
from edge_agent.uplink.client import HubClient, HubUnreachable, Patience
from edge_agent.uplink.line import OutgoingLine
from edge_agent.uplink.sender import Paces, Sender
from edge_agent.uplink.window import Sent, Window
from traceability.record.codec import decode_record
from traceability.sync import BATCHES_PATH, OUT_OF_ORDER, ChainHead, seal_head

QUICK = Paces(down=Pace(first=0.01, longest=0.05), refused=Pace(first=0.01, longest=0.05), ask_every=0.2)
BATCH = SealedBatch(chain="0" * 32, seq=1, hash="sha256:" + "0" * 64, records=1, body=b"x" * 50_000)


def hub_at(port, scheme="http", host="127.0.0.1", **more):
    return Hub(url=f"{scheme}://{host}:{port}", public_key=HUB.public_key, loopback=True, **more)


@pytest.fixture
def sending(bench):
    @asynccontextmanager
    async def start(outbox, settings, paces=QUICK, patience=None):
        sender = Sender(
            settings,
            "supplier-a.line-1",
            outbox,
            clock=bench.clock,
            monotonic=time.monotonic,
            jitter=bench.random.random,
            paces=paces,
            patience=patience or Patience(),
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


def port_of(hub):
    return int(hub.address.rpartition(":")[2])


async def test_several_are_under_way_at_once_but_only_one_until_the_hub_took_one(bench, hub, sending):
    outbox = await sealed_batches(bench, 9)
    lock, first, four = threading.Lock(), threading.Event(), threading.Barrier(4)
    at_once = []

    def alone(batch):
        with lock:
            at_once.append(list(hub.seen))
        first.wait(0.3)
        return hub.take(batch)

    def together(batch):
        four.wait(20)  # none is answered before four have come
        return hub.take(batch)

    hub.script = [alone, *[together] * 8]
    async with sending(outbox, hub_at(port_of(hub))):
        await until(lambda: len(hub.taken) == 9)
    report = await outbox.report()
    outbox.close()
    assert at_once == [[1]]
    assert hub.seen[0] == 1
    assert sorted(hub.seen) == list(range(1, 10))
    assert report.unsent_batches == 0


async def test_one_in_flight_is_one(bench, hub, sending):
    outbox = await sealed_batches(bench, 6)
    async with sending(outbox, hub_at(port_of(hub), in_flight=1)):
        await until(lambda: len(hub.taken) == 6)
    outbox.close()
    assert hub.seen == [1, 2, 3, 4, 5, 6]


async def test_a_hub_that_lets_none_wait_gets_them_all_the_same(bench, hub, sending):
    """An older hub answers at once that an earlier one is due, although that one is on its way."""
    outbox = await sealed_batches(bench, 30)
    lock = threading.Lock()

    def in_order(batch):
        with lock:
            due = len(hub.taken) + 1
            if batch.header.seq > due:
                return problem(409, OUT_OF_ORDER, expected_seq=due)(batch)
            return hub.take(batch)

    hub.script = [in_order] * 1000
    async with sending(outbox, hub_at(port_of(hub))) as sender:
        states = set()

        def done():
            states.add(sender.state)
            return len(hub.taken) == 30

        await until(done)
        await until(lambda: sender.state == "online")
    outbox.close()
    assert "refused" not in states


async def test_what_fails_is_told_of_the_first_batch_and_those_behind_are_called_back(bench, hub, sending):
    outbox = await sealed_batches(bench, 5)
    hub.script = [hub.take, *[lambda batch: problem(400, detail=f"batch {batch.header.seq}")(batch)] * 50]
    slow = Paces(down=QUICK.down, refused=Pace(first=60, longest=60))
    async with sending(outbox, hub_at(port_of(hub)), slow) as sender:
        await until(lambda: sender.state == "refused")
        detail = (await outbox.report()).uplink.detail
    outbox.close()
    assert "batch 2" in detail
    assert list(hub.taken) == [1]


async def test_a_half_open_line_is_noticed_and_nothing_is_lost(bench, hub, sending):
    outbox = await sealed_batches(bench, 1)
    async with wire_to(port_of(hub)) as wire:
        async with sending(outbox, hub_at(wire.port), patience=Patience(silence=0.3)) as sender:
            await until(lambda: sender.state == "online")
            wire.silent = True
            for cycle in (2, 3):
                await outbox.append(bench.submission(cycle, f"S{cycle}"))
                await outbox.seal(100)
            await until(lambda: sender.state == "down")
            wire.silent = False
            await until(lambda: sorted(hub.taken) == [1, 2, 3] and sender.state == "online")
        assert (await outbox.report()).unsent_batches == 0
    outbox.close()


async def test_connections_that_are_reset_cost_nothing_but_time(bench, hub, sending):
    outbox = await sealed_batches(bench, 40)
    async with wire_to(port_of(hub)) as wire, sending(outbox, hub_at(wire.port)):
        while len(hub.taken) < 40:
            await asyncio.sleep(0.03)
            wire.cut()
        async with asyncio.timeout(20):
            while (await outbox.report()).unsent_batches:  # noqa: ASYNC110 - asked from outside
                await asyncio.sleep(0.01)
    outbox.close()
    assert sorted(hub.taken) == list(range(1, 41))


async def serve_in_drops(reader, writer):
    await reader.read(1000)
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    try:
        while True:
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.02)
    except OSError:
        writer.close()
        await asyncio.sleep(0)


async def test_an_answer_that_comes_in_drops_is_given_up(bench):
    server = await asyncio.start_server(serve_in_drops, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    client = HubClient(hub_at(port), time.monotonic, Patience(silence=30, whole=0.3, slowest=1e9))
    with pytest.raises(HubUnreachable, match="no complete answer"):
        await client.send(BATCH)
    await client.close()
    server.close()
    await asyncio.sleep(0.2)


async def test_the_line_is_never_faster_than_allowed_however_many_bodies_share_it():
    now, slept = 0.0, 0.0
    line = OutgoingLine(8000.0, lambda: now)

    async def body(size):
        nonlocal now
        async with line.turn() as turn:
            async for part in line.parts(bytes(size), turn):
                assert len(part) <= 2000

    real_sleep = asyncio.sleep

    async def sleep(seconds):
        nonlocal now, slept
        now, slept = now + seconds, slept + seconds
        await real_sleep(0)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("edge_agent.uplink.line.asyncio.sleep", sleep)
        await asyncio.gather(*(body(20_000) for _ in range(4)))
    assert slept >= (80_000 - 2000) / 8000


async def test_bodies_leave_one_after_the_other_and_a_lost_one_stops_nobody():
    line = OutgoingLine(None, time.monotonic)
    order = []

    async def body(name, fail):
        async with line.turn() as turn:
            async for _ in line.parts(bytes(200_000), turn):
                order.append(name)
                await asyncio.sleep(0)
                if fail:
                    raise ConnectionError

    async with asyncio.timeout(60):
        await asyncio.gather(body("a", False), body("b", True), body("c", False), return_exceptions=True)
    assert order == sorted(order)
    assert order.count("c") == 7


def test_a_window_opens_and_narrows():
    window = Window(4)
    assert window.has_room
    window.add(Sent(BATCH, None))
    assert not window.has_room
    window.open()
    assert window.has_room
    window.narrow()
    for _ in range(7):
        window.taken()
    assert not window.has_room
    window.taken()
    assert window.has_room


class TlsHub:
    """Answers over TLS that it is busy; counts what reached it."""

    def __init__(self):
        self.asked = []

    async def __call__(self, scope, receive, send):
        if scope["type"] == "http":
            request = Request(scope, receive)
            self.asked.append((request.url.path, len(await request.body())))
            await Response(b"", 503)(scope, receive, send)


async def test_tls_is_verified_and_an_authority_of_ones_own_is_named(tmp_path, monkeypatch):
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    authority, hub = Authority(tmp_path), TlsHub()
    with served(hub, certificate=authority.issue("127.0.0.1", "hub.example")) as port:
        for settings in (
            hub_at(port, "https"),  # the world's authorities don't know this one
            hub_at(port, "https", host="localhost", ca_file=authority.certificate),  # the name is another
        ):
            client = HubClient(settings, time.monotonic)
            with pytest.raises(HubUnreachable, match="certificate verify failed"):
                await client.send(BATCH)
            await client.close()
        assert hub.asked == []
        client = HubClient(hub_at(port, "https", ca_file=authority.certificate), time.monotonic)
        assert (await client.send(BATCH)).status == 503
        await client.close()
    assert [path for path, _ in hub.asked] == [BATCHES_PATH]


async def test_the_way_may_lead_through_a_proxy_that_sees_nothing(tmp_path, monkeypatch):
    authority, hub = Authority(tmp_path), TlsHub()
    certificate = authority.issue("127.0.0.1")
    with served(hub, certificate=certificate) as port:
        async with http_proxy() as proxy:
            settings = hub_at(port, "https", ca_file=authority.certificate, proxy=f"http://127.0.0.1:{proxy.port}")
            client = HubClient(settings, time.monotonic)
            assert (await client.send(BATCH)).status == 503
            await client.close()
            monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
            monkeypatch.delenv("NO_PROXY", raising=False)
            monkeypatch.delenv("no_proxy", raising=False)
            elsewhere = Hub(
                url=f"https://127.0.0.1:{port}",
                public_key=HUB.public_key,
                loopback=False,
                ca_file=authority.certificate,
            )
            client = HubClient(elsewhere, time.monotonic)
            assert (await client.send(BATCH)).status == 503
            await client.close()
            assert proxy.asked == [f"CONNECT 127.0.0.1:{port}"] * 2


def test_there_is_a_certificate_store_to_verify_with():
    assert ssl.create_default_context().verify_mode is ssl.CERT_REQUIRED


def head(taken, seq, hash_, **changes):
    fields = {"author": "supplier-a.line-1", "chain": taken.chain, "seq": seq, "hash": hash_, "next_record": 1}
    return ChainHead(**(fields | {"format": "1.0", "nonce": ""} | changes))


async def all_taken(outbox, seq, seconds=60.0):
    """What the outbox says of its one chain, once it has the receipts up to ``seq``."""
    async with asyncio.timeout(seconds):
        while [taken.seq for taken in await outbox.taken_chains()] != [seq]:  # noqa: ASYNC110 - asked from outside
            await asyncio.sleep(0.005)
    (taken,) = await outbox.taken_chains()
    return taken


async def test_an_idle_agent_finds_out_what_the_hub_forgot(bench, hub, sending):
    outbox = await sealed_batches(bench, 5)
    async with sending(outbox, hub_at(port_of(hub))) as sender:
        taken = await all_taken(outbox, 5)
        assert taken == TakenChain(chain=taken.chain, seq=5, hash=hub.taken[5].hash)
        forgotten = [hub.taken.pop(seq) for seq in (3, 4, 5)]
        hub.head = lambda nonce: seal_head(
            head(taken, len(hub.taken), hub.taken[len(hub.taken)].hash, nonce=nonce), HUB
        )
        await until(lambda: len(hub.taken) == 5)
        assert [hub.taken[seq].hash for seq in (3, 4, 5)] == [batch.hash for batch in forgotten]
        seen = len(hub.seen)
        await asyncio.sleep(0.6)  # asked again meanwhile: nothing more to send
        assert len(hub.seen) == seen, hub.seen
        assert sender.state == "online"
    outbox.close()


@pytest.mark.parametrize("fault", ["key", "nonce", "chain", "nonsense"])
async def test_only_the_hubs_own_fresh_answer_counts(bench, hub, sending, fault):
    outbox = await sealed_batches(bench, 2)
    asked = threading.Event()
    async with sending(outbox, hub_at(port_of(hub))):
        taken = await all_taken(outbox, 2)

        def answer(nonce):
            asked.set()
            if fault == "nonsense":
                return b"{}"
            said = head(
                taken,
                0,
                None,
                nonce="old" if fault == "nonce" else nonce,
                chain="f" * 32 if fault == "chain" else taken.chain,
            )
            return seal_head(said, AGENT if fault == "key" else HUB)

        hub.head = answer
        await until(asked.is_set)
        asked.clear()
        await until(asked.is_set)
        assert sorted(hub.seen) == [1, 2]
    outbox.close()


async def test_a_hub_put_back_further_than_this_machine_remembers_gets_a_new_chain(bench, hub, sending, caplog):
    outbox = await sealed_batches(bench, 3)
    async with sending(outbox, hub_at(port_of(hub))):
        taken = await all_taken(outbox, 3)
        bench.now += timedelta(days=31)
        assert await outbox.purge() == 3
        first = hub.taken[2].header.first_record
        before = hub.taken[1].hash
        hub.head = lambda nonce: seal_head(head(taken, 1, before, next_record=first, nonce=nonce), HUB)
        await until(lambda: any("not kept here any more" in record.getMessage() for record in caplog.records))
        hub.head = None
        chain = (await outbox.report()).chain
        while await outbox.seal(100) is not None:
            pass
        await until(lambda: hub.taken[1].header.chain == chain.chain)
    outbox.close()
    assert chain.chain != taken.chain
    kinds = [type(decode_record(line)).__name__ for line in hub.taken[1].lines]
    assert kinds[0] == "ChainStartRecord"
    assert "DataLossRecord" in kinds
