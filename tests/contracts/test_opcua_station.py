"""From the event of a joining system, told by node-opcua, to signed records: each result once, losses stated."""

import asyncio
import time

import pytest
from node_results import raise_joining
from small_outbox import GTIN, Bench
from station_plans import plans_for

from edge_agent.acquisition.resolve import resolve
from edge_agent.config.settings import Station
from edge_agent.drivers.interface import DriverContext
from edge_agent.drivers.opcua.settings import OpcUaEventsSettings
from edge_agent.drivers.registry import create_source
from edge_agent.errors import DeviceUnreachable
from edge_agent.pace import Pace
from edge_agent.station.link import DeviceLink
from edge_agent.station.recorder import Recorder
from edge_agent.station.told import ToldRunner
from firmware_profiles.catalog import Catalog
from traceability.identifier.item import unit_uri
from traceability.measurement import Characteristic
from traceability.record.production import DataLossRecord, MeasurementsRecord, UnitResultRecord
from traceability.unit import Verdict

TORQUE = Characteristic(id="torque", name="Torque", operation="OP10", uom="N.m", decimals=2)
STATION = Station(
    name="OP10",
    work_cell="line/OP10",
    operation="OP10",
    device="tool",
    resolved=resolve(Catalog().find("opcfoundation", "joining"), ""),
    measurements={"torque": TORQUE},
    lot=None,
    camera=None,
)


@pytest.fixture
def bench(tmp_path):
    return Bench(tmp_path / "outbox.db")


def runner_of(bench, outbox, link):
    plans = plans_for(STATION, gtin=GTIN)
    recorder = Recorder(STATION, plans, outbox, None, clock=bench.clock, random_bytes=bench.random.randbytes)
    return ToldRunner(STATION, link, recorder, monotonic=time.monotonic, after_trouble=0.01)


async def test_joining_results_become_records_and_an_outage_becomes_a_loss(peer, bench, tmp_path):
    points = tuple(STATION.resolved.points.values())
    context = DriverContext(device="tool", data=tmp_path, clock=bench.clock, points=points)
    source = create_source("opcua-events", OpcUaEventsSettings(url=peer.url, security="None"), context)
    link = DeviceLink("tool", source, bench.random.random, Pace(first=0.2, longest=0.4))
    outbox = await bench.open()
    stop = asyncio.Event()
    assert await link.ready(stop)
    task = asyncio.create_task(runner_of(bench, outbox, link).run(stop))
    try:
        raise_joining(peer, 20, partId="T0020")
        raise_joining(peer, 21, partId="T0021")
        raise_joining(peer, 21, partId="T0021")  # told again
        await asyncio.sleep(0.5)
        await link.lost(DeviceUnreachable("tool", peer.url, "the cable was pulled", "put it back"))
        raise_joining(peer, 22, partId="T0022")
        raise_joining(peer, 23, partId="T0023")
        async with asyncio.timeout(30):
            assert await link.ready(stop)
        raise_joining(peer, 24, partId="T0024")
        await asyncio.sleep(0.5)
    finally:
        stop.set()
        await asyncio.wait_for(task, 60)
        await link.close()
        outbox.close()
    results = bench.audit().of(UnitResultRecord)
    assert [(result.unit, result.cycle) for result in results] == [
        (unit_uri(GTIN, f"T{number:04}"), number) for number in (20, 21, 24)
    ]
    assert {(result.verdict, result.defect) for result in results} == {(Verdict.NOT_OK, "17")}
    measured = bench.audit().of(MeasurementsRecord)
    assert {(value.value, value.decimals) for record in measured for value in record.values} == {(1203, 2)}
    (loss,) = bench.audit().of(DataLossRecord)
    assert (loss.stream, loss.first, loss.last, loss.count) == ("OP10", 22, 23, 2)
