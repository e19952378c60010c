"""Cycles of a controller on real Modbus TCP become records, each once, whatever stops in between."""

import asyncio
import logging
import time
from contextlib import asynccontextmanager
from decimal import Decimal

import pytest
from small_camera import write_picture
from station_plans import plans_for

from edge_agent.config.settings import Camera
from edge_agent.drivers.interface import DriverContext
from edge_agent.drivers.registry import ModbusTcpSettings, create_driver
from edge_agent.pace import Pace
from edge_agent.station.album import Album
from edge_agent.station.camera import CycleCamera
from edge_agent.station.link import DeviceLink
from edge_agent.station.recorder import Recorder
from edge_agent.station.runner import StationRunner
from traceability.identifier.item import lot_uri, unit_uri
from traceability.record.production import (
    AssociationRecord,
    DataLossRecord,
    MeasurementsRecord,
    PicturesRecord,
    UnitResultRecord,
)
from traceability.unit import Flag, Purpose, Verdict
from vision.formats import Format

GTIN = "09506000134352"
HOUSING = "09506000134369"
STEEL = "09506000134376"
QUICK = Pace(first=0.02, longest=0.1)


@pytest.fixture
def serve(bench, tmp_path):
    """Run stations on an outbox; leaving the block stops them as SIGTERM does."""

    @asynccontextmanager
    async def start(outbox, controller, *stations):
        context = DriverContext(device="cell", data=tmp_path, clock=bench.clock)
        settings = ModbusTcpSettings(host="127.0.0.1", port=controller.port, timeout=0.5)
        link = DeviceLink("cell", create_driver("modbus-tcp", settings, context), bench.random.random, QUICK)
        stop = asyncio.Event()
        tasks = [asyncio.create_task(runner(station, link, outbox).run(stop)) for station in stations]
        try:
            yield link
        finally:
            stop.set()
            _, late = await asyncio.wait(tasks, timeout=5)
            for task in late:
                task.cancel()
            await link.close()
            assert not late
            for task in tasks:
                await task

    def runner(station, link, outbox):
        album = Album(tmp_path / "pictures")
        camera = station.camera and CycleCamera(station.name, station.camera, album, time.monotonic)
        plans = plans_for(station, gtin=GTIN)
        recorder = Recorder(station, plans, outbox, camera, clock=bench.clock, random_bytes=bench.random.randbytes)
        return StationRunner(station, link, recorder, poll=0.005, monotonic=time.monotonic)

    return start


async def test_a_cycle_becomes_its_records_and_only_then_is_acknowledged(bench, controller, serve, make_station):
    outbox = await bench.open()
    async with serve(outbox, controller, make_station(lot=STEEL)):
        assert await controller.cycle("OP10", 1, "H0001", lot="L7", m1=Decimal("25.0125")) == 0
        assert await controller.cycle("OP10", 2, "H0002", verdict="NOT_OK", defect=17) == 0
        assert await controller.cycle("OP10", 3, "H0002", purpose="rework", flags=1) == 0
    outbox.close()

    found = bench.audit()
    first, failed, rework = found.of(UnitResultRecord)
    assert (first.unit, first.verdict, first.cycle, first.attempt) == (unit_uri(GTIN, "H0001"), Verdict.OK, 1, 1)
    assert first.source_time.timestamp() == 1_772_352_000.001
    assert (failed.verdict, failed.defect, failed.attempt) == (Verdict.NOT_OK, "17", 1)
    assert (rework.purpose, rework.flags, rework.attempt) == (Purpose.REWORK, (Flag.PARTIAL,), 2)
    measured = found.of(MeasurementsRecord)[0]
    assert (measured.id, measured.values[0].value, measured.values[0].raw) == (first.id, 25012, "25.0125")
    (joined,) = found.of(AssociationRecord)
    assert (joined.id, joined.parent) == (first.id, first.unit)
    (steel,) = joined.components
    assert (steel.item, steel.quantity, steel.uom) == (lot_uri(STEEL, "L7"), "2.5", "kg")


