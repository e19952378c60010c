"""A link that goes dark without a word, between network namespaces: noticed in the stated time, and nothing is lost."""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from small_fleet import QUIET, command, last_batch, new_hub, says, token, until

pytestmark = [pytest.mark.story, pytest.mark.xdist_group("ports")]
HUB_IP, AGENT_IP = "203.0.113.241", "203.0.113.242"
SILENCE_S, TOLERANCE_S = 1.5, 25.0
AGENT = """
import sys
from edge_agent import composition
from edge_agent.cli import main
from storm_programs import PACES, PATIENCE
class Workshop(composition.Workshop):
    def sender(self, config):
        found = super().sender(config)
        found._paces, found._patience = PACES, PATIENCE
        return found
composition.Workshop = Workshop
sys.exit(main(sys.argv[1:]))
"""


def ip(*words: str) -> bool:
    """Whether it was allowed."""
    program = shutil.which("ip")
    return program is not None and subprocess.run([program, *words], capture_output=True, check=False).returncode == 0


@pytest.fixture
def link() -> Iterator[tuple[str, str]]:
    """A namespace for the agent, and the hub's end of the cable to it."""
    name = f"zy{os.getpid() % 100000}"
    cable, end = f"{name}h", f"{name}a"
    made = os.geteuid() == 0 and ip("netns", "add", name)
    try:
        made = (
            made
            and ip("link", "add", cable, "type", "veth", "peer", "name", end, "netns", name)
            and ip("address", "add", f"{HUB_IP}/30", "dev", cable)
            and ip("link", "set", cable, "up")
            and ip("-n", name, "address", "add", f"{AGENT_IP}/30", "dev", end)
            and ip("-n", name, "link", "set", end, "up")
            and ip("-n", name, "link", "set", "lo", "up")
        )
        if not made:
            pytest.skip("no network namespaces here; test_storm has half-open links by a proxy")
        yield name, cable
    finally:
        ip("link", "delete", cable)
        ip("netns", "delete", name)


@contextlib.contextmanager
def process(words: list[object], log: Path) -> Iterator["subprocess.Popen[bytes]"]:
    support = str(Path(__file__).parents[1] / "support")
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([support, os.environ.get("PYTHONPATH", "")])}
    with log.open("ab") as output:
        started = subprocess.Popen([str(word) for word in words], stdout=output, stderr=output, env=environment)
    try:
        yield started
    finally:
        started.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            started.wait(30)
        started.kill()
        started.wait()


def test_a_dark_link_is_noticed_and_everything_arrives_when_it_is_back(link: tuple[str, str], tmp_path: Path) -> None:
    namespace, cable = link
    hub, line = new_hub(tmp_path / "hub"), tmp_path / "line"
    line.mkdir()
    inside = [shutil.which("ip"), "netns", "exec", namespace, sys.executable]
    ready = hub / "ready.json"
    serve = ["serve", "--data", hub, "--host", HUB_IP, "--port", 0, "--agents-only", "--tls", "--ready-file", ready]
    with process([sys.executable, "-m", "hub", *serve], tmp_path / "hub.log") as serving:
        until(lambda: ready.exists() or serving.poll() is not None, "the hub listens")
        assert serving.poll() is None, (tmp_path / "hub.log").read_text()
        enrol = ["-m", "edge_agent", "enroll", token(hub), "--config", line / "agent.toml", "--json"]
        done = subprocess.run([*inside, *enrol], capture_output=True, text=True, timeout=90, check=False)
        assert done.returncode == 0, done.stderr
        assert HUB_IP in json.loads(ready.read_text())["url"]
        make_quiet(line)
        with process([*inside, "-c", AGENT, "run", line / "agent.toml"], line / "log"):
            until(lambda: last_batch(hub), "the agent sends")
            says(line / "log", "the hub takes batches")
            before = last_batch(hub)
            assert before is not None
            assert ip("link", "set", cable, "down")
            hold(line)
            began = time.monotonic()
            says(line / "log", "the hub does not take batches now")
            noticed = time.monotonic() - began
            assert last_batch(hub) == before
            assert ip("link", "set", cable, "up")
            until(lambda: last_batch(hub) != before, "what was made meanwhile arrives")
    assert noticed < SILENCE_S + TOLERANCE_S


def make_quiet(line: Path) -> None:
    """Nothing is connected to this agent; its own records are what counts here."""
    for name in ("agent.toml", "control-plan.toml"):
        content = (line / name).read_text(encoding="utf-8")
        for before, after in (*QUIET, ('plant = "plant"', 'plant = "plant-a"')):
            content = content.replace(before, after)
        (line / name).write_text(content, encoding="utf-8")


def hold(line: Path) -> None:
    """A record: a person stops a station."""
    words = ("--station", "OP10", "--by", "q7", "--why", "a test")
    done = command("hold", "add", line / "agent.toml", *words, room="edge_agent")
    assert "error" not in done, done
