"""Several batches under way: turns, shares, room, and what the sender is told."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import pytest
from small_hub import SmallAgent, client_of, small_agent

from hub.api.app import create_app
from hub.api.body import BodyLimit
from hub.api.host import OwnNames
from hub.enrol.keys import revoke
from hub.entry.master import add_agent
from hub.errors import KeyRevoked, OutOfOrder, TooBusy
from hub.ingest.capacity import Capacity
from hub.ingest.desk import Desk
from hub.ingest.room import Room
from hub.parts import Hub
from hub.store.ledger.batches import chain_head
from traceability import sync
from traceability.batch.open import compress
from traceability.errors import SignatureRefused

PATIENT = Capacity(held_s=60)
SHORT = Capacity(held_s=0.05, early=3)


def sealed(agent: SmallAgent, count: int) -> list[bytes]:
    return [compress(agent.seal(agent.result(f"S{number}"))) for number in range(count)]


def head_seq(hub: Hub, agent: SmallAgent) -> int:
    with hub.store.reading() as connection:
        head = chain_head(connection, agent.author, agent.chain)
    return 0 if head is None else head.seq


def client_with(hub: Hub, capacity: Capacity) -> httpx.AsyncClient:
    app = create_app(hub)
    app.state.desk = Desk(hub, capacity)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1")


async def test_early_batches_wait_and_are_taken_in_order_however_they_arrive(hub: Hub, agent: SmallAgent) -> None:
    desk = Desk(hub, PATIENT)
    batches = sealed(agent, 6)
    async with asyncio.timeout(30), asyncio.TaskGroup() as group:
        tasks = [group.create_task(desk.take(batches[index], compressed=True)) for index in (5, 2, 4, 1, 3)]
        await asyncio.sleep(0.2)
        assert head_seq(hub, agent) == 0
        assert not any(task.done() for task in tasks)
        tasks.append(group.create_task(desk.take(batches[0], compressed=True)))
    taken = [task.result().stored for task in tasks]
    assert [stored.seq for stored in taken] == [6, 3, 5, 2, 4, 1]
    assert [stored.seq for stored in sorted(taken, key=lambda stored: stored.id)] == [1, 2, 3, 4, 5, 6]


async def test_one_that_waits_too_long_or_is_too_far_ahead_is_told_which_is_due(hub: Hub, agent: SmallAgent) -> None:
    desk = Desk(hub, SHORT)
    batches = sealed(agent, 5)
    for index in (3, 4):
        with pytest.raises(OutOfOrder) as early:
            await desk.take(batches[index], compressed=True)
        assert early.value.expected_seq == 1
    assert desk.room.taken == 0


async def test_one_too_far_ahead_does_not_wait(hub: Hub, agent: SmallAgent) -> None:
    desk = Desk(hub, Capacity(held_s=3600, early=3))
    with pytest.raises(OutOfOrder):
        async with asyncio.timeout(30):
            await desk.take(sealed(agent, 5)[4], compressed=True)


async def test_chains_do_not_wait_for_each_other(hub: Hub, agent: SmallAgent) -> None:
    other = SmallAgent(agent.author, chain="ab" * 16)
    desk = Desk(hub, PATIENT)
    early = asyncio.create_task(desk.take(sealed(agent, 2)[1], compressed=True))
    await asyncio.sleep(0.1)
    async with asyncio.timeout(30):
        assert (await desk.take(sealed(other, 1)[0], compressed=True)).new
    assert not early.done()
    early.cancel()
    await asyncio.gather(early, return_exceptions=True)


async def test_the_same_early_batch_twice_gets_one_receipt(hub: Hub, agent: SmallAgent) -> None:
    desk = Desk(hub, PATIENT)
    first, second = sealed(agent, 2)
    async with asyncio.timeout(30):
        answers = await asyncio.gather(*(desk.take(body, compressed=True) for body in (second, second, first)))
    assert [answer.stored.seq for answer in answers] == [2, 2, 1]
    assert sorted(answer.new for answer in answers[:2]) == [False, True]
    assert answers[0].stored.receipt == answers[1].stored.receipt


async def test_an_author_that_sends_more_than_its_share_is_told_so_and_others_are_served(
    hub: Hub, agent: SmallAgent
) -> None:
    other = small_agent(hub, "b.line-1", plant="plant-b")
    async with client_with(hub, Capacity(held_s=60, per_author=2)) as client:
        batches = sealed(agent, 5)
        waiting = [
            asyncio.create_task(client.post(sync.BATCHES_PATH, content=body, headers=ZSTD)) for body in batches[1:3]
        ]
        room = client._transport.app.state.desk.room
        while room._requests[agent.author] < 2:  # noqa: ASYNC110 - what is waited for has no event
            await asyncio.sleep(0.01)
        answer = await client.post(sync.BATCHES_PATH, content=batches[3], headers=ZSTD)
        assert (answer.status_code, answer.json()["type"], answer.headers["retry-after"]) == (429, sync.BUSY, "2")
        assert "in_flight" in answer.json()["advice"]
        others = await client.post(sync.BATCHES_PATH, content=sealed(other, 1)[0], headers=ZSTD)
        assert others.status_code == 201
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        assert room.taken == 0


ZSTD = {"Content-Encoding": "zstd", "Content-Type": sync.BATCH_TYPE}


async def test_a_hub_without_room_says_so_before_it_reads_more(hub: Hub, agent: SmallAgent) -> None:
    sent = 0

    async def parts() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(100):
            sent += 1
            yield bytes(1000)

    async with client_with(hub, Capacity(bodies=10_000)) as client:
        answer = await client.post(sync.BATCHES_PATH, content=parts(), headers=ZSTD)
        assert (answer.status_code, answer.json()["type"], answer.headers["retry-after"]) == (503, sync.BUSY, "2")
        assert sent <= 12
        assert client._transport.app.state.desk.room.taken == 0
        assert (await client.post(sync.BATCHES_PATH, content=sealed(agent, 1)[0], headers=ZSTD)).status_code == 201


def test_a_share_too_small_slows_down_but_shuts_nobody_out() -> None:
    room = Room(Capacity(author_bodies=10))
    with room.share("a", 1000):
        with pytest.raises(TooBusy), room.share("a", 1):
            pass
        with room.share("b", 5), room.share("b", 5):
            pass
    with room.share("a", 1000):
        pass


async def test_a_body_that_comes_in_drops_is_cut_off(hub: Hub) -> None:
    app = BodyLimit(create_app(hub), hub.settings, grace=0.2)

    async def drops() -> AsyncIterator[bytes]:
        while True:
            yield b"x"
            await asyncio.sleep(0.05)

    async with (
        asyncio.timeout(30),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as client,
    ):
        answer = await client.post(sync.BATCHES_PATH, content=drops())
    assert (answer.status_code, answer.json()["type"]) == (408, sync.TOO_SLOW)
    assert answer.json()["advice"]


async def test_a_body_that_says_it_is_too_large_is_not_read(hub: Hub) -> None:
    read = False

    async def body() -> AsyncIterator[bytes]:
        nonlocal read
        read = True
        yield b"x"

    async with client_of(hub) as client:
        answer = await client.post(sync.BATCHES_PATH, content=body(), headers={"Content-Length": str(10**12)})
    assert (answer.status_code, answer.json()["type"], read) == (413, sync.TOO_LARGE, False)


async def test_the_head_of_a_chain_says_where_it_stands_and_what_is_spoken(hub: Hub, agent: SmallAgent) -> None:
    async with client_of(hub) as client:
        path = sync.chain_path(agent.author, agent.chain)
        before = sync.open_head((await client.get(path)).content, hub.signer.public_key)
        body = sealed(agent, 1)[0]
        receipt = await client.post(sync.BATCHES_PATH, content=body, headers=ZSTD)
        answer = await client.get(path, params={"nonce": "n-1"})
        after = sync.open_head(answer.content, hub.signer.public_key)
    assert (before.seq, before.hash, before.next_record, before.format) == (0, None, 1, "1.0")
    assert (after.seq, after.next_record, after.nonce) == (1, 2, "n-1")
    assert after.hash == sync.open_receipt(receipt.content, hub.signer.public_key).hash


@pytest.mark.parametrize("author", ["a/b", "线/1", "a b?c#d", "chains/x"])
async def test_any_author_can_be_asked_for(hub: Hub, author: str) -> None:
    async with client_of(hub) as client:
        answer = await client.get(sync.chain_path(author, "0" * 32))
    assert sync.open_head(answer.content, hub.signer.public_key).author == author


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:8000", 200),
        ("LocalHost", 200),
        ("[::1]:8000", 200),
        ("hub.example:443", 200),
        ("evil.example", 421),
        ("127.0.0.1.evil.example:80", 421),
        ("", 421),
    ],
)
async def test_only_the_hubs_own_names_are_answered(hub: Hub, host: str, status: int) -> None:
    app = OwnNames(create_app(hub), ["Hub.example"])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as client:
        answer = await client.get("/healthz", headers={"Host": host})
    assert answer.status_code == status
    assert status == 200 or answer.json()["advice"]


async def test_a_remembered_key_counts_no_longer_than_it_is_in_force(hub: Hub, agent: SmallAgent) -> None:
    """What a desk remembers of an author never outlives a revocation or a new key, whoever entered them."""
    desk = Desk(hub, SHORT)
    first = compress(agent.seal(agent.result("S1")))
    renewed = replace(agent, key_name="renewed")
    second, third = (compress(agent.seal(agent.result(serial))) for serial in ("S2", "S3"))
    assert (await desk.take(first, compressed=True)).new
    revoke(hub, agent.author, reason="line PC stolen", by="q7")
    with pytest.raises(KeyRevoked):
        await desk.take(second, compressed=True)
    assert not (await desk.take(first, compressed=True)).new, "what was taken stays taken"
    add_agent(hub, agent.author, plant="plant-a", public_key=renewed.public_key)
    with pytest.raises(SignatureRefused):
        await desk.take(second, compressed=True)
    assert (await desk.take(compress(renewed.seal(renewed.result("S2"))), compressed=True)).new
    with pytest.raises(SignatureRefused):
        await desk.take(third, compressed=True)
    assert head_seq(hub, agent) == 2
