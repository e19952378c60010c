"""Killed between any two statements of any step, the file stands as before the step or as after it."""

import asyncio
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest
from small_outbox import Bench, telemetry

from edge_agent.outbox.quota import Quota

PROGRAM = Path(__file__).with_name("killed_between_writes.py")
STEPS = ["append", "append_telemetry", "seal", "acknowledge", "purge", "tidy", "open_chain"]
SMALL = Quota(telemetry=2000)
SUPPORT = Path(__file__).parents[2] / "support"
pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="each death is a fork")


def contents(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table, read from a copy, so that looking changes nothing."""
    copy = path.parent / "look"
    copy.mkdir()
    for file in path.parent.glob("outbox.db*"):
        if not file.name.endswith("-shm"):
            shutil.copy(file, copy)
    connection = sqlite3.connect(copy / path.name)
    tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    found = {name: connection.execute(f"SELECT * FROM {name}").fetchall() for name in tables}
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    connection.close()
    shutil.rmtree(copy)
    return found


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    """40 batches of which 5 are acknowledged, records without a batch, some that wait, and losses not yet declared."""
    path = tmp_path_factory.mktemp("base") / "outbox.db"
    bench = Bench(path, random=Random(3))

    async def make():
        outbox = await bench.open(quota=SMALL)
        for cycle in range(1, 41):
            await outbox.append(bench.submission(cycle, f"S{cycle}"))
            batch = await outbox.seal(500)
            if cycle <= 5:
                await outbox.acknowledge(batch.seq, b"receipt")
        for cycle in range(41, 44):
            await outbox.append(bench.submission(cycle, f"S{cycle}"))
        await outbox.append_records([telemetry(bench.now, number) for number in range(6)])
        report = await outbox.report()
        outbox.close()
        return report

    report = asyncio.run(make())
    assert report.losses
    assert report.space.waiting
    return path


@pytest.mark.parametrize("step", STEPS)
def test_killed_before_any_statement_a_step_has_happened_or_not(base, step, tmp_path):
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(SUPPORT), *sys.path])}
    said = subprocess.run(
        [sys.executable, str(PROGRAM), str(base), str(tmp_path), step],
        env=environment, capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    deaths = int(said.stdout)
    assert deaths >= 4, "begin, something read, something written, commit"
    before, after = contents(base), contents(tmp_path / "done" / "outbox.db")
    assert before != after
    stood = [contents(tmp_path / str(number) / "outbox.db") for number in range(1, deaths + 1)]
    assert all(found in (before, after) for found in stood)
    assert stood[0] == before
