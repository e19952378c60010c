"""The agent as its own process beside a real controller: its files, its life, and what it stored."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from hub_stand_in import AGENT, HUB
from small_outbox import Audit, audited

from traceability.encoding import to_base64
from traceability.record.production import UnitResultRecord

CONFIG = """\
[agent]
author = "supplier-a.line-1"
environment = "test"
control_plan = "control-plan.toml"
[hub]
url = "{hub}"
public_key = "{key}"
[page]
port = 0
[sealing]
max_age_s = {age}
[[device]]
name = "cell"
driver = "modbus-tcp"
profile = "zhuoyue/four-phase-cell"
poll_ms = 5
[device.settings]
host = "127.0.0.1"
port = {port}
[[station]]
name = "OP10"
work_cell = "line/OP10"
operation = "OP10"
device = "cell"
[station.measurements]
m1 = "bore"
[[station]]
name = "OP20"
work_cell = "line/OP20"
operation = "OP20"
device = "cell"
base = 100
"""

PLAN = """\
part = "09506000134352"
plant = "p"
revision = "A"
name = "Housing"
[[operation]]
id = "OP10"
name = "Boring"
[[operation]]
id = "OP20"
name = "Facing"
[[characteristic]]
id = "bore"
name = "Bore"
operation = "OP10"
uom = "mm"
decimals = 3
"""


def write_agent(folder: Path, port: int, hub: str = "http://127.0.0.1:9", age: float = 0.05, more: str = "") -> Path:
    """The configuration, its plan and key; ``more`` are tables in front of the devices."""
    config = CONFIG.format(hub=hub, key=to_base64(HUB.public_key), port=port, age=age)
    config = config.replace("[[device]]", f"{more}[[device]]", 1)
    (folder / "agent.toml").write_text(config, encoding="utf-8")
    (folder / "control-plan.toml").write_text(PLAN, encoding="utf-8")
    (folder / "agent.key").write_bytes(AGENT.to_pem())
    return folder


@asynccontextmanager
async def agent(folder: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    """Runs until the block ends; its log is the file ``log``."""
    log = folder / "log"
    with log.open("ab") as output:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "edge_agent", "run", str(folder / "agent.toml"), stderr=output
        )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def ended(process: asyncio.subprocess.Process, number: int = signal.SIGTERM) -> int:
    process.send_signal(number)
    return await asyncio.wait_for(process.wait(), 15)


async def said(folder: Path, text: str, times: int = 1) -> str:
    """The log, once it holds ``text`` so often."""
    async with asyncio.timeout(15):
        while (log := (folder / "log").read_text(encoding="utf-8")).count(text) < times:  # noqa: ASYNC110 - a file
            await asyncio.sleep(0.02)
    return log


def results(folder: Path) -> tuple[Audit, list[tuple[str, int]]]:
    found = audited(folder / "data" / "outbox.db", AGENT.public_key)
    return found, [(record.operation, record.cycle) for record in found.of(UnitResultRecord)]
