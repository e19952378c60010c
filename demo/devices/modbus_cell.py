"""A controller on Modbus TCP: one server, one register block per station, the cell's story behind it.

python -m demo.devices.modbus_cell --line supplier-a --units 200 --seed 1 --port 5020 --data DIR
"""

import asyncio
from collections.abc import Mapping

from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

from demo.devices.camera import LabelCamera
from demo.devices.cell import Cell
from demo.devices.handshake import PointMemory
from demo.devices.start import Start, read_start
from demo.story.shape import Line
from firmware_profiles.catalog import Catalog
from firmware_profiles.decode import decode_registers
from firmware_profiles.encode import encode_registers
from firmware_profiles.format import Profile, Value, span

DEVICE = 1
BLOCK = 100  # registers per station
READ_HOLDING, WRITE_MULTIPLE = 3, 16  # function codes


def base_of(line: Line, operation: str) -> int:
    """The address of a station's first register."""
    return BLOCK * [step.operation.id for step in line.steps].index(operation)


class RegisterMemory:
    """The register block of one station."""

    def __init__(self, server: ModbusTcpServer, profile: Profile, base: int) -> None:
        self._server = server
        self._profile = profile
        self._base = base

    async def put(self, values: Mapping[str, Value]) -> None:
        """Write points in the order given."""
        for name, value in values.items():
            point = self._profile.point(name)
            registers = list(encode_registers(point, value))
            await self._server.async_setValues(DEVICE, WRITE_MULTIPLE, self._address(point.address), registers)

    async def get(self, point: str) -> int:
        """Read a number."""
        found = self._profile.point(point)
        address = self._address(found.address)
        registers = await self._server.async_getValues(DEVICE, READ_HOLDING, address, span(found))
        value = decode_registers(found, [int(register) for register in registers])
        assert isinstance(value, int)
        return value

    def _address(self, address: int | None) -> int:
        assert address is not None
        return self._base + address


async def serve(start: Start) -> None:
    """Serve the line until the process ends; the story may be over before."""
    line = start.cell.line
    blocks = SimData(0, count=BLOCK * len(line.steps), values=0, datatype=DataType.REGISTERS)
    server = ModbusTcpServer(SimDevice(DEVICE, [blocks]), address=("127.0.0.1", start.port))
    await server.serve_forever(background=True)
    profile = Catalog().find("zhuoyue", "four-phase-cell")
    operations = [step.operation.id for step in line.steps]
    points: dict[str, PointMemory] = {
        operation: RegisterMemory(server, profile, base_of(line, operation)) for operation in operations
    }
    camera = LabelCamera(start.cell.data / "camera") if line.takes else None
    try:
        await Cell(start.cell, points, camera).run()
        await server.serving
    finally:
        await server.shutdown()  # type: ignore[no-untyped-call] # pymodbus left it untyped


if __name__ == "__main__":
    asyncio.run(serve(read_start(__doc__)))
