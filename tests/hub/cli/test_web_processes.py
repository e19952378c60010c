"""Who asks for pages is answered by another process, who sends batches by the one that listens: by the same port."""

import argparse
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import httpx
import pytest
import uvicorn

from hub.cli import main
from hub.serve import HandedServer, listen, url_of
from hub.serve_options import web_command
from hub.web import MOST_HANDED, Handed, Link, SharedConnection, is_answered_here, linked
from traceability.sync import AUTHORS_PATH, BATCHES_PATH

PATIENCE_S = 60


class Says:
    """Answers everything with its name and how much was sent."""

    def __init__(self, name: str) -> None:
        self.name = name

    async def __call__(self, _scope: Any, receive: Any, send: Any) -> None:
        size, more = 0, True
        while more:
            part = await receive()
            size, more = size + len(part["body"]), part["more_body"]
        await send({"type": "http.response.start", "status": 200, "headers": [(b"of", self.name.encode())]})
        await send({"type": "http.response.body", "body": f"{self.name} {size} ".encode() * 20_000})


@contextmanager
def until_left(server: uvicorn.Server, sockets: list[socket.socket]) -> Iterator[None]:
    thread = threading.Thread(target=server.run, kwargs={"sockets": sockets})
    thread.start()
    deadline = time.monotonic() + PATIENCE_S
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.005)
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(PATIENCE_S)


def config(name: str, **more: Any) -> uvicorn.Config:
    return uvicorn.Config(Says(name), log_config=None, ws="none", lifespan="off", **more)


@pytest.fixture
def link() -> Iterator[tuple[Link, socket.socket]]:
    ours, theirs = linked()
    with ours, theirs:
        yield Link(ours), theirs


@pytest.fixture
def asked(link: tuple[Link, socket.socket]) -> Iterator[httpx.Client]:
    listener = listen("127.0.0.1", 0)
    server = uvicorn.Server(config("here", http=partial(SharedConnection, web=link[0])))
    with (
        listener,
        until_left(server, [listener]),
        httpx.Client(base_url=url_of(listener), timeout=PATIENCE_S) as client,
    ):
        yield client


def test_pages_are_answered_there_and_batches_here(asked: httpx.Client, link: tuple[Link, socket.socket]) -> None:
    assert asked.get("/plants").headers["of"] == "here", "the other process is not ready yet"
    asked.close()
    with until_left(HandedServer(config("there"), Handed(link[1])), []):
        for path, body, by in (
            ("/plants?x=1", b"", "there"),
            (BATCHES_PATH, b"b" * 300_000, "here"),
            (AUTHORS_PATH + "/a/chains/c", b"", "here"),
            ("/entries", b"e" * 1_000, "there"),
            ("/files", b"f" * 500_000, None),
        ):
            with httpx.Client(base_url=asked.base_url, timeout=PATIENCE_S) as client:
                for _ in range(2):  # on one connection
                    answer = client.post(path, content=body)
                    assert answer.text.startswith(f"{answer.headers['of']} {len(body)} ")
                    assert len(answer.content) == 20_000 * len(f"{answer.headers['of']} {len(body)} ")
                    assert by in (None, answer.headers["of"]), path
    with httpx.Client(base_url=asked.base_url, timeout=PATIENCE_S) as client:
        assert client.get("/plants").headers["of"] == "here", "the other process has ended"


def test_who_is_handed_connections_ends_with_who_hands_them(link: tuple[Link, socket.socket]) -> None:
    server = HandedServer(config("there"), Handed(link[1]))
    with until_left(server, []):
        link[0].close()
        deadline = time.monotonic() + PATIENCE_S
        while not server.should_exit and time.monotonic() < deadline:
            time.sleep(0.005)
        assert server.should_exit


@pytest.mark.parametrize(
    ("request_", "here"),
    [
        (b"POST /api/v1/batches HTTP/1.1\r\n", True),
        (b"GET /api/v1/downlink/a?after=1 HTTP/1.1\r\n", True),
        (b"GET /metrics HTTP/1.1\r\n", True),
        (b"GET / HTTP/1.1\r\n", False),
        (b"GET /x?next=/api/v1/batches HTTP/1.1\r\n", False),
        (b"PO", False),
        (b"", False),
        (b"\xff\x00 ", False),
        (b"x" * MOST_HANDED, False),
    ],
)
def test_the_first_line_says_who_answers(request_: bytes, here: bool) -> None:
    assert is_answered_here(request_) is here


def test_a_web_process_is_begun_as_the_hub_was(tmp_path: Any, capsys: pytest.CaptureFixture[str]) -> None:
    told = {"data": tmp_path, "host": "127.0.0.1", "allow_host": ["hub.example"], "open_pages": False, "web": 1}
    rest = {"tokens_only": True, "trace": None, "agents_only": False, "tls": False, "tls_cert": None}
    command = web_command(argparse.Namespace(**told, **rest))
    assert command[:3] == ("serve", "--data", str(tmp_path))
    assert command[-5:] == ("--role", "web", "--allow-host", "hub.example", "--tokens-only")
    assert main(["init", "--data", str(tmp_path / "hub"), "--origin", "hub.test/log", "--environment", "demo"]) == 0
    assert main(["serve", "--data", str(tmp_path / "hub"), "--port", "0", "--web", "2", "--tls"]) == 1
    assert "--web" in capsys.readouterr().err
