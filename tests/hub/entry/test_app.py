import sqlite3
from contextlib import closing

import httpx
import pytest
from small_hub import client_of

from hub.api import health
from hub.api.app import create_app
from hub.errors import StoreBusy
from hub.parts import Hub
from hub.settings import DATABASE
from traceability import sync


async def test_health_and_readiness(hub: Hub) -> None:
    async with client_of(hub) as client:
        assert (await client.get("/healthz")).json() == {"status": "ok", "batch_format": "1.0"}
        ready = (await client.get("/readyz")).json()
    assert (ready["status"], ready["log_size"], ready["environment"]) == ("ready", 1, "demo")


@pytest.mark.in_a_file("SQLite's lock; a server's: store/test_server_faults.py")
async def test_readiness_says_that_the_store_is_busy(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "BUSY_AFTER_S", 0.05)
    async with client_of(hub) as client:
        other = sqlite3.connect(hub.settings.data / DATABASE, isolation_level=None)
        with closing(other):
            other.execute("BEGIN IMMEDIATE")
            busy = await client.get("/readyz")
            assert (busy.status_code, busy.json()["type"]) == (503, sync.BUSY)
            assert int(busy.headers["retry-after"]) > 0
            assert (await client.get("/healthz")).status_code == 200
        with hub.store.writing():
            assert (await client.get("/readyz")).status_code == 503
        assert (await client.get("/readyz")).status_code == 200


@pytest.mark.in_a_file("the disk is the hub's own; a server's: store/test_server_faults.py")
async def test_readiness_says_that_the_disk_is_full(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "LEAST_ROOM", 2**62)
    async with client_of(hub) as client:
        full = await client.get("/readyz")
        assert (full.status_code, full.json()["type"]) == (507, sync.FULL)
        assert "make room" in full.json()["advice"]
        assert (await client.get("/healthz")).status_code == 200


async def test_an_unknown_address_and_a_wrong_method_are_problems(hub: Hub) -> None:
    async with client_of(hub) as client:
        for answer in (await client.get("/api/v1/nothing"), await client.delete(sync.BATCHES_PATH)):
            assert answer.headers["content-type"] == sync.PROBLEM_TYPE
            assert answer.json()["advice"]


async def test_a_busy_store_asks_to_come_again(hub: Hub) -> None:
    app = create_app(hub)

    @app.get("/busy")
    def busy() -> None:
        raise StoreBusy("the store is busy")

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as client:
        answer = await client.get("/busy")
    assert (answer.status_code, answer.json()["type"]) == (503, sync.BUSY)
    assert int(answer.headers["retry-after"]) > 0


async def test_a_bug_tells_nothing_of_the_inside(hub: Hub) -> None:
    app = create_app(hub)

    @app.get("/bug")
    def bug() -> None:
        raise KeyError("secret")

    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        answer = await client.get("/bug")
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert answer.headers["content-type"] == sync.PROBLEM_TYPE


def test_the_description_of_the_api_knows_every_route_and_its_errors(hub: Hub) -> None:
    described = create_app(hub).openapi()
    post = described["paths"][sync.BATCHES_PATH]["post"]
    assert sync.BATCH_TYPE in post["requestBody"]["content"]
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            problem = operation["responses"]["default"]["content"]
            assert list(problem) == [sync.PROBLEM_TYPE], (path, method)
            assert "422" not in operation["responses"], (path, method)