async def test_a_cycle_seen_again_after_a_restart_is_acknowledged_but_not_recorded_again(
    bench, controller, serve, make_station
):
    outbox = await bench.open()
    async with serve(outbox, controller, make_station()):
        await controller.offer("OP10", 1, "H0001")
    await controller.put("OP10", acknowledge=0)  # as if the acknowledgement had been lost
    outbox.close()
    outbox = await bench.open()
    async with serve(outbox, controller, make_station()):
        await controller.until("OP10", "acknowledge", 1)
        await controller.put("OP10", trigger=0)
        await controller.until("OP10", "acknowledge", 0)
        await controller.cycle("OP10", 2, "H0002")
    outbox.close()
    assert [result.cycle for result in bench.audit().of(UnitResultRecord)] == [1, 2]


@pytest.mark.parametrize(
    ("serial", "error", "reason"),
    [("", 2, "the controller names no serial"), ("H 1", 3, "serial 'H 1'")],
    ids=["none", "no valid one"],
)
async def test_without_an_identity_the_result_is_kept_but_decides_nothing(
    *, bench, controller, serve, make_station, serial, error, reason
):
    outbox = await bench.open()
    async with serve(outbox, controller, make_station()):
        assert await controller.cycle("OP10", 1, serial, m1=Decimal("25.012")) == error
        assert await controller.get("OP10", "error") == 0
        assert await controller.cycle("OP10", 2, "H0001") == 0
    outbox.close()
    audit = bench.audit()
    bad, good = audit.of(UnitResultRecord)
    assert (bad.unit, bad.verdict, bad.flags) == (None, Verdict.NOT_DECIDABLE, (Flag.NO_READ,))
    assert reason in bad.defect
    measured = audit.of(MeasurementsRecord)[0]
    assert (measured.id, measured.unit, measured.values[0].value) == (bad.id, None, 25012)
    assert good.verdict is Verdict.OK


async def test_a_disk_that_refuses_withholds_the_acknowledgement_and_tells_the_controller(
    bench, controller, serve, make_station, caplog
):
    caplog.set_level(logging.INFO)
    outbox = await bench.open()
    outbox._writer._connection.execute("PRAGMA query_only=1")
    async with serve(outbox, controller, make_station()):
        waiting = asyncio.create_task(controller.cycle("OP10", 1, "H0001"))
        await controller.until("OP10", "error", 1)
        await asyncio.sleep(0.1)
        assert await controller.get("OP10", "acknowledge") == 0
        outbox._writer._connection.execute("PRAGMA query_only=0")
        assert await waiting == 0
    outbox.close()
    assert len(bench.audit().of(UnitResultRecord)) == 1
    said = [record.getMessage() for record in caplog.records]
    assert said.count("cycle not acknowledged") == 1
    assert said.count("station is served again") == 1


async def test_a_controller_that_is_down_costs_one_line_and_loses_nothing(
    bench, controller, serve, make_station, caplog
):
    caplog.set_level(logging.INFO)
    outbox = await bench.open()
    async with serve(outbox, controller, make_station("OP10"), make_station("OP20")):
        await controller.cycle("OP10", 1, "H0001")
        await controller.stop()
        await asyncio.sleep(0.5)
        await controller.start()
        await controller.cycle("OP20", 1, "H0001")
        await controller.cycle("OP10", 2, "H0002")
    outbox.close()
    said = [record.getMessage() for record in caplog.records]
    assert said.count("device is down") == 1
    assert said.count("device connected again") == 1
    assert len(bench.audit().of(UnitResultRecord)) == 3


async def test_a_controller_that_was_never_there_does_not_keep_the_agent_from_stopping(bench, serve, make_station):
    class Nothing:
        port = 9

    outbox = await bench.open()
    begun = time.monotonic()
    async with serve(outbox, Nothing, make_station()):
        await asyncio.sleep(0.2)
    assert time.monotonic() - begun < 3
    outbox.close()


async def test_stopping_finishes_the_handshake_that_is_half_done(bench, controller, serve, make_station):
    outbox = await bench.open()
    async with serve(outbox, controller, make_station()):
        await controller.offer("OP10", 1, "H0001")
        finishing = asyncio.create_task(_finish_later(controller))
    await finishing
    assert await controller.get("OP10", "acknowledge") == 0
    outbox.close()


async def _finish_later(controller):
    await asyncio.sleep(0.2)
    await controller.put("OP10", trigger=0)


