"""Batches that go straight to the desk are answered as their route answers them."""

import httpx
import pytest
from small_hub import SmallAgent

from hub.api.app import AGENT_ROUTERS, create_app
from hub.ingest import door
from hub.operations.meters import Meters
from hub.parts import Hub
from traceability import sync
from traceability.batch.open import compress
from traceability.record.codec import MAX_NESTING

ZSTD = {"Content-Encoding": "zstd", "Content-Type": sync.BATCH_TYPE}


async def answers(hub: Hub, sent: list[tuple[bytes, dict[str, str]]]) -> list[tuple[int, dict[str, str], bytes]]:
    app = create_app(hub, AGENT_ROUTERS)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as client:
        found = [await client.post(sync.BATCHES_PATH, content=body, headers=headers) for body, headers in sent]
        assert (await client.get(sync.BATCHES_PATH)).status_code == 405
    told: Meters = app.state.meters
    named = {sample.labels["route"] for metric in told.registry.collect() for sample in metric.samples
             if "route" in sample.labels}  # fmt: skip
    assert sync.BATCHES_PATH in named
    return [(one.status_code, dict(one.headers), one.content) for one in found]


async def test_every_answer_is_the_routes(hub: Hub, agent: SmallAgent, monkeypatch: pytest.MonkeyPatch) -> None:
    body = agent.seal(agent.result("S1"))
    stranger = SmallAgent("nobody.line-1")
    tampered = compress(body.replace(b"S1", b"S9"))
    sent = [
        (compress(body), ZSTD),
        (compress(body), ZSTD),
        (tampered, ZSTD),
        (compress(stranger.seal(stranger.result("S1"))), ZSTD),
        (b"[" * (MAX_NESTING + 9), ZSTD),
        (b"", {}),
        (body, {"Content-Encoding": "gzip"}),
        (b"x" * (hub.settings.limits.body + 1), {}),
    ]
    through_door = await answers(hub, sent)
    monkeypatch.setattr(door, "BATCHES_PATH", "/nowhere")
    by_route = await answers(hub, sent[1:])
    assert [status for status, *_ in through_door] == [201, 200, 403, 403, 400, 400, 415, 413]
    assert through_door[1:] == by_route
