"""Real devices on loopback, one kind per driver, behind one small harness."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from node_opcua import NodeOpcUa
from pymodbus import FramerType
from pymodbus.server import ModbusSerialServer, ModbusTcpServer
from pymodbus.simulator import DataType as SimType
from pymodbus.simulator import SimData, SimDevice
from serial_cable import SerialCable
from small_opcua import HOST, POLICIES, OpcUaServer, free_port, write_certificate

from edge_agent.acquisition.resolve import Resolved, resolve
from edge_agent.drivers.interface import Driver, DriverContext
from edge_agent.drivers.modbus.settings import ModbusRtuOverTcpSettings, ModbusRtuSettings
from edge_agent.drivers.opcua.settings import OpcUaSettings
from edge_agent.drivers.registry import ModbusTcpSettings, create_driver
from firmware_profiles.catalog import Catalog
from firmware_profiles.encode import encode
from firmware_profiles.format import Value

TIMEOUT = 0.5
BASE = 100
VALUES: dict[str, Value] = {
    "trigger": 1,
    "cycle": 100_000,
    "cycle_time": 1_735_689_600_000,
    "verdict": "NOT_OK",
    "flags": 1,
    "purpose": "retest",
    "defect": 17,
    "serial": "H0001",
    "lot": "",
    "acknowledge": 0,
    "error": 0,
}


class Garbage:
    """A TCP server that answers anything with ``reply`` (nothing at all by default)."""

    def __init__(self, port: int, reply: bytes) -> None:
        self.port, self.reply = port, reply

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, HOST, self.port)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(1000):
            writer.write(self.reply)
        writer.close()

    async def stop(self) -> None:
        self._server.close()
        await self._server.wait_closed()


class GarbageOnCable:
    """The same at the far end of a serial cable."""

    def __init__(self, cable: SerialCable, reply: bytes) -> None:
        self._cable, self._reply = cable, reply

    async def start(self) -> None:
        self._cable.plug()
        self._port = os.open(self._cable.far, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        asyncio.get_running_loop().add_reader(self._port, self._serve)

    def _serve(self) -> None:
        os.read(self._port, 1000)
        os.write(self._port, self._reply)

    async def stop(self) -> None:
        asyncio.get_running_loop().remove_reader(self._port)
        os.close(self._port)
        self._cable.unplug()


class ModbusDevice:
    """A controller with the four-phase block at address 100 of a pymodbus server."""

    name = "modbus-tcp"

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.resolved: Resolved = resolve(Catalog().find("zhuoyue", "four-phase-cell"), BASE)
        self.missing: Resolved = resolve(Catalog().find("zhuoyue", "four-phase-cell"), 5000)
        self.settings = ModbusTcpSettings(host=HOST, port=self.port, timeout=TIMEOUT)

    async def start(self) -> None:
        block = SimData(BASE, count=92, values=0, datatype=SimType.REGISTERS)
        self._server = self.server(SimDevice(1, [block]))
        await self._server.serve_forever(background=True)

    def server(self, unit: SimDevice) -> Any:
        return ModbusTcpServer(unit, address=(HOST, self.port))

    def impostor(self, reply: bytes) -> Any:
        """Something else at the device's place."""
        return Garbage(self.port, reply)

    async def stop(self) -> None:
        await self._server.shutdown()

    async def put(self, name: str, value: Value) -> None:
        point = self.resolved.points[name]
        await self.put_raw(name, list(encode(point, value)))

    async def put_raw(self, name: str, raw: Any) -> None:
        address = self.resolved.points[name].address
        await self._server.async_setValues(1, 16, address, raw)

    async def get_raw(self, name: str) -> Any:
        got = await self._server.async_getValues(1, 3, self.resolved.points[name].address, 1)
        return got[0]


class RtuOverTcpDevice(ModbusDevice):
    """The same behind a TCP server that speaks RTU frames."""

    name = "modbus-rtu-over-tcp"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.settings = ModbusRtuOverTcpSettings(host=HOST, port=self.port, timeout=TIMEOUT)

    def server(self, unit: SimDevice) -> Any:
        return ModbusTcpServer(unit, framer=FramerType.RTU, address=(HOST, self.port))


