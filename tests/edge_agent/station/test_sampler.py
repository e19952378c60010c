"""Telemetry from real servers: sampled at its pace, in records of its own, with the gaps it has."""

import asyncio
import time
from decimal import Decimal

import pytest
from simulated import driver_for, now, simulated
from small_outbox import Bench, telemetry

from edge_agent.acquisition.sampled import Gathering
from edge_agent.config.settings import Sampling
from edge_agent.drivers.interface import Sample
from edge_agent.errors import DeviceUnreachable, StorageRefused
from edge_agent.station.link import DeviceLink
from edge_agent.station.sampler import Sampler
from firmware_profiles.catalog import Catalog
from firmware_profiles.format import DataType, Point, Table
from traceability.measurement import Status
from traceability.record.production import DataLossRecord
from traceability.record.telemetry import TelemetryRecord

MODBUS = Catalog().find("zhuoyue", "four-phase-cell")
OPCUA = Catalog().find("zhuoyue", "opcua-cell")
WORD = Point(name="t", table=Table.HOLDING, address=1, type=DataType.UINT16, scale=Decimal("0.1"))


def sampler_of(driver, points, outbox, **more):
    settings = {"every": 0.05, "record_every": 0.2} | more
    sampling = Sampling(device="d", points=tuple(points), **settings)
    link = DeviceLink("d", driver, lambda: 0.0)
    return Sampler(
        sampling, link, outbox, clock=now, monotonic=time.monotonic, random_bytes=Bench(None).random.randbytes
    )


async def until(check, seconds=60):
    async with asyncio.timeout(seconds):
        while not check():  # noqa: ASYNC110 - what is waited for sends no event
            await asyncio.sleep(0.02)


@pytest.mark.parametrize("profile", [MODBUS, OPCUA], ids=["modbus", "opcua"])
async def test_points_of_a_real_server_are_sampled_into_signed_records(profile, tmp_path):
    bench = Bench(tmp_path / "outbox.db")
    async with simulated(profile) as (_, driver, points):
        await driver.close()
        outbox, stop = await bench.open(), asyncio.Event()
        wanted = [points["cycle"], points["m1"]]
        task = asyncio.create_task(sampler_of(driver, wanted, outbox).run(stop))
        await until(lambda: len([r for r in bench.unsealed() if isinstance(r, TelemetryRecord)]) >= 2)
        stop.set()
        await task
        await outbox.seal(500)
        outbox.close()
    records = bench.audit().of(TelemetryRecord)
    assert {record.device for record in records} == {"d"}
    for record in records:
        assert [series.point for series in record.series] == ["cycle", "m1"]
        assert record.every_ms == 50
        for series in record.series:
            times = [sample.after_ms for sample in series.samples]
            assert times == sorted(times)
            assert all(Decimal(sample.value) >= 0 for sample in series.samples if sample.value is not None)
    cycles = [int(sample.value) for record in records for sample in record.series[0].samples]
    assert set(cycles) == {1}, "nobody acknowledges the cycle that the station shows"


async def test_a_device_that_goes_away_is_a_gap_and_is_sampled_again(tmp_path):
    bench = Bench(tmp_path / "outbox.db")
    async with simulated(MODBUS) as (simulator, _, points):
        outbox, stop = await bench.open(), asyncio.Event()
        sampler = sampler_of(driver_for(MODBUS, simulator.port), [points["cycle"]], outbox)
        task = asyncio.create_task(sampler.run(stop))
        await until(lambda: any(isinstance(record, TelemetryRecord) for record in bench.unsealed()))
        broken = sampler._link.driver.read

        async def unreachable(_):
            sampler._link.driver.read = broken
            raise DeviceUnreachable("d", "x", "gone", "wait")

        sampler._link.driver.read = unreachable
        before = len(bench.unsealed())
        await until(lambda: len(bench.unsealed()) > before + 1)
        stop.set()
        await task
        outbox.close()


class Refusing:
    """An outbox whose disk is full so often."""

    def __init__(self, times):
        self.times, self.stored = times, []

    async def append_records(self, records):
        if self.times:
            self.times -= 1
            raise StorageRefused("full", where="outbox.db")
        self.stored += records


@pytest.mark.parametrize("times", [3, 100])
async def test_what_the_disk_refuses_is_tried_again_and_what_is_let_go_is_declared(times):
    outbox = Refusing(times)
    sampler = sampler_of(None, [WORD], outbox)
    for number in range(times + 1):
        sampler._gathering.add({"t": Sample(point="t", raw=(number,))}, now())
        await sampler._store()
    kept = [record for record in outbox.stored if isinstance(record, TelemetryRecord)]
    lost = sum(record.count for record in outbox.stored if isinstance(record, DataLossRecord))
    assert len(kept) + lost == times + 1
    assert bool(lost) == (times == 100)


def test_values_are_exact_and_what_cannot_be_read_is_bad():
    gathering = Gathering("d", [WORD], 1.0, None)
    at = now()
    for sample in (Sample(point="t", raw=(253,)), Sample(point="t", raw=None, status=Status.BAD), None):
        gathering.add({} if sample is None else {"t": sample}, at)
    (series,) = gathering.record("x").series
    assert [(entry.value, str(entry.status)) for entry in series.samples] == [
        ("25.3", "Good"), (None, "Bad"), (None, "Bad"),
    ]  # fmt: skip
    assert gathering.record("y") is None


def test_within_the_dead_band_nothing_is_kept():
    gathering = Gathering("d", [WORD], 1.0, Decimal("0.5"))
    for raw in (250, 252, 254, 255, 253, 248, 249):
        gathering.add({"t": Sample(point="t", raw=(raw,))}, now())
    record = gathering.record("x")
    assert [entry.value for entry in record.series[0].samples] == ["25.0", "25.5", "24.8"]
    assert record.changes
    assert telemetry(now(), 1).changes is False
