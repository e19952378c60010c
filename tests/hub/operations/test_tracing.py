"""Spans follow a request through the hub, take up whose request it is, and hold nobody's data."""

import httpx
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from small_hub import SmallAgent

from hub.api.app import create_app
from hub.operations.tracing import traced
from hub.parts import Hub
from traceability.batch.open import compress
from traceability.sync import BATCH_TYPE, BATCHES_PATH

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


async def test_a_batch_is_followed_from_its_sender_to_the_store(hub: Hub, agent: SmallAgent) -> None:
    kept = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(kept))
    app = create_app(hub)
    headers = {"Content-Encoding": "zstd", "Content-Type": BATCH_TYPE, "traceparent": PARENT}
    with traced(app, provider):
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as client:
            sent = await client.post(BATCHES_PATH, content=compress(agent.seal(agent.result("S1"))), headers=headers)
            await client.get(f"/api/v1/agents/{agent.author}/secret")
        spans = {span.name: span for span in kept.get_finished_spans()}
    assert sent.status_code == 201
    post = spans[f"POST {BATCHES_PATH}"]
    assert post.parent is not None
    assert (
        f"{post.context.trace_id:032x}-{post.parent.span_id:016x}"
        == "0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331"
    )
    assert post.attributes["http.response.status_code"] == 201
    for name in ("batch.identify", "batch.turn", "batch.verify", "batch.store"):
        assert spans[name].parent.span_id == post.context.span_id
    told = "".join(span.to_json() for span in spans.values())
    assert agent.author not in told
    assert "GET other" in spans
