"""The page as it is served on loopback: who may ask, what may be asked, what is answered."""

import asyncio
import json
import socket

import pytest
from prometheus_client.parser import text_string_to_metric_families
from small_page import served

from edge_agent.errors import OutboxUnusable
from edge_agent.local_page.server import LocalPage


@pytest.fixture
async def client(status):
    async def source():
        return status

    async with served(source) as client:
        yield client


async def test_the_page_and_its_style_may_do_nothing_but_be_looked_at(client):
    page = await client.get("/", headers={"Accept-Language": "zh-CN"})
    assert page.status_code == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["content-security-policy"].startswith("default-src 'none'; style-src 'self'")
    assert page.headers["x-content-type-options"] == "nosniff"
    assert page.headers["cache-control"] == "no-store"
    assert "一次交验合格率" in page.text
    assert "First-pass yield" in (await client.get("/?lang=en", headers={"Accept-Language": "zh"})).text
    assert (await client.get("/page.css")).headers["content-type"].startswith("text/css")


@pytest.mark.parametrize("host", ["attacker.example", "attacker.example:{port}", "127.0.0.1", "localhost:1", ""])
async def test_another_host_is_refused_whatever_it_asks_for(client, host):
    host = host.format(port=client.base_url.port)
    for path in ("/", "/status.json", "/metrics", "/nowhere"):
        answer = await client.get(path, headers={"Host": host})
        assert answer.status_code == 421
        assert "supplier-a" not in answer.text
    assert (await client.get("/", headers={"Host": f"LocalHost:{client.base_url.port}"})).status_code == 200


async def test_nothing_can_be_changed(client):
    for path in ("/", "/status.json", "/metrics"):
        assert (await client.post(path)).status_code == 405
    assert (await client.get("/docs")).status_code == 404
    assert (await client.get("/../../etc/passwd")).status_code == 404


async def test_the_status_is_what_the_command_prints(client, status):
    found = json.loads((await client.get("/status.json")).text)
    assert found["author"] == status.author
    assert found["line"]["devices"][1]["reconnects"] == 2
    assert found["operations"][0]["fpy"] == pytest.approx(0.9992)


async def test_metrics_are_understood_by_prometheus(client):
    text = (await client.get("/metrics")).text
    found = {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
    assert found["zhuoyue_device_connected", ("device", "cell-1")] == 1
    assert found["zhuoyue_device_reconnects_total", ("device", "torque-2")] == 2
    assert found["zhuoyue_uplink_state", ("state", "online")] == 1
    assert found["zhuoyue_outbox_unsealed_records",] == 3
    assert sum(value for key, value in found.items() if key[0] == "zhuoyue_first_pass_first_ok_total") == 1249 + 1180


async def test_health_is_bad_when_the_outbox_cannot_be_read(client):
    assert (await client.get("/healthz")).text == "ok\n"

    async def source():
        raise OutboxUnusable("cannot be read as an outbox: disk I/O error")

    async with served(source) as broken:
        for path in ("/healthz", "/", "/metrics"):
            answer = await broken.get(path)
            assert answer.status_code == 503
            assert "disk I/O error" in answer.text


async def test_a_bug_in_the_page_is_logged_and_shows_nothing(caplog):
    async def source():
        raise RuntimeError("inside")

    async with served(source) as broken:
        answer = await broken.get("/")
        assert (answer.status_code, "inside" in answer.text) == (500, False)
        assert (await broken.get("/page.css")).status_code == 200
    assert "the local page failed unexpectedly at /" in caplog.text


async def test_a_port_that_is_taken_stops_nothing(status, caplog):
    with socket.create_server(("127.0.0.1", 0)) as other:
        page = LocalPage(other.getsockname()[1], None)
        task = asyncio.create_task(page.run())
        await asyncio.sleep(0.1)
        assert not task.done()
        assert page.address is None
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert "the local page cannot be shown" in caplog.text
