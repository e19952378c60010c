"""Tightening controllers and RFID readers, from the wire to the outbox: each result once, every loss said."""

import asyncio
import time
from contextlib import asynccontextmanager
from random import Random

import pytest
from llrpkit.emulator import EmulatedTag, LLRPEmulator
from open_protocol_controller import HOST, Controller
from small_outbox import Bench
from station_plans import plans_for

from edge_agent.acquisition.resolve import resolve
from edge_agent.config.settings import Station
from edge_agent.drivers.interface import DriverContext
from edge_agent.drivers.llrp.settings import LlrpSettings
from edge_agent.drivers.open_protocol.settings import OpenProtocolSettings
from edge_agent.drivers.registry import create_source
from edge_agent.pace import Pace
from edge_agent.station.link import DeviceLink
from edge_agent.station.recorder import Recorder
from edge_agent.station.told import ToldRunner
from firmware_profiles.catalog import Catalog
from traceability.identifier.item import unit_uri
from traceability.measurement import Characteristic
from traceability.record.production import DataLossRecord, MeasurementsRecord, UnitResultRecord
from traceability.unit import Verdict

QUICK = Pace(first=0.01, longest=0.05)
GTIN = "80614141123458"
UNIT = bytes.fromhex("3074257BF7194E4000001A85")  # serial 6789 of that GTIN
PALLET = bytes.fromhex("3174257BF4499602D2000000")
TORQUE = Characteristic(id="torque", name="Torque", uom="N.m", decimals=2, operation="OP30")
KINDS = {"open-protocol": ("atlas-copco", "open-protocol"), "llrp": ("generic", "llrp-reader")}


@pytest.fixture
def bench(tmp_path):
    return Bench(tmp_path / "outbox.db")


@pytest.fixture
def serve(bench, tmp_path):
    """Run the station on an outbox; leaving the block stops it as SIGTERM does."""

    @asynccontextmanager
    async def start(outbox, kind, settings):
        resolved = resolve(Catalog().find(*KINDS[kind]), "")
        station = Station(
            name="OP30", work_cell="line/OP30", operation="OP30", device="tool", resolved=resolved,
            measurements={"torque": TORQUE} if "torque" in resolved.points else {}, lot=None, camera=None,
        )  # fmt: skip
        context = DriverContext(device="tool", data=tmp_path, clock=bench.clock, points=tuple(resolved.points.values()))
        link = DeviceLink("tool", create_source(kind, settings, context), bench.random.random, QUICK)
        plans = plans_for(station, gtin=GTIN)
        recorder = Recorder(station, plans, outbox, None, clock=bench.clock, random_bytes=bench.random.randbytes)
        runner = ToldRunner(station, link, recorder, monotonic=time.monotonic, after_trouble=0.01)
        stop = asyncio.Event()
        task = asyncio.create_task(runner.run(stop))
        try:
            yield
        finally:
            stop.set()
            await asyncio.wait_for(task, 60)
            await link.close()

    return start


def results(bench):
    return bench.audit().of(UnitResultRecord)


async def until(condition, seconds=60.0):
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - a socket sends no event to the test
            await asyncio.sleep(0.02)


def settings_of(controller):
    return OpenProtocolSettings(host=HOST, port=controller.port, time_zone="UTC", timeout=0.5, keep_alive=0.5)


async def test_tightenings_through_lost_connections_and_restarts_are_recorded_once_and_losses_match(bench, serve):
    rng = Random(11)
    controller = Controller()
    await controller.start()
    gone = set()

    def tighten(first, last):
        for number in range(first, last):
            controller.tighten(number, vin=f"V{number}", torque=number, ok=number % 3 > 0)

    for first in range(1, 121, 30):
        outbox = await bench.open()
        async with serve(outbox, "open-protocol", settings_of(controller)):
            await until(lambda: controller._subscriber is not None)
            for number in range(first, first + 20):
                tighten(number, number + 1)
                await asyncio.sleep(0.005)
                if rng.random() < 0.2:
                    controller.cut()
            last = first + 19
            await until(lambda last=last: any(result.cycle == last for result in results(bench)))
        outbox.close()
        tighten(first + 20, first + 30)  # while the agent is off
        for number in rng.sample(range(first + 20, first + 29), 3):
            del controller.results[number]
            gone.add(number)
    outbox = await bench.open()
    async with serve(outbox, "open-protocol", settings_of(controller)):
        await until(lambda: any(result.cycle == 120 for result in results(bench)))
    outbox.close()
    await controller.stop()
    found = results(bench)
    assert sorted(result.cycle for result in found) == [n for n in range(1, 121) if n not in gone]
    for result in found:
        assert result.unit == unit_uri(GTIN, f"V{result.cycle}")
        assert result.verdict is (Verdict.OK if result.cycle % 3 else Verdict.NOT_OK)
        assert result.source_time.isoformat() == "2026-03-01T08:00:00+00:00"
    assert [record.values[0].value for record in bench.audit().of(MeasurementsRecord)] == [r.cycle for r in found]
    losses = bench.audit().of(DataLossRecord)
    assert sorted(n for loss in losses for n in range(loss.first, loss.last + 1)) == sorted(gone)


async def test_a_sighting_is_a_result_of_the_unit_on_the_tag(bench, serve):
    async with LLRPEmulator(tags=[EmulatedTag(UNIT), EmulatedTag(PALLET)], reads_per_sec=300.0) as reader:
        outbox = await bench.open()
        async with serve(outbox, "llrp", LlrpSettings(host=HOST, port=reader.port, timeout=0.5)):
            await until(lambda: len(results(bench)) == 2)
            await asyncio.sleep(0.2)
        outbox.close()
        await asyncio.sleep(0.05)
    by_unit = {result.unit: result for result in results(bench)}
    assert by_unit.keys() == {unit_uri(GTIN, "6789"), None}
    assert by_unit[unit_uri(GTIN, "6789")].verdict is Verdict.UNDEFINED
    assert by_unit[None].verdict is Verdict.NOT_DECIDABLE
