"""``run --once`` and ``simulate``: the commands as a technician uses them, together."""

import asyncio
import json
import re
import signal
import sys
from contextlib import asynccontextmanager

import pytest
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

from edge_agent.cli import main
from traceability.encoding import to_base64
from traceability.keyfile import create_key_file

PLAN = """\
part = "09506000134352"
plant = "p"
revision = "A"
name = "Housing"
[[operation]]
id = "OP10"
name = "Boring"
[[characteristic]]
id = "bore"
name = "Bore"
operation = "OP10"
uom = "mm"
decimals = 3
"""
HEAD = """\
[agent]
author = "supplier-a.line-1"
environment = "test"
control_plan = "control-plan.toml"
[hub]
url = "http://127.0.0.1:9"
public_key = "{key}"
"""
STATION = """
[[station]]
name = "OP10"
work_cell = "line/OP10"
operation = "OP10"
device = "simulated"
[station.measurements]
m1 = "bore"
"""


@asynccontextmanager
async def simulator(*arguments):
    """The command in a process of its own; gives what it says to write into the configuration."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "edge_agent", "simulate", *arguments, "--port", "0", stdout=asyncio.subprocess.PIPE
    )
    try:
        async with asyncio.timeout(30):
            said = b""
            while b"unit_id = 1\n" not in said:
                line = await process.stdout.readline()
                assert line, "it ended"
                said += line
        yield said.decode().partition("\n")[2]
        process.send_signal(signal.SIGINT)
        assert await asyncio.wait_for(process.wait(), 15) == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


@pytest.fixture
def folder(tmp_path):
    create_key_file(tmp_path / "agent.key")
    (tmp_path / "control-plan.toml").write_text(PLAN)

    def write(device):
        head = HEAD.format(key=to_base64(b"h" * 32))
        (tmp_path / "agent.toml").write_text(head + device + STATION)
        return str(tmp_path / "agent.toml")

    return write


async def test_once_shows_what_would_be_recorded_and_writes_nothing(folder, tmp_path, capsys):
    async with simulator("zhuoyue/four-phase-cell", "--cycle", "0.01", "--seed", "1") as device:
        config = folder(device)
        async with asyncio.timeout(20):
            while True:
                assert await asyncio.to_thread(main, ["run", config, "--once", "--json"]) == 0
                (once,) = json.loads(capsys.readouterr().out)["stations"]
                if once["due"]:
                    break
        assert once["cycle"]["serial"] == "SIM000001"
        assert once["measurements"][0]["characteristic"] == "bore"
        assert await asyncio.to_thread(main, ["run", config, "--once"]) == 0
        text = capsys.readouterr().out
        assert "station OP10 on simulated: this cycle would be recorded now" in text
        assert re.search(r"bore = 12\.\d{3} mm \(Good", text, re.IGNORECASE)
        assert "nothing was recorded" in text
        assert not (tmp_path / "data").exists(), "once keeps nothing"


async def test_once_asks_a_device_for_the_interlock_only_where_it_is_configured(folder, tmp_path, capsys):
    block = SimData(0, count=70, values=0, datatype=DataType.REGISTERS)  # the interlock's would begin here
    server = ModbusTcpServer(SimDevice(1, [block]), address=("127.0.0.1", 0))
    await server.serve_forever(background=True)
    try:
        port = server.transport.sockets[0].getsockname()[1]
        device = (
            '[[device]]\nname = "simulated"\ndriver = "modbus-tcp"\nprofile = "zhuoyue/four-phase-cell"\n'
            f'[device.settings]\nhost = "127.0.0.1"\nport = {port}\n'
        )
        config = folder(device)
        assert await asyncio.to_thread(main, ["run", config, "--once"]) == 0
        assert "no cycle is due" in capsys.readouterr().out
        agent_toml = tmp_path / "agent.toml"
        agent_toml.write_text(agent_toml.read_text() + "[station.interlock]\n")
        assert await asyncio.to_thread(main, ["run", config, "--once"]) == 0
        assert "it has no such address" in capsys.readouterr().out
    finally:
        await server.shutdown()


async def test_once_says_what_does_not_answer(folder, capsys):
    device = (
        '[[device]]\nname = "simulated"\ndriver = "modbus-tcp"\nprofile = "zhuoyue/four-phase-cell"\n'
        '[device.settings]\nhost = "127.0.0.1"\nport = 9\n'
    )
    assert await asyncio.to_thread(main, ["run", folder(device), "--once"]) == 0
    assert "station OP10 on simulated: device simulated at 127.0.0.1:9 unit 1: no connection" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["acme/none"], "no profile for acme/none"),
        (["zhuoyue/opcua-cell", "--faults", "word-swap"], "word-swap is one of Modbus"),
        (["eastron/sdm630", "--faults", "fire"], "there is no fault 'fire'"),
        (["nowhere.toml"], "cannot be read"),
        (["eastron/sdm630", "--faults", "half-open", "--fault-for", "99"], "less than its period"),
    ],
)
def test_what_cannot_be_simulated_is_one_line(arguments, said, capsys):
    assert main(["simulate", *arguments, "--port", "0"]) == 1
    captured = capsys.readouterr()
    assert said in captured.err
    assert captured.err.count("\n") == 1
