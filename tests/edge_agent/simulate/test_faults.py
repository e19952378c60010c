"""Each fault, seen by the driver that the agent would use; the device is healthy before and after it."""

import asyncio
from decimal import Decimal

import pytest
from simulated import simulated

from edge_agent.errors import AgentError, DeviceError, DeviceRefused, DeviceUnreachable
from edge_agent.simulate.faults import Fault, FaultPlan
from edge_agent.simulate.simulator import Simulation, simulation_problem
from firmware_profiles.catalog import Catalog
from firmware_profiles.decode import decode
from firmware_profiles.format import Profile

METER = Catalog().find("eastron", "sdm630")
CELL = Catalog().find("zhuoyue", "four-phase-cell")
FAULTY, HEALTHY_AGAIN = 7.0, 11.0


class Time:
    """Seconds that a test turns on by itself."""

    now = 0.0

    def __call__(self):
        return self.now


def with_fault(fault: Fault, elapsed: Time, profile: Profile = METER, **more):
    return simulated(profile, monotonic=elapsed, plan=FaultPlan(faults=(fault,), every=10, lasts=5), **more)


async def volts(driver, points):
    point = points["voltage_l1"]
    return decode(point, (await driver.read([point]))["voltage_l1"].raw)


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault.HALF_OPEN, DeviceUnreachable),
        (Fault.LATE_REPLY, DeviceUnreachable),
        (Fault.DEAD_SLAVE, DeviceRefused),
        (Fault.EXCEPTION, DeviceRefused),
    ],
)
async def test_a_fault_on_the_wire_comes_and_goes(fault, error):
    elapsed = Time()
    async with with_fault(fault, elapsed) as (_, driver, points):
        assert await volts(driver, points) > 200
        elapsed.now = FAULTY
        with pytest.raises(error):
            await volts(driver, points)
        with pytest.raises(DeviceError):
            await volts(driver, points)
        elapsed.now = HEALTHY_AGAIN
        await driver.connect()
        assert await volts(driver, points) > 200


async def test_registers_in_the_other_order_read_as_nonsense():
    elapsed = Time()
    async with with_fault(Fault.WORD_SWAP, elapsed) as (_, driver, points):
        assert abs(await volts(driver, points) - Decimal(230)) < 10
        elapsed.now = FAULTY
        await asyncio.sleep(0.1)
        assert abs(await volts(driver, points) - Decimal(230)) > 10


async def test_a_clock_that_jumps_says_1970():
    elapsed = Time()
    async with with_fault(Fault.CLOCK_JUMP, elapsed, CELL) as (simulator, driver, points):
        async with asyncio.timeout(30):
            assert (await shown(driver, points))["cycle_time"] > 1_700_000_000_000
            await acknowledge(simulator, driver, points)
            elapsed.now = FAULTY
            await acknowledge(simulator, driver, points)
            while (await shown(driver, points))["cycle_time"] != 0:
                await acknowledge(simulator, driver, points)


async def test_a_torn_cycle_changes_while_its_trigger_is_high():
    elapsed = Time()
    async with with_fault(Fault.TORN_READ, elapsed, CELL) as (simulator, driver, points):
        elapsed.now = FAULTY
        torn = False
        async with asyncio.timeout(30):
            while not torn:
                first = await shown(driver, points)
                await asyncio.sleep(0.04)
                later = await shown(driver, points)
                torn = first["trigger"] == later["trigger"] == 1 and first["cycle"] == later["cycle"]
                torn = torn and any(first[name] != later[name] for name in ("m1", "m2", "m3", "m4"))
                if later["trigger"] == 1 and not torn:
                    await acknowledge(simulator, driver, points)


async def shown(driver, points):
    samples = await driver.read(list(points.values()))
    return {name: decode(points[name], sample.raw) for name, sample in samples.items()}


async def acknowledge(simulator, driver, points):
    """The agent's two writes of one cycle."""
    cycle = simulator.cycles
    while (await shown(driver, points))["trigger"] != 1:  # noqa: ASYNC110 - an agent polls
        await asyncio.sleep(0.005)
    await driver.write(points["acknowledge"], 1)
    while (await shown(driver, points))["trigger"] != 0:  # noqa: ASYNC110 - an agent polls
        await asyncio.sleep(0.005)
    await driver.write(points["acknowledge"], 0)
    while simulator.cycles == cycle or (await shown(driver, points))["trigger"] != 1:  # noqa: ASYNC110 - as above
        await asyncio.sleep(0.005)


@pytest.mark.parametrize(
    ("profile", "plan", "said"),
    [
        (("zhuoyue", "opcua-cell"), FaultPlan(faults=(Fault.WORD_SWAP,)), "word-swap is one of Modbus"),
        (("eastron", "sdm630"), FaultPlan(faults=(Fault.HALF_OPEN,), every=1, lasts=2), "less than its period"),
    ],
)
def test_a_simulation_that_makes_no_sense_is_said(profile, plan, said):
    assert said in simulation_problem(Simulation(profile=Catalog().find(*profile), plan=plan))


async def test_a_port_that_is_taken_is_said():
    async with simulated(METER) as (simulator, _, _points):
        with pytest.raises(AgentError, match="choose another --port"):
            async with simulated(METER, port=simulator.port):
                pass
