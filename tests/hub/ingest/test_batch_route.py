import asyncio
from collections.abc import AsyncIterator

import pytest
import zstandard
from small_hub import SmallAgent, client_of

from hub.parts import Hub
from hub.store.ledger.batches import log_size
from hub.store.ledger.forks import list_forks
from traceability import sync
from traceability.batch.open import compress

ZSTD = {"Content-Encoding": "zstd", "Content-Type": sync.BATCH_TYPE}


async def test_a_batch_is_created_once(hub: Hub, agent: SmallAgent) -> None:
    body = compress(agent.seal(agent.result("S1")))
    async with client_of(hub) as client:
        first = await client.post(sync.BATCHES_PATH, content=body, headers=ZSTD)
        again = await client.post(sync.BATCHES_PATH, content=body, headers=ZSTD)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.content == again.content
    assert sync.open_receipt(first.content, hub.signer.public_key).author == agent.author


async def test_a_batch_may_come_uncompressed(hub: Hub, agent: SmallAgent) -> None:
    async with client_of(hub) as client:
        answer = await client.post(sync.BATCHES_PATH, content=agent.seal(agent.result("S1")))
    assert answer.status_code == 201


async def test_a_gap_names_the_batch_that_is_due(hub: Hub, agent: SmallAgent) -> None:
    agent.seal(agent.result("S1"))
    async with client_of(hub) as client:
        answer = await client.post(sync.BATCHES_PATH, content=agent.seal(agent.result("S2")))
    problem = answer.json()
    assert (answer.status_code, problem["type"], problem["expected_seq"]) == (409, sync.OUT_OF_ORDER, 1)
    assert answer.headers["content-type"] == sync.PROBLEM_TYPE
    assert "from 1 on" in problem["advice"]


async def test_a_fork_is_a_conflict_and_an_alarm(hub: Hub, agent: SmallAgent) -> None:
    twin = SmallAgent(agent.author)
    async with client_of(hub) as client:
        await client.post(sync.BATCHES_PATH, content=agent.seal(agent.result("S1")))
        answer = await client.post(sync.BATCHES_PATH, content=twin.seal(twin.result("S2")))
    assert (answer.status_code, answer.json()["type"]) == (409, sync.FORK)
    with hub.store.reading() as connection:
        assert len(list_forks(connection)) == 1


async def refusal(hub: Hub, body: bytes, headers: dict[str, str] | None = None) -> tuple[int, str]:
    """Status and type of the answer; the log must not have grown, and advice must be given."""
    with hub.store.reading() as connection:
        size = log_size(connection)
    async with client_of(hub) as client:
        answer = await client.post(sync.BATCHES_PATH, content=body, headers=headers or {})
    with hub.store.reading() as connection:
        assert log_size(connection) == size
    problem = answer.json()
    assert problem["status"] == answer.status_code
    assert problem["detail"]
    assert problem["advice"]
    return answer.status_code, problem["type"]


@pytest.mark.parametrize("body", [b"", b"\n", b"nonsense\n{}\n", b"{}\n{}\n", b"[" * 100_000 + b"\n{}\n"])
async def test_nonsense_is_malformed(hub: Hub, body: bytes) -> None:
    assert await refusal(hub, body) in {(400, sync.MALFORMED), (413, sync.TOO_LARGE)}


async def test_a_compressed_body_that_is_none(hub: Hub) -> None:
    assert await refusal(hub, b"plain", ZSTD) == (400, sync.MALFORMED)


async def test_a_frame_cut_off_or_with_something_behind_it(hub: Hub, agent: SmallAgent) -> None:
    body = compress(agent.seal(agent.result("S1")))
    assert await refusal(hub, body[:-3], ZSTD) == (400, sync.MALFORMED)
    assert await refusal(hub, body + body, ZSTD) == (400, sync.MALFORMED)


async def test_a_bomb_is_not_decompressed(hub: Hub) -> None:
    assert await refusal(hub, zstandard.compress(bytes(64 * 1024 * 1024)), ZSTD) == (413, sync.TOO_LARGE)
    assert await refusal(hub, zstandard.compress(bytes(4 * 1024 * 1024)), ZSTD) == (413, sync.TOO_LARGE)


async def test_a_bomb_that_hides_its_size(hub: Hub) -> None:
    stream = zstandard.ZstdCompressor(write_content_size=False).compress(bytes(64 * 1024 * 1024))
    assert await refusal(hub, stream, ZSTD) == (400, sync.MALFORMED)


async def test_another_encoding_is_refused(hub: Hub) -> None:
    assert await refusal(hub, b"x", {"Content-Encoding": "gzip"}) == (415, sync.MALFORMED)


async def test_a_body_without_end_is_cut_off_while_it_comes(hub: Hub) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 1
            yield bytes(1024 * 1024)

    async with client_of(hub) as client, asyncio.timeout(20):
        answer = await client.post(sync.BATCHES_PATH, content=endless())
    assert (answer.status_code, answer.json()["type"]) == (413, sync.TOO_LARGE)
    assert sent <= hub.settings.limits.body // (1024 * 1024) + 2


async def test_refusals_say_whose_fault_it_is(hub: Hub, agent: SmallAgent) -> None:
    stranger = SmallAgent("stranger")
    assert await refusal(hub, stranger.seal(stranger.loss())) == (403, sync.UNKNOWN_AUTHOR)
    impostor = SmallAgent(agent.author, key_name="impostor")
    assert await refusal(hub, impostor.seal(impostor.loss())) == (403, sync.BAD_SIGNATURE)
    batch = agent.seal(agent.loss())
    assert await refusal(hub, batch.replace(b"disk was full", b"dog was hungry")) == (403, sync.BAD_SIGNATURE)
    from_test = SmallAgent(agent.author, environment="test")
    assert await refusal(hub, from_test.seal(from_test.loss())) == (403, sync.WRONG_ENVIRONMENT)


async def test_many_agents_at_once(hub: Hub, agent: SmallAgent) -> None:
    chains = [SmallAgent(agent.author, chain=f"{number:032x}") for number in range(8)]
    with hub.store.reading() as connection:
        before = log_size(connection)

    async def send(chain: SmallAgent) -> set[int]:
        statuses = set()
        for number in range(3):
            answer = await client.post(sync.BATCHES_PATH, content=chain.seal(chain.result(f"S{number}")))
            statuses.add(answer.status_code)
        return statuses

    async with client_of(hub) as client:
        assert await asyncio.gather(*(send(chain) for chain in chains)) == [{201}] * 8
    with hub.store.reading() as connection:
        assert log_size(connection) == before + 24
