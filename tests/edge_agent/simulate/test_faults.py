"""Each fault, seen by the driver that the agent would use; the device is healthy before and after it."""

import asyncio
import random
import time
from datetime import UTC, datetime

import pytest

from edge_agent.acquisition.resolve import resolve
from edge_agent.drivers.interface import DriverContext
from edge_agent.drivers.registry import ModbusTcpSettings, create_driver
from edge_agent.errors import AgentError, DeviceRefused, DeviceUnreachable
from edge_agent.simulate.faults import Fault, FaultPlan
from edge_agent.simulate.simulator import Simulation, Simulator
from edge_agent.simulate.station import Clocks
from firmware_profiles.catalog import Catalog
from firmware_profiles.decode import decode


class Time:
    """Seconds that a test turns on by itself."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def elapsed():
    return Time()


@pytest.fixture
def serve(elapsed, tmp_path):
    made = []

    async def start(fault, profile=("eastron", "sdm630")):
        simulation = Simulation(
            profile=Catalog().find(*profile),
            port=0,
            period=0.01,
            late=0.6,
            plan=FaultPlan(faults=(fault,), every=10, lasts=5),
        )
        clocks = Clocks(wall=lambda: datetime.now(UTC), monotonic=elapsed)
        simulator = Simulator(simulation, clocks, random.Random(1).random)
        await simulator.start()
        running = asyncio.create_task(simulator.run())
        context = DriverContext(
            device="d", data=tmp_path, clock=lambda: datetime.now(UTC), layout=simulation.profile.layout
        )
        settings = ModbusTcpSettings(host="127.0.0.1", port=simulator.port, timeout=0.3)
        driver = create_driver("modbus-tcp", settings, context)
        await driver.connect()
        made.append((simulator, running, driver))
        await asyncio.sleep(0.05)
        return simulator, driver, resolve(simulation.profile, 0).points

    yield start


    async def end():
        for simulator, running, driver in made:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            await driver.close()
            await simulator.stop()

    asyncio.get_event_loop_policy().get_event_loop().run_until_complete(end()) if False else None
    serve_end.append(end)


serve_end: list = []


@pytest.fixture(autouse=True)
async def ended():
    yield
    while serve_end:
        await serve_end.pop()()
