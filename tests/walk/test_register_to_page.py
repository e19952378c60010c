"""One value, from two Modbus registers through a signed batch to the HTML of the unit's page."""

import asyncio
import json
import struct
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

GTIN, SERIAL = "09506000134352", "H-4711"
VALUE = "25.0123"
PLAN = f"""
part = "{GTIN}"
plant = "plant"
revision = "A"
name = "Housing"
[[operation]]
id = "OP10"
name = "Bore"
final = true
[[characteristic]]
id = "bore"
name = "Bore diameter"
operation = "OP10"
uom = "mm"
decimals = 4
lsl = "25.0000"
usl = "25.0210"
key = true
"""
AGENT = """
[agent]
author = "line-1"
environment = "test"
control_plan = "control-plan.toml"
[hub]
url = "{url}"
public_key = "{key}"
[sealing]
max_age_s = 0.1
[page]
port = 0
[[device]]
name = "cell"
driver = "modbus-tcp"
profile = "zhuoyue/four-phase-cell"
poll_ms = 10
[device.settings]
host = "127.0.0.1"
port = {port}
[[station]]
name = "OP10"
work_cell = "plant/line-1/OP10"
operation = "OP10"
device = "cell"
base = 200
[station.measurements]
m1 = "bore"
"""
BASE, TRIGGER, ACKNOWLEDGE = 200, 200, 260
PATIENCE_S = 180


def text(content: str) -> list[int]:
    return list(struct.unpack(">16H", content.encode().ljust(32, b"\0")))


def registers() -> list[int]:
    """The station's block as a controller's program would lay it out, written down without the profile's help."""
    high, low = struct.unpack(">HH", struct.pack(">f", float(VALUE)))
    block = [0] * 62
    block[2:4] = [0, 7]  # cycle
    block[4:8] = struct.unpack(">4H", struct.pack(">Q", 1_790_000_000_000))
    block[8] = 1  # verdict OK
    block[12:28] = text(SERIAL)
    block[44:46] = [low, high]  # word order CDAB
    return block


def run(module: str, *arguments: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments], capture_output=True, text=True, timeout=PATIENCE_S, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[dict[str, Any]]:
    """A hub that serves; its keys and its address."""
    data = str(tmp_path / "hub")
    made = run("hub", "init", "--data", data, "--environment", "test", "--json")
    run("hub", "org", "add", "--data", data, "--id", "maker", "--name", "Maker", "--json")
    run("hub", "plant", "add", "--data", data, "--id", "plant", "--organisation", "maker", "--name", "Plant", "--json")
    ready = tmp_path / "ready.json"
    serving = subprocess.Popen(
        [sys.executable, "-m", "hub", "serve", "--data", data, "--port", "0", "--ready-file", str(ready)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        for _ in range(PATIENCE_S * 20):
            if ready.exists():
                break
            assert serving.poll() is None, "the hub ended"
            serving_wait(serving, 0.05)
        yield made | json.loads(ready.read_text()) | {"folder": data}
    finally:
        serving.terminate()
        serving.wait(PATIENCE_S)


def serving_wait(process: subprocess.Popen[bytes], seconds: float) -> None:
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return


@pytest.fixture
async def controller() -> AsyncIterator[tuple[ModbusTcpServer, int]]:
    blocks = SimData(BASE, count=62, values=0, datatype=DataType.REGISTERS)
    server = ModbusTcpServer(SimDevice(1, [blocks]), address=("127.0.0.1", 0))
    await server.serve_forever(background=True)
    yield server, server.transport.sockets[0].getsockname()[1]
    await server.shutdown()


@pytest.fixture
def agent(tmp_path: Path, hub: dict[str, Any], controller: tuple[ModbusTcpServer, int]) -> Iterator[None]:
    folder = tmp_path / "agent"
    made = run("edge_agent", "init", str(folder), "--author", "line-1", "--environment", "test", "--json")
    key = ["--author", "line-1", "--plant", "plant", "--public-key", made["public_key"]]
    run("hub", "agent", "add", "--data", hub["folder"], *key, "--json")
    config = AGENT.format(url=hub["url"], key=hub["hub_public_key"], port=controller[1])
    (folder / "agent.toml").write_text(config)
    (folder / "control-plan.toml").write_text(PLAN)
    with (tmp_path / "agent.log").open("wb") as log:
        command = [sys.executable, "-m", "edge_agent", "run", str(folder / "agent.toml")]
        running = subprocess.Popen(command, stdout=log, stderr=log)
    yield
    running.terminate()
    running.wait(15)


async def test_a_value_walks_from_a_register_to_the_page(
    hub: dict[str, Any], controller: tuple[ModbusTcpServer, int], agent: None
) -> None:
    server, _ = controller
    await server.async_setValues(1, 16, BASE, registers())
    await server.async_setValues(1, 16, TRIGGER, [1])
    async with asyncio.timeout(PATIENCE_S):
        while (await server.async_getValues(1, 3, ACKNOWLEDGE, 1)) != [1]:  # noqa: ASYNC110 - a controller scans
            await asyncio.sleep(0.01)
    await server.async_setValues(1, 16, TRIGGER, [0])
    page = await opened(f"{hub['url']}/01/{GTIN}/21/{SERIAL}")
    for seen in (SERIAL, VALUE, "Bore diameter", "25.0210", "Plant"):
        assert seen in page


async def opened(address: str) -> str:
    """The page in English, once there is one."""
    async with httpx.AsyncClient(trust_env=False, headers={"Accept-Language": "en"}) as browser:
        async with asyncio.timeout(PATIENCE_S):
            while (answer := await browser.get(address)).status_code == 404:  # noqa: ASYNC110 - as people reload
                await asyncio.sleep(0.1)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    return answer.text