async def test_a_trigger_that_is_no_level_is_complained_of_once_and_nothing_is_recorded(
    bench, controller, serve, make_station, caplog
):
    outbox = await bench.open()
    await controller.put("OP10", trigger=7)
    async with serve(outbox, controller, make_station()):
        await asyncio.sleep(0.2)
    outbox.close()
    assert bench.audit().of(UnitResultRecord) == []
    assert [r.getMessage() for r in caplog.records].count("the trigger is neither 0 nor 1") == 1


@pytest.fixture
def camera(tmp_path):
    return Camera(folder=tmp_path / "camera", positions=("unit", "housing"), formats=(Format.DATA_MATRIX,), timeout=0.4)


def unit(serial, gtin=GTIN):
    return f"https://example.org/01/{gtin}/21/{serial}"


async def test_the_camera_says_who_was_joined_to_whom_and_its_pictures_are_kept(
    *, bench, controller, serve, make_station, camera, tmp_path
):
    outbox = await bench.open()
    async with serve(outbox, controller, make_station(camera=camera)):
        first = write_picture(camera.folder, "OP10-00000001-unit.png", unit("U1")).read_bytes()
        offered = asyncio.create_task(controller.cycle("OP10", 1, ""))
        await asyncio.sleep(0.1)
        write_picture(camera.folder, "OP10-00000001-housing.png", unit("H1", HOUSING))
        assert await offered == 0
    outbox.close()

    found = bench.audit()
    (result,), (joined,), (kept,) = map(found.of, (UnitResultRecord, AssociationRecord, PicturesRecord))
    assert (result.unit, result.verdict) == (unit_uri(GTIN, "U1"), Verdict.OK)
    assert joined.parent == result.unit
    assert [(part.item, part.position) for part in joined.components] == [(unit_uri(HOUSING, "H1"), "housing")]
    digest = kept.pictures[0].sha256.removeprefix("sha256:")
    picture = Album(tmp_path / "pictures").find(digest)
    assert picture.read_bytes() == first
    assert picture.parent.parent.name == "ok"
    assert kept.pictures[0].size == len(first)
    assert kept.pictures[1].symbols[0].item == unit_uri(HOUSING, "H1")
    assert list(camera.folder.iterdir()) == []


DOUBTS = [
    ("no unit label", [], [unit("H1", HOUSING)], "", 2, None, "unit: no code read"),
    ("no component label", [unit("U1")], [], "", 2, "U1", "housing: no code read"),
    ("no picture", [unit("U1")], None, "", 2, "U1", "housing: no picture within 0.4 s"),
    ("another part", [unit("U1", HOUSING)], [unit("H1", HOUSING)], "", 3, None, "the control plan is for"),
    ("no GS1 code", [unit("U1")], ["hello"], "", 3, "U1", "neither a GS1 element string nor a Digital Link"),
    ("two codes", [unit("U1")], [unit("H1", HOUSING), unit("H2", HOUSING)], "", 3, "U1", "several identities"),
    ("same twice", [unit("U1")], [unit("U1")], "", 3, "U1", "one identity stands at two positions"),
    ("controller disagrees", [unit("U1")], [unit("H1", HOUSING)], "U2", 3, None, "the controller 'U2'"),
]


@pytest.mark.parametrize("doubt", DOUBTS, ids=[doubt[0] for doubt in DOUBTS])
async def test_a_doubt_about_any_label_joins_nothing_and_decides_nothing(
    *, bench, controller, serve, make_station, camera, doubt
):
    _, units, housings, serial, error, known, reason = doubt
    write_picture(camera.folder, "OP10-00000001-unit.png", *units)
    if housings is not None:
        write_picture(camera.folder, "OP10-00000001-housing.png", *housings)
    outbox = await bench.open()
    async with serve(outbox, controller, make_station(camera=camera)):
        assert await controller.cycle("OP10", 1, serial) == error
    outbox.close()

    found = bench.audit()
    (result,), (kept,) = found.of(UnitResultRecord), found.of(PicturesRecord)
    assert result.unit == (known and unit_uri(GTIN, known))
    assert result.verdict is Verdict.NOT_DECIDABLE
    assert result.flags == (() if known else (Flag.NO_READ,))
    assert reason in result.defect
    assert found.of(AssociationRecord) == []
    assert len(kept.pictures) == (1 if housings is None else 2)


