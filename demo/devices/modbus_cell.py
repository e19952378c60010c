"""A controller on Modbus TCP, simulated from its profile: one register block per station, the cell's story behind it.

python -m demo.devices.modbus_cell --line supplier-a --units 200 --seed 1 --port 5020 --data DIR
"""

import asyncio

from demo.devices.camera import LabelCamera
from demo.devices.cell import Cell
from demo.devices.start import Start, read_start
from demo.story.shape import Line
from edge_agent.acquisition.resolve import resolve
from edge_agent.simulate.memory import Memory
from edge_agent.simulate.modbus_device import ModbusDevice
from firmware_profiles.catalog import Catalog

DEVICE = 1
BLOCK = 100  # registers per station


def base_of(line: Line, operation: str) -> int:
    """The address of a station's first register."""
    return BLOCK * [step.operation.id for step in line.steps].index(operation)


async def serve(start: Start) -> None:
    """Serve the line until the process ends; the story may be over before."""
    line = start.cell.line
    profile = Catalog().find("zhuoyue", "four-phase-cell")
    operations = [step.operation.id for step in line.steps]
    stations = [resolve(profile, base_of(line, operation)) for operation in operations]
    device = ModbusDevice(profile, stations, host="127.0.0.1", port=start.port, unit=DEVICE)
    await device.start()
    points: dict[str, Memory] = dict(zip(operations, device.memories, strict=True))
    camera = LabelCamera(start.cell.data / "camera") if line.takes else None
    try:
        await Cell(start.cell, points, camera).run()
        await asyncio.Event().wait()
    finally:
        await device.stop()


if __name__ == "__main__":
    asyncio.run(serve(read_start(__doc__)))
