"""A simulated device and the driver that the agent would use, on loopback."""

import asyncio
import random
import time
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from edge_agent.acquisition.resolve import resolve
from edge_agent.drivers.interface import DriverContext
from edge_agent.drivers.registry import ModbusTcpSettings, OpcUaSettings, create_driver
from edge_agent.simulate.simulator import Simulation, Simulator
from edge_agent.simulate.station import Clocks
from firmware_profiles.format import Protocol


def now():
    return datetime.now(UTC)


def driver_for(profile, port, timeout=0.3):
    context = DriverContext(device="d", data=Path(), clock=now, layout=profile.layout)
    if profile.protocol is Protocol.MODBUS:
        settings = ModbusTcpSettings(host="127.0.0.1", port=port, timeout=timeout)
        return create_driver("modbus-tcp", settings, context)
    settings = OpcUaSettings(url=f"opc.tcp://127.0.0.1:{port}", security="None", timeout=2.0)
    return create_driver("opcua", settings, context)


@asynccontextmanager
async def simulated(profile, *, monotonic=time.monotonic, **more):
    """(simulator, connected driver, points), the station at work; it is connected and shows something."""
    simulation = Simulation(profile=profile, **{"port": 0, "period": 0.01, "late": 0.6, **more})
    simulator = Simulator(simulation, Clocks(wall=now, monotonic=monotonic), random.Random(1).random)
    await simulator.start()
    running = asyncio.create_task(simulator.run())
    driver = driver_for(profile, simulator.port)
    try:
        await driver.connect()
        await asyncio.sleep(0.05)
        base = 0 if profile.protocol is Protocol.MODBUS else "Cell1"
        yield simulator, driver, resolve(profile, base).points
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await driver.close()
        await simulator.stop()
