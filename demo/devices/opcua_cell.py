"""A device on OPC UA, simulated from its profile: Basic256Sha256, signed and encrypted only, with its own certificate.

    python -m demo.devices.opcua_cell --line supplier-b --units 200 --seed 1 --port 4840 --data DIR

The certificate is written beside the data, where whoever wants to trust the device finds it.
"""

import asyncio

from demo.devices.cell import Cell
from demo.devices.start import Start, read_start
from edge_agent.acquisition.resolve import resolve
from edge_agent.simulate.memory import Memory
from edge_agent.simulate.opcua_device import OpcUaDevice
from firmware_profiles.catalog import Catalog


async def serve(start: Start) -> None:
    """Serve the line until the process ends; the story may be over before."""
    profile = Catalog().find("zhuoyue", "opcua-cell")
    operations = [step.operation.id for step in start.cell.line.steps]
    stations = [resolve(profile, operation) for operation in operations]
    device = OpcUaDevice(
        profile, stations, host="127.0.0.1", port=start.port, security="Basic256Sha256", data=start.cell.data
    )
    await device.start()
    points: dict[str, Memory] = dict(zip(operations, device.memories, strict=True))
    try:
        await Cell(start.cell, points).run()
        await asyncio.Event().wait()
    finally:
        await device.stop()


if __name__ == "__main__":
    asyncio.run(serve(read_start(__doc__)))