async def test_two_triggers_at_once_are_two_cycles_and_neither_waits_for_the_other(
    bench, controller, serve, make_station
):
    outbox = await bench.open()
    for name in ("OP10", "OP20"):
        await controller.put(name, cycle=1, serial="H0001", verdict="OK", trigger=1)
    async with serve(outbox, controller, make_station("OP10"), make_station("OP20")):
        await asyncio.gather(*(controller.until(name, "acknowledge", 1) for name in ("OP10", "OP20")))
        for name in ("OP10", "OP20"):
            await controller.put(name, trigger=0)
        await asyncio.gather(*(controller.until(name, "acknowledge", 0) for name in ("OP10", "OP20")))
    outbox.close()
    assert sorted(result.operation for result in bench.audit().of(UnitResultRecord)) == ["OP10", "OP20"]


async def test_the_controllers_clock_is_measured_where_the_agent_saw_the_cycle_end(
    bench, controller, serve, make_station, caplog
):
    fast = int(bench.now.timestamp() * 1000) + 60_000
    outbox = await bench.open()
    await controller.put("OP10", cycle=1, serial="H0001", verdict="OK", cycle_time=fast, trigger=1)
    async with serve(outbox, controller, make_station()):
        await controller.until("OP10", "acknowledge", 1)
        await controller.put("OP10", trigger=0)
        await controller.until("OP10", "acknowledge", 0)
        await controller.cycle("OP10", 2, "H0002", cycle_time=fast)
        await controller.cycle("OP10", 3, "H0003", cycle_time=0)
    outbox.close()
    pending, seen, without = bench.audit().of(UnitResultRecord)
    assert pending.device_offset_ms is None
    assert -60_000 <= seen.device_offset_ms < -59_000
    assert without.device_offset_ms is None
    assert abs(seen.event_time - bench.now).total_seconds() < 1, "the controller's clock dates nothing"
    assert [record.getMessage() for record in caplog.records].count("the device's clock is off") == 1


async def test_a_controller_that_does_not_wait_shows_its_loss_with_the_next_cycle(
    bench, controller, serve, make_station, caplog
):
    outbox = await bench.open()
    async with serve(outbox, controller, make_station()):
        await controller.cycle("OP10", 7, "H0007")
        await controller.cycle("OP10", 10, "H0010")
        await controller.cycle("OP10", 2, "H0012")
    outbox.close()
    records = bench.audit().records
    jump, back = (record for record in records if isinstance(record, DataLossRecord))
    assert (jump.stream, jump.first, jump.last, jump.count) == ("OP10", 8, 9, 2)
    assert (back.count, back.first, "set back from 10 to 2" in back.reason) == (0, None, True)
    shows = [record.cycle for record in records if isinstance(record, UnitResultRecord) and record.seq == jump.seq + 1]
    assert shows == [10], "the loss stands right before the result that shows it"
    assert sum("counter jumped" in record.getMessage() for record in caplog.records) == 2


async def test_what_went_by_while_the_agent_was_down_is_found_at_its_start(bench, controller, serve, make_station):
    outbox = await bench.open()
    async with serve(outbox, controller, make_station()):
        await controller.cycle("OP10", 7, "H0007")
    async with serve(outbox, controller, make_station()):
        await controller.cycle("OP10", 9, "H0009")
    outbox.close()
    (loss,) = bench.audit().of(DataLossRecord)
    assert (loss.first, loss.last) == (8, 8)
    assert "before the agent's start" in loss.reason


async def test_the_words_written_in_a_cycle_are_one_line(bench, controller, serve, make_station, caplog):
    caplog.set_level(logging.INFO)
    outbox = await bench.open()
    async with serve(outbox, controller, make_station()):
        await controller.cycle("OP10", 7, "")
        await asyncio.sleep(0.05)
    outbox.close()
    (line,) = [record for record in caplog.records if "wrote" in record.getMessage()]
    assert line.fields["cycle"] == 7
    assert line.fields["words"] == "error=2 acknowledge=1 error=0 acknowledge=0"
