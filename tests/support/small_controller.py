"""A controller on real Modbus TCP with its side of the four-phase handshake."""

import asyncio

from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

from firmware_profiles.catalog import Catalog
from firmware_profiles.encode import encode_registers
from firmware_profiles.format import Value

HOST = "127.0.0.1"
PROFILE = Catalog().find("zhuoyue", "four-phase-cell")
BASES = {"OP10": 0, "OP20": 100}


class Controller:
    """Two stations, OP10 at register 0 and OP20 at 100; counts what it made."""

    def __init__(self) -> None:
        self.port = 0
        self.made: list[tuple[str, int, str]] = []

    async def start(self) -> None:
        block = SimData(0, count=200, values=0, datatype=DataType.REGISTERS)
        self._server = ModbusTcpServer(SimDevice(1, [block]), address=(HOST, self.port))
        await self._server.serve_forever(background=True)
        self.port = self._server.transport.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        await self._server.shutdown()

    async def put(self, station: str, **values: Value) -> None:
        for name, value in values.items():
            point = PROFILE.point(name)
            registers = list(encode_registers(point, value))
            await self._server.async_setValues(1, 16, BASES[station] + point.address, registers)

    async def get(self, station: str, name: str) -> int:
        return (await self._server.async_getValues(1, 3, BASES[station] + PROFILE.point(name).address, 1))[0]

    async def offer(self, station: str, cycle: int, serial: str, **values: Value) -> int:
        """Phases 1 and 2; the error word beside the acknowledgement."""
        await self.until(station, "acknowledge", 0)
        ready = {"verdict": "OK", "lot": "", "m1": 25, "cycle_time": 1_772_352_000_000 + cycle, **values}
        await self.put(station, cycle=cycle, serial=serial, **ready)
        await self.put(station, trigger=1)
        await self.until(station, "acknowledge", 1)
        self.made.append((station, cycle, serial))
        return await self.get(station, "error")

    async def cycle(self, station: str, cycle: int, serial: str, **values: Value) -> int:
        """All four phases."""
        error = await self.offer(station, cycle, serial, **values)
        await self.put(station, trigger=0)
        await self.until(station, "acknowledge", 0)
        return error

    async def until(self, station: str, name: str, level: int, seconds: float = 60.0) -> None:
        async with asyncio.timeout(seconds):
            while await self.get(station, name) != level:  # noqa: ASYNC110 - a controller scans its memory
                await asyncio.sleep(0.002)
