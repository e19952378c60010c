"""A code reader identifies the units of a handshake station: asked at each cycle, or listened to."""

import asyncio
import time
from contextlib import asynccontextmanager

import msgspec
import pytest
from small_sources import HOST, code_of, serial_of
from station_plans import plans_for

from edge_agent.acquisition.resolve import resolve
from edge_agent.config.settings import Reader
from edge_agent.drivers.interface import DriverContext
from edge_agent.drivers.registry import ModbusTcpSettings, create_driver, create_source
from edge_agent.drivers.told_settings import CodeReaderTcpSettings
from edge_agent.pace import Pace
from edge_agent.station.accompanied import AccompaniedRunner
from edge_agent.station.link import DeviceLink
from edge_agent.station.reader import CycleReader
from edge_agent.station.recorder import Recorder
from edge_agent.station.runner import StationRunner
from firmware_profiles.catalog import Catalog
from traceability.encoding import from_base64
from traceability.identifier.item import unit_uri
from traceability.record.production import CodesRecord, UnitResultRecord
from traceability.unit import Flag, Verdict

GTIN = "09506000134352"
QUICK = Pace(first=0.02, longest=0.1)


PATIENCE = 1.5
"""Seconds a station waits for its reader: long enough for a machine that is busy with other tests."""


class Scanner:
    """A reader that answers ``LON`` with the code in view, and can speak by itself."""

    def __init__(self):
        self.view: list[str] | None = []
        self.asked: list[bytes] = []
        self._writers: list[asyncio.StreamWriter] = []

    async def start(self):
        self._server = await asyncio.start_server(self._serve, HOST, 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _serve(self, reader, writer):
        self._writers.append(writer)
        try:
            while command := await reader.readuntil(b"\r"):
                self.asked.append(command)
                if command == b"LON\r" and self.view is not None:
                    await self.say(";".join(self.view) or "ERROR")
        except (asyncio.IncompleteReadError, ConnectionError):
            return

    async def say(self, text):
        async with asyncio.timeout(30):
            while not self._writers:  # noqa: ASYNC110 - the agent connects by itself
                await asyncio.sleep(0.005)
        self._writers[-1].write(f"{text}\r".encode())
        await self._writers[-1].drain()
        await asyncio.sleep(0.02)  # over the line before the controller goes on

    async def stop(self):
        for writer in self._writers:
            writer.close()
        self._server.close()
        await asyncio.sleep(0.01)


@pytest.fixture
async def scanner():
    scanner = Scanner()
    await scanner.start()
    yield scanner
    await scanner.stop()


@pytest.fixture
def serve(bench, tmp_path, controller, scanner, make_station):
    @asynccontextmanager
    async def start(outbox, *, pull, max_age=10.0):
        profile = Catalog().find("generic", "code-reader")
        reader = Reader(device="scanner", resolved=resolve(profile, ""), pull=pull, timeout=PATIENCE, max_age=max_age)
        speaks = CodeReaderTcpSettings(
            host=HOST,
            port=scanner.port,
            separator=";",
            symbology="]d2",
            trigger="LON\\r" if pull else None,
            release="LOFF\\r" if pull else None,
            timeout_s=PATIENCE / 3,
        )
        context = DriverContext(device="scanner", data=tmp_path, clock=bench.clock, points=profile.points)
        scanner_link = DeviceLink(
            "scanner", create_source("code-reader-tcp", speaks, context), bench.random.random, QUICK
        )
        cell = ModbusTcpSettings(host=HOST, port=controller.port, timeout=0.5)
        link = DeviceLink(
            "cell",
            create_driver("modbus-tcp", cell, DriverContext(device="cell", data=tmp_path, clock=bench.clock)),
            bench.random.random,
            QUICK,
        )
        station = msgspec.structs.replace(make_station(), reader=reader)
        cycle_reader = CycleReader("OP10", reader, scanner_link, time.monotonic)
        plans = plans_for(station, gtin=GTIN)
        recorder = Recorder(
            station, plans, outbox, cycle_reader, clock=bench.clock, random_bytes=bench.random.randbytes
        )
        runner = StationRunner(station, link, recorder, poll=0.005, monotonic=time.monotonic)
        stop = asyncio.Event()
        task = asyncio.create_task(AccompaniedRunner("OP10", runner, cycle_reader).run(stop))
        try:
            yield
        finally:
            stop.set()
            await asyncio.wait_for(task, 60)
            await scanner_link.close()
            await link.close()

    return start


def results(bench):
    return bench.audit().of(UnitResultRecord)


async def test_a_pulled_reader_is_asked_once_for_each_cycle(bench, controller, scanner, serve):
    outbox = await bench.open()
    async with serve(outbox, pull=True):
        for cycle in (1, 2):
            scanner.view = [code_of(cycle)]
            assert await controller.cycle("OP10", cycle, "") == 0
    outbox.close()
    assert [result.unit for result in results(bench)] == [unit_uri(GTIN, serial_of(cycle)) for cycle in (1, 2)]
    assert all(result.verdict is Verdict.OK for result in results(bench))
    assert scanner.asked == [b"LON\r", b"LON\r"]
    for cycle, (result, read) in enumerate(zip(results(bench), bench.audit().of(CodesRecord), strict=True), start=1):
        assert (read.id, read.unit, read.operation, read.reader) == (result.id, result.unit, "OP10", "scanner")
        (symbol,) = read.symbols
        assert (from_base64(symbol.bytes_base64, ""), symbol.symbology) == (code_of(cycle).encode(), "]d2")
        assert symbol.item == result.unit


@pytest.mark.parametrize(
    ("view", "error", "reason"),
    [
        ([], 2, "no code read"),
        (None, 2, "no answer within"),
        (["not a GS1 code"], 3, "GS1"),
        ([code_of(1), code_of(2)], 3, "several identities"),
    ],
    ids=["no read", "silent", "foreign", "two"],
)
async def test_without_one_identity_the_cycle_is_recorded_and_decides_nothing(
    *, bench, controller, scanner, serve, view, error, reason
):
    outbox = await bench.open()
    async with serve(outbox, pull=True):
        scanner.view = view
        assert await controller.cycle("OP10", 1, "") == error
        scanner.view = [code_of(3)]
        assert await controller.cycle("OP10", 2, "") == 0
    outbox.close()
    bad, good = results(bench)
    assert (bad.unit, bad.verdict, bad.flags) == (None, Verdict.NOT_DECIDABLE, (Flag.NO_READ,))
    assert reason in bad.defect
    read = bench.audit().of(CodesRecord)[0]
    assert [from_base64(symbol.bytes_base64, "").decode() for symbol in read.symbols] == (view or [])
    assert read.unit is None
    assert reason in read.reason
    assert good.unit == unit_uri(GTIN, serial_of(3))


async def test_a_late_answer_is_never_taken_for_the_next_cycle(bench, controller, scanner, serve):
    outbox = await bench.open()
    async with serve(outbox, pull=True):
        scanner.view = None
        assert await controller.cycle("OP10", 1, "") == 2
        await scanner.say(code_of(1))  # too late, on the connection that was given up
        scanner.view = [code_of(2)]
        assert await controller.cycle("OP10", 2, "") == 0
        await scanner.say(code_of(9))  # nobody asked
        scanner.view = [code_of(3)]
        assert await controller.cycle("OP10", 3, "") == 0
    outbox.close()
    assert [result.unit for result in results(bench)] == [
        None,
        unit_uri(GTIN, serial_of(2)),
        unit_uri(GTIN, serial_of(3)),
    ]


async def test_what_a_reader_pushed_counts_for_one_cycle(bench, controller, scanner, serve):
    outbox = await bench.open()
    async with serve(outbox, pull=False):
        await scanner.say(code_of(8))
        await scanner.say(code_of(1))  # the last one counts
        assert await controller.cycle("OP10", 1, "") == 0
        assert await controller.cycle("OP10", 2, "") == 2  # nothing was said since
        await scanner.say("ERROR")
        assert await controller.cycle("OP10", 3, "") == 2
    outbox.close()
    assert [result.unit for result in results(bench)] == [unit_uri(GTIN, serial_of(1)), None, None]
    assert "said nothing" in results(bench)[1].defect


async def test_a_reading_may_come_shortly_after_the_cycle_but_not_long_before(bench, controller, scanner, serve):
    outbox = await bench.open()
    async with serve(outbox, pull=False, max_age=PATIENCE / 4):
        await scanner.say(code_of(1))
        await asyncio.sleep(PATIENCE / 3)
        cycle = asyncio.create_task(controller.cycle("OP10", 1, ""))
        await asyncio.sleep(0.1)
        await scanner.say(code_of(2))
        assert await cycle == 0
        await scanner.say(code_of(3))
        await asyncio.sleep(PATIENCE / 3)
        assert await controller.cycle("OP10", 2, "") == 2
    outbox.close()
    assert results(bench)[0].unit == unit_uri(GTIN, serial_of(2))
    assert "older than" in results(bench)[1].defect


async def test_the_label_and_the_controller_must_agree(bench, controller, scanner, serve):
    outbox = await bench.open()
    async with serve(outbox, pull=True):
        scanner.view = [code_of(1)]
        assert await controller.cycle("OP10", 1, "S999999") == 3
    outbox.close()
    assert "the label says serial" in results(bench)[0].defect