class RtuDevice(ModbusDevice):
    """The same at the far end of a serial cable; the near end is there while the device is."""

    name = "modbus-rtu"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.where = folder / "ttyS127.0.0.1"
        self._cable = SerialCable(self.where)
        self.settings = ModbusRtuSettings(port=str(self.where), parity="N", baud=115_200, timeout=TIMEOUT)

    def server(self, unit: SimDevice) -> Any:
        return ModbusSerialServer(unit, port=self._cable.far, baudrate=115_200)

    async def start(self) -> None:
        self._cable.plug()
        await super().start()

    async def stop(self) -> None:
        await super().stop()
        self._cable.unplug()

    def impostor(self, reply: bytes) -> Any:
        return GarbageOnCable(self._cable, reply)


class OpcUaDevice:
    """The same station as nodes of an asyncua server that all tests share, one at a time."""

    name = "opcua"
    server: OpcUaServer

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.resolved: Resolved = resolve(Catalog().find("zhuoyue", "opcua-cell"), "Cell1")
        self.missing: Resolved = resolve(Catalog().find("zhuoyue", "opcua-cell"), "Cell9")
        self.certificate = write_certificate(folder, "server")
        url = f"opc.tcp://{HOST}:{self.port}/cell"
        self.settings = OpcUaSettings(url=url, trust=self.certificate, timeout=TIMEOUT * 2)

    async def start(self, policies: Sequence[Any] = POLICIES) -> None:
        for point in self.resolved.points.values():
            await self.server.add(point)
        await self.server.start(self.port, self.certificate, policies)

    async def stop(self) -> None:
        await self.server.stop()

    async def put(self, name: str, value: Value) -> None:
        await self.put_raw(name, encode(self.resolved.points[name], value))

    async def put_raw(self, name: str, raw: Any) -> None:
        await self.server.put(self.resolved.points[name].node or "", raw)

    def impostor(self, reply: bytes) -> Any:
        return Garbage(self.port, reply)

    async def get_raw(self, name: str) -> Any:
        return await self.server.get(self.resolved.points[name].node or "")


DEVICES = {device.name: device for device in (ModbusDevice, RtuOverTcpDevice, RtuDevice, OpcUaDevice)}


@pytest.fixture(scope="session")
def opcua_server() -> Iterator[OpcUaServer]:
    """The address space of every OPC UA device here; loading one takes seconds."""
    server = OpcUaServer()
    yield server
    server.end()


@pytest.fixture(scope="session")
def peer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NodeOpcUa]:
    """A server of another maker with the companion specifications; left out where it is not installed."""
    server = NodeOpcUa(tmp_path_factory.mktemp("node-opcua"))
    yield server
    server.end()


@pytest.fixture(params=sorted(DEVICES))
async def device(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Any]:
    """A device that is not started yet, of each kind for which there is a driver."""
    device = DEVICES[request.param](tmp_path)
    if isinstance(device, OpcUaDevice):
        device.server = request.getfixturevalue("opcua_server")
    yield device
    with suppress(AttributeError):  # never started
        await device.stop()


@pytest.fixture
async def driver(device: Any, tmp_path: Path) -> AsyncIterator[Driver]:
    """The driver for the device, not connected yet."""
    context = DriverContext(
        device="cell 1", data=tmp_path / "agent", clock=lambda: datetime.now(UTC), layout=device.resolved.layout
    )
    driver = create_driver(device.name, device.settings, context)
    yield driver
    await driver.close()


@pytest.fixture
async def running(device: Any, driver: Driver) -> Any:
    """The device, started and filled; the driver is connected."""
    await device.start()
    for name, value in VALUES.items():
        await device.put(name, value)
    await driver.connect()
    return device


@pytest.fixture
def garbage(device: Any) -> Any:
    """``async with garbage(reply)``: something else listens where the device should be."""

    @asynccontextmanager
    async def serve(reply: bytes) -> AsyncIterator[None]:
        impostor = device.impostor(reply)
        await impostor.start()
        try:
            yield
        finally:
            await impostor.stop()

    return serve
