"""A hub and agents as their own processes, over TLS, enrolled as plant IT does it."""

import contextlib
import io
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import edge_agent.cli
import hub.cli
from hub.composition import open_hub
from hub.store.ledger.batches import StoredBatch, latest_of_author

T = TypeVar("T")
PLANT = "plant-a"
AUTHOR = "plant-a.line-1"
DEADLINE_S = 180.0

QUIET = (
    ("192.168.0.10", "127.0.0.1"),  # nobody is there: what counts here are the agent's own records
    ("port = 502\n", "port = 9\n"),
    ("port = 8470", "port = 0"),
)


def command(*words: object, room: str = "hub") -> dict[str, Any]:
    """Run a verb with ``--json``, as the command does; what it printed, or its error text under ``error``."""
    main = {"hub": hub.cli.main, "edge_agent": edge_agent.cli.main}[room]
    out, errors = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(errors):
        status = main([*(str(word) for word in words), "--json"])
    return json.loads(out.getvalue()) if status == 0 else {"error": errors.getvalue()}


def rotated(config: Path) -> dict[str, Any]:
    """``rotate-key`` as its own process: it has an event loop and connections of its own."""
    words = [sys.executable, "-m", "edge_agent", "rotate-key", str(config), "--json"]
    done = subprocess.run(words, capture_output=True, text=True, timeout=DEADLINE_S, check=False)
    return json.loads(done.stdout) if done.returncode == 0 else {"error": done.stderr}


def new_hub(folder: Path) -> Path:
    """A hub with a company and a plant."""
    command("init", "--data", folder, "--environment", "test")
    command("org", "add", "--data", folder, "--id", "company-a", "--name", "A")
    added = command("plant", "add", "--data", folder, "--id", PLANT, "--organisation", "company-a", "--name", "A")
    assert added.get("new"), added
    return folder


def token(folder: Path, *options: object) -> str:
    """A token for line-1, by what the hub's own server remembered of its address."""
    made = command("agent", "token", "--data", folder, "--plant", PLANT, "--line", "line-1", *options)
    assert "token" in made, made
    return made["token"]


def enrolled(folder: Path, text: str, *options: object) -> dict[str, Any]:
    """Enrol with a token; the configuration is made to run without devices and a page."""
    config = folder / "agent.toml"
    answer = command("enroll", text, "--config", config, *options, room="edge_agent")
    if config.exists():
        content = config.read_text(encoding="utf-8")
        for before, after in QUIET:
            content = content.replace(before, after)
        config.write_text(content, encoding="utf-8")
        plan = folder / "control-plan.toml"
        plan.write_text(plan.read_text(encoding="utf-8").replace('plant = "plant"', f'plant = "{PLANT}"'))
    return answer


@contextmanager
def serving_agents(folder: Path) -> Iterator[str]:
    """The hub as agents reach it: TLS with its own certificate, nothing but what they need."""
    ready = folder / "ready.json"
    ready.unlink(missing_ok=True)
    words = ["serve", "--data", folder, "--port", 0, "--agents-only", "--tls", "--ready-file", ready]
    with _process("hub", words, folder / "serve.log") as process:
        until(lambda: ready.exists() or process.poll() is not None, "the hub listens")
        assert process.poll() is None, (folder / "serve.log").read_text()
        yield json.loads(ready.read_text())["url"]


@contextmanager
def running(folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """An agent; its log is the file ``log``."""
    with _process("edge_agent", ["run", folder / "agent.toml", "--verbose"], folder / "log") as process:
        yield process


@contextmanager
def _process(room: str, words: list[object], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("ab") as output:
        arguments = [sys.executable, "-m", room, *(str(word) for word in words)]
        process = subprocess.Popen(arguments, stdout=output, stderr=output)
    try:
        yield process
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(30)
        process.kill()
        process.wait()


def until(holds: Callable[[], T], what: str) -> T:
    """Wait for something; its value. AssertionError when it takes too long."""
    end = time.monotonic() + DEADLINE_S
    while not (found := holds()):
        assert time.monotonic() < end, f"not within {DEADLINE_S:g} s: {what}"
        time.sleep(0.1)
    return found


def says(log: Path, text: str) -> None:
    """Wait until a log says something."""
    until(lambda: log.exists() and text in log.read_text(encoding="utf-8"), f"{log} says {text!r}")


def last_batch(folder: Path, author: str = AUTHOR) -> StoredBatch | None:
    """The newest batch the hub holds of an author."""
    opened = open_hub(folder)
    try:
        with opened.store.reading() as connection:
            return latest_of_author(connection, author)
    finally:
        opened.store.close()
