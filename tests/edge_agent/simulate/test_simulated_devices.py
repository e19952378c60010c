"""Every polled profile, served over its real protocol, is read by the driver that the agent would use."""

import asyncio
import random
import time
from datetime import UTC, datetime

import pytest

from edge_agent.acquisition.recognised import recognised
from edge_agent.acquisition.resolve import resolve
from edge_agent.drivers.interface import DriverContext
from edge_agent.drivers.registry import ModbusTcpSettings, OpcUaSettings, create_driver
from edge_agent.simulate.faults import FaultPlan
from edge_agent.simulate.simulator import Simulation, Simulator, simulation_problem
from edge_agent.simulate.station import Clocks
from firmware_profiles.catalog import Catalog
from firmware_profiles.decode import decode
from firmware_profiles.format import Protocol

CLOCKS = Clocks(wall=lambda: datetime.now(UTC), monotonic=time.monotonic)
PROFILES = [entry.profile for entry in Catalog().entries() if not entry.profile.protocol.told]


def made(profile, data, **more):
    simulation = Simulation(profile=profile, port=0, data=data, period=0.01, **more)
    return Simulator(simulation, CLOCKS, random.Random(1).random)


def driver_for(profile, port, data):
    context = DriverContext(device="d", data=data, clock=CLOCKS.wall, layout=profile.layout)
    if profile.protocol is Protocol.MODBUS:
        driver = create_driver("modbus-tcp", ModbusTcpSettings(host="127.0.0.1", port=port, timeout=1.0), context)
    else:
        settings = OpcUaSettings(url=f"opc.tcp://127.0.0.1:{port}", security="None", timeout=2.0)
        driver = create_driver("opcua", settings, context)
    return recognised(driver, "d", profile, firmware=None, identify="require" if _says(profile) else "off")


def profile_example(profile, name):
    return next(e.value for e in profile.examples if e.point == name and not e.fault)


def _says(profile):
    return profile.identification.vendor is not None


@pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: f"{profile.vendor}/{profile.model}")
async def test_a_profile_is_its_own_device(profile, tmp_path):
    simulator = made(profile, tmp_path)
    assert simulation_problem(simulator._simulation) is None
    await simulator.start()
    running = asyncio.create_task(simulator.run())
    driver = driver_for(profile, simulator.port, tmp_path)
    try:
        async with asyncio.timeout(20):
            await driver.connect()
            points = list(resolve(profile, 0 if profile.protocol is Protocol.MODBUS else "Cell1").points.values())
            while simulator._station is None or (profile.roles and not simulator.cycles):  # noqa: ASYNC110 - it works
                await asyncio.sleep(0.01)
            await asyncio.sleep(0.05)
            samples = await driver.read(points)
            values = {point.name: decode(point, samples[point.name].raw) for point in points}
        for point in points:
            shown, example = values[point.name], profile_example(profile, point.name)
            assert isinstance(shown, str) == isinstance(example, str), point.name
        measured = {name: value for name, value in values.items() if name not in profile.roles.values()}
        assert any(value for value in measured.values()), "it shows nothing"
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await driver.close()
        await simulator.stop()


def test_the_same_seed_gives_the_same_device():
    from edge_agent.simulate.plausible import Plausible

    profile = Catalog().find("eastron", "sdm630")
    shown = [
        [Plausible(profile, random.Random(seed).random).value(point, 3.0, 0) for point in profile.points]
        for seed in (1, 1, 2)
    ]
    assert shown[0] == shown[1] != shown[2]


def test_energy_only_grows():
    from edge_agent.simulate.plausible import Plausible

    profile = Catalog().find("eastron", "sdm630")
    plausible = Plausible(profile, random.Random(1).random)
    energy = [plausible.value(profile.point("energy_import"), elapsed, 0) for elapsed in range(0, 4000, 100)]
    assert energy == sorted(energy)
    assert energy[0] < energy[-1]


def test_faults_take_turns_and_leave_the_device_healthy_in_between():
    from edge_agent.simulate.faults import Fault

    plan = FaultPlan(faults=(Fault.HALF_OPEN, Fault.EXCEPTION), every=10, lasts=3)
    seen = [plan.active(second + 0.5) for second in range(30)]
    assert (
        seen
        == [None] * 7 + [Fault.HALF_OPEN] * 3 + [None] * 7 + [Fault.EXCEPTION] * 3 + [None] * 7 + [Fault.HALF_OPEN] * 3
    )
