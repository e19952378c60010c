"""The bounds of a hub as it is really served: its names, and the size of a request's head."""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.cli import main
from hub.serve import MAX_HEAD


@pytest.fixture
def program() -> list[str]:
    """What is run: the hub."""
    return ["-m", "hub"]


@pytest.fixture
def port(tmp_path: Path, program: list[str]) -> Iterator[int]:
    data, ready = tmp_path / "hub", tmp_path / "ready.json"
    assert main(["init", "--data", str(data), "--environment", "demo"]) == 0
    words = ["serve", "--data", data, "--port", "0", "--ready-file", ready, "--allow-host", "hub.example"]
    process = subprocess.Popen([sys.executable, *program, *words], stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 180
    try:
        while not ready.exists() and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.05)
        yield int(json.loads(ready.read_text())["url"].rpartition(":")[2])
    finally:
        process.terminate()
        process.wait(60)


def status(port: int, request: bytes) -> int:
    """The status of the answer to raw bytes."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(request)
        answer = connection.recv(4096)
    return int(answer.split(b" ")[1])


SHORT = """
import sys
from hub.api import connection
from hub.cli import main
connection.HEAD_S, connection.READER_S = 0.5, 0.5
sys.exit(main(sys.argv[1:]))
"""


def until_closed(connection: socket.socket, keep_on: bytes) -> bytes:
    """What came until the hub closed, while a byte now and then was sent; within 30 s."""
    came, deadline = b"", time.monotonic() + 30
    connection.settimeout(0.1)
    while time.monotonic() < deadline:
        try:
            connection.send(keep_on)
            part = connection.recv(4096)
        except TimeoutError:
            continue
        except OSError:
            return came
        if not part:
            return came
        came += part
    raise AssertionError("still open")


def sent(connection: socket.socket, request: bytes) -> bool:
    """Whether the hub still takes requests on a connection."""
    time.sleep(0.05)
    try:
        connection.sendall(request)
    except OSError:
        return False
    return True


@pytest.mark.parametrize("program", [["-c", SHORT]])
def test_who_takes_for_ever_to_ask_is_cut_off(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=30) as silent:
        assert until_closed(silent, b"") == b""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as slow:
        slow.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nX: ")
        assert until_closed(slow, b"x") == b""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as kept:
        kept.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        kept.sendall(b"GET /healthz HT")
        assert until_closed(kept, b"x").startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("program", [["-c", SHORT]])
def test_who_does_not_read_the_answer_is_cut_off(port: int) -> None:
    with socket.socket() as deaf:
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        deaf.settimeout(30)
        deaf.connect(("127.0.0.1", port))
        request = b"GET /openapi.json HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
        assert any(not sent(deaf, request) for _ in range(600)), "still open"


def test_what_is_no_honest_request_is_refused(port: int) -> None:
    for host, expected in ((b"hub.example", 200), (b"127.0.0.1", 200), (b"evil.example", 421)):
        assert status(port, b"GET /healthz HTTP/1.1\r\nHost: " + host + b"\r\n\r\n") == expected
    endless = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nX: " + b"x" * (2 * MAX_HEAD)
    assert status(port, endless) == 400
