"""Modbus servers that were not written here: libmodbus (C), modbus-serial (Node) and pyModbusTCP."""

import asyncio
import os
import shutil
import subprocess
from pathlib import Path

from node_opcua import PEERS, modules
from pyModbusTCP.server import ModbusServer

HOST = "127.0.0.1"
SOURCE = Path(__file__).resolve().parents[1] / "peers" / "libmodbus_server.c"
HEADER = Path("/usr/include/modbus/modbus.h")


def why_no_libmodbus() -> str | None:
    if shutil.which("gcc") is None:
        return "no C compiler"
    return None if HEADER.exists() else "libmodbus-dev is not installed"


def build_libmodbus(folder: Path) -> Path:
    program = folder / "libmodbus_server"
    subprocess.run(["gcc", "-O1", "-o", program, SOURCE, "-lmodbus"], check=True, timeout=60, capture_output=True)
    return program


class LibmodbusServer:
    """Holding registers start at 0, input registers at 1000 + address; ``sessions`` counts connections."""

    def __init__(self, program: Path, port: int, pause_ms: int = 0) -> None:
        self._command = [str(program), str(port), str(pause_ms)]
        self.sessions = 0

    async def start(self) -> None:
        self._process = await asyncio.create_subprocess_exec(*self._command, stdout=asyncio.subprocess.PIPE)
        assert self._process.stdout is not None
        assert await asyncio.wait_for(self._process.stdout.readline(), 60) == b"listening\n"
        self._counting = asyncio.create_task(self._count(self._process.stdout))

    async def _count(self, lines: asyncio.StreamReader) -> None:
        while await lines.readline():
            self.sessions += 1

    async def stop(self) -> None:
        self._process.kill()
        await self._process.wait()
        await self._counting


class ModbusSerialServer:
    """The one for Node; the test is left out where Node or its packages are not installed."""

    def __init__(self, port: int) -> None:
        self._command = ["node", str(PEERS / "modbus_serial_server.js"), str(port)]
        self._environment = dict(os.environ, NODE_PATH=str(modules()))

    async def start(self) -> None:
        self._process = await asyncio.create_subprocess_exec(
            *self._command, env=self._environment, stdout=asyncio.subprocess.PIPE
        )
        assert self._process.stdout is not None
        assert await asyncio.wait_for(self._process.stdout.readline(), 30) == b"listening\n"

    async def stop(self) -> None:
        self._process.kill()
        await self._process.wait()


class PyModbusTcpServer:
    """The other one, in threads of its own."""

    def __init__(self, port: int) -> None:
        self._server = ModbusServer(HOST, port, no_block=True)

    async def start(self) -> None:
        await asyncio.to_thread(self._server.start)
        self._server.data_bank.set_input_registers(0, [1000 + n for n in range(200)])

    async def stop(self) -> None:
        await asyncio.to_thread(self._server.stop)
