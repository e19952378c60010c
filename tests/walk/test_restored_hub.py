"""A hub put back to an old backup asks the agents for what it forgot, and gets it; who kept a checkpoint sees it."""

import asyncio
import json
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import httpx
from small_hub import projection_of
from small_outbox import AUTHOR, Bench

from edge_agent.config.settings import Hub
from edge_agent.outbox.store import Outbox
from edge_agent.pace import Pace
from edge_agent.uplink.sender import Paces, Sender
from hub.composition import open_hub
from traceability.encoding import from_base64, to_base64
from traceability.log.checkpoint import Checkpoint, open_checkpoint
from traceability.log.note import parse_verifier_key
from traceability.merkle import leaf_hash, tree_hash

PATIENCE_S = 180
PACES = Paces(down=Pace(first=0.05, longest=0.2), refused=Pace(first=0.05, longest=0.2), ask_every=0.3)


def hub_command(*words: str | Path) -> dict[str, object]:
    run = subprocess.run(
        [sys.executable, "-m", "hub", *words, "--json"], capture_output=True, text=True, timeout=PATIENCE_S, check=False
    )
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


@contextmanager
def serving(data: Path, port: int = 0) -> Iterator[int]:
    """The hub as a process of its own; killed at the end, so that nothing is put in order."""
    ready = data.parent / "ready.json"
    ready.unlink(missing_ok=True)
    command = [sys.executable, "-m", "hub", "serve", "--data", data, "--port", str(port), "--ready-file", ready]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        due = time.monotonic() + PATIENCE_S
        while not ready.exists():
            assert process.poll() is None
            assert time.monotonic() < due
            time.sleep(0.02)
        yield int(json.loads(ready.read_text())["url"].rpartition(":")[2])
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait(PATIENCE_S)


class Line:
    """An agent's outbox, and batches sealed in it."""

    def __init__(self, folder: Path) -> None:
        self.bench = Bench(folder / "outbox.db")
        self.outbox: Outbox
        self.cycle = 0

    async def seal(self) -> None:
        self.cycle += 1
        await self.outbox.append(self.bench.submission(self.cycle, f"S-{self.cycle}"))
        await self.outbox.seal(100)


@asynccontextmanager
async def sending(line: Line, settings: Hub) -> AsyncIterator[Sender]:
    sender = Sender(
        settings, AUTHOR, line.outbox, clock=line.bench.clock, monotonic=time.monotonic,
        jitter=random.Random(1).random, paces=PACES,
    )  # fmt: skip
    task = asyncio.create_task(sender.run())
    try:
        yield sender
    finally:
        sender.end()
        await asyncio.wait([task], timeout=10)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def all_sent(line: Line) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while (await line.outbox.report()).unsent_batches:  # noqa: ASYNC110 - asked from outside
            await asyncio.sleep(0.02)


async def log_of(port: int) -> tuple[Checkpoint, list[bytes]]:
    """The log as anybody sees it: its checkpoint, and the entries below 256."""
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
        key = parse_verifier_key((await client.get("/log/vkey")).text.strip())
        checkpoint = open_checkpoint((await client.get("/log/checkpoint")).text, key)
        bundle = (await client.get(f"/log/tile/entries/000.p/{checkpoint.size}")).content
    assert len(bundle) == 34 * checkpoint.size
    return checkpoint, [bundle[start + 2 : start + 34] for start in range(0, len(bundle), 34)]


def root_of(entries: list[bytes], size: int) -> bytes:
    return tree_hash([leaf_hash(entry) for entry in entries[:size]])


async def test_what_a_restored_hub_forgot_comes_back_from_agents_that_are_idle(tmp_path: Path) -> None:
    data, backup = tmp_path / "hub", tmp_path / "backup"
    line = Line(tmp_path)
    made = hub_command("init", "--data", data, "--environment", "test")
    hub_command("org", "add", "--data", data, "--id", "o", "--name", "O")
    hub_command("plant", "add", "--data", data, "--id", "p", "--organisation", "o", "--name", "P")
    key = to_base64(line.bench.signer.public_key)
    hub_command("agent", "add", "--data", data, "--author", AUTHOR, "--plant", "p", "--public-key", key)
    line.outbox = await line.bench.open()
    with serving(data) as port:
        settings = Hub(
            url=f"http://127.0.0.1:{port}", public_key=from_base64(str(made["hub_public_key"]), "key"), loopback=True
        )
        async with sending(line, settings):
            for _ in range(3):
                await line.seal()
            await all_sent(line)
    shutil.copytree(data, backup)
    with serving(data, port):
        async with sending(line, settings):
            for _ in range(12):
                await line.seal()
            await all_sent(line)
        kept, entries = await log_of(port)
        assert root_of(entries, kept.size) == kept.root
    shutil.rmtree(data)
    shutil.copytree(backup, data)
    hub_command("org", "add", "--data", data, "--id", "after", "--name", "Entered after the restore")
    with serving(data, port):
        restored, _ = await log_of(port)
        assert restored.size < kept.size  # visible at once: a log never shrinks
        async with sending(line, settings) as sender:
            async with asyncio.timeout(PATIENCE_S):
                while (await log_of(port))[0].size <= kept.size:  # noqa: ASYNC110 - asked from outside
                    await asyncio.sleep(0.05)
            assert sender.state == "online"
        now, entries = await log_of(port)
        assert now.size == kept.size + 1
        assert root_of(entries, now.size) == now.root
        assert root_of(entries, kept.size) != kept.root  # visible for ever: this log is no continuation of that one
    line.outbox.close()
    assert hub_command("fsck", "--data", data)["batches"] == now.size
    hub = open_hub(data)
    units = [row["unit"] for row in projection_of(hub)["unit_result"]]
    hub.store.close()
    assert len(units) == len(set(units)) == line.cycle
