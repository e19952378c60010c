"""What an operator's instruments read is what happened, names nobody, and is for the operator alone."""

from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from small_hub import SmallAgent, admin_of, client_of, small_agent

from hub.accounts.permission import Scope
from hub.accounts.tokens import make_token
from hub.api.app import create_app
from hub.parts import Hub
from hub.store.ledger.batches import log_size as stored_log_size
from traceability.batch.open import compress
from traceability.sync import BATCH_TYPE, BATCHES_PATH

ZSTD = {"Content-Encoding": "zstd", "Content-Type": BATCH_TYPE}
Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


async def scraped(client: httpx.AsyncClient, **headers: str) -> Samples:
    answer = await client.get("/metrics", headers=headers)
    assert answer.status_code == 200, answer.text
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


@pytest.mark.every_store(spread=True)
async def test_what_happened_is_counted(hub: Hub, agent: SmallAgent) -> None:
    small_agent(hub, "b.line-1", plant="plant-b")
    bodies = [compress(agent.seal(agent.result("S1"), agent.loss(1))), compress(agent.seal_lines(b'{"kind":"poem"}'))]
    early = compress(SmallAgent("stranger").seal(agent.result("S2")))
    async with client_of(hub) as client:
        for body in (*bodies, bodies[0], early):
            await client.post(BATCHES_PATH, content=body, headers=ZSTD)
        await client.get("/no/such/page/4711")
        found = await scraped(client)
    for outcome, count in (("taken", 2), ("again", 1), ("unknown-author", 1)):
        assert found["zhuoyue_hub_batches_total", (("outcome", outcome),)] == count
    assert found["zhuoyue_hub_records_total", ()] == 3
    assert found["zhuoyue_hub_quarantined_records_total", ()] == 1
    assert found["zhuoyue_hub_quarantined", ()] == 1
    assert found["zhuoyue_hub_log_size", ()] == log_size(hub)
    assert found["zhuoyue_hub_writable", ()] == 1
    assert found["zhuoyue_hub_store_bytes", ()] > 10_000
    assert found["zhuoyue_hub_agents", (("state", "never"),)] == 1
    assert found["zhuoyue_hub_transaction_batches_sum", ()] == 3
    posted = (("method", "POST"), ("route", BATCHES_PATH), ("status", "201"))
    assert found["zhuoyue_hub_requests_total", posted] == 2
    assert found["zhuoyue_hub_requests_total", (("method", "GET"), ("route", "other"), ("status", "404"))] == 1


def log_size(hub: Hub) -> int:
    with hub.store.reading() as connection:
        return stored_log_size(connection)


async def test_nobody_is_named(hub: Hub, agent: SmallAgent) -> None:
    async with client_of(hub) as client:
        await client.post(BATCHES_PATH, content=compress(agent.seal(agent.result("S1"))), headers=ZSTD)
        await client.get(f"/api/v1/agents/{agent.author}")
        text = (await client.get("/metrics")).text
    assert agent.author not in text
    assert "plant-a" not in text


async def test_they_are_for_the_operator_alone(hub: Hub, agent: SmallAgent) -> None:
    token = make_token(hub, "plant-a-company", set(Scope)).text
    guarded = httpx.ASGITransport(create_app(hub, open_pages=False))
    async with httpx.AsyncClient(transport=guarded, base_url="http://127.0.0.1") as client:
        for headers in ({}, {"Authorization": f"Bearer {token}"}):
            answer: Any = await client.get("/metrics", headers=headers)
            assert answer.status_code in (401, 403), headers
        assert await scraped(client, **admin_of(hub))
