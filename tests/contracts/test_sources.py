"""What every source of results does, with a machine of its kind at the other end: each result once, come what may."""

import asyncio
import logging
import time
from collections import Counter
from contextlib import asynccontextmanager
from random import Random

import pytest
from small_outbox import Bench
from small_sources import (
    FOLDERS,
    GTIN,
    MACHINES,
    READERS,
    DialledReader,
    DiallingReader,
    code_of,
    serial_of,
    station_of,
)
from station_plans import plans_for

from edge_agent.drivers.interface import DriverContext
from edge_agent.drivers.registry import DRIVERS, Manner, create_source
from edge_agent.errors import DeviceUnreachable, StorageRefused
from edge_agent.outbox.schema import open_for_reading
from edge_agent.pace import Pace
from edge_agent.station.link import DeviceLink
from edge_agent.station.recorder import Recorder
from edge_agent.station.told import ToldRunner
from traceability.encoding import from_base64
from traceability.identifier.item import unit_uri
from traceability.record.production import CodesRecord, DataLossRecord, MeasurementsRecord, UnitResultRecord
from traceability.unit import Flag, Verdict

QUICK = Pace(first=0.01, longest=0.05)
ELSEWHERE = {"open-protocol", "opcua-events", "llrp"}  # told by devices with suites of their own


@pytest.fixture
def bench(tmp_path):
    return Bench(tmp_path / "outbox.db")


@pytest.fixture(params=sorted(MACHINES))
async def machine(request, tmp_path):
    machine = MACHINES[request.param](tmp_path)
    await machine.start()
    yield machine
    await machine.stop()


def source_of(machine, tmp_path, bench):
    context = DriverContext(
        device="machine",
        data=tmp_path,
        clock=bench.clock,
        points=tuple(station_of(machine).resolved.points.values()),
    )
    return create_source(machine.name, machine.settings, context)


@pytest.fixture
def serve(bench, tmp_path):
    """Run the station on an outbox; leaving the block stops it as SIGTERM does."""

    @asynccontextmanager
    async def start(outbox, machine, source=None):
        station = station_of(machine)
        link = DeviceLink("machine", source or source_of(machine, tmp_path, bench), bench.random.random, QUICK)
        plans = plans_for(station, gtin=GTIN)
        recorder = Recorder(station, plans, outbox, None, clock=bench.clock, random_bytes=bench.random.randbytes)
        runner = ToldRunner(station, link, recorder, monotonic=time.monotonic, after_trouble=0.01)
        stop = asyncio.Event()
        task = asyncio.create_task(runner.run(stop))
        try:
            yield runner
        finally:
            stop.set()
            await asyncio.wait_for(task, 60)
            await link.close()

    return start


def results(bench):
    return bench.audit().of(UnitResultRecord)


async def until(condition, seconds=60.0):
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - files and sockets send no event to the test
            await asyncio.sleep(0.01)


async def stored(bench, count, seconds=60.0):
    await until(lambda: _cycles(bench) >= count, seconds)


def _cycles(bench):
    connection = open_for_reading(bench.path)
    try:
        return connection.execute("SELECT count(*) FROM cycle WHERE key NOT LIKE '%lost:%'").fetchone()[0]
    finally:
        connection.close()


def test_every_source_has_a_machine():
    told = {name for name, kind in DRIVERS.items() if kind.manner is Manner.TOLD}
    assert told - ELSEWHERE == {machine.name for machine in MACHINES.values()}


async def test_a_told_result_becomes_one_record_with_what_it_holds(bench, machine, serve):
    outbox = await bench.open()
    async with serve(outbox, machine):
        await machine.tell(1)
        await stored(bench, 1)
    outbox.close()
    (result,) = results(bench)
    assert result.unit == unit_uri(GTIN, serial_of(1))
    if isinstance(machine, FOLDERS):
        assert (result.verdict, result.source_time.isoformat()) == (Verdict.OK, "2026-03-01T08:00:01+00:00")
        (measured,) = bench.audit().of(MeasurementsRecord)
        assert measured.values[0].value == 25001
        assert not machine.path(1).exists()
        assert (machine.folder / "done" / machine.path(1).name).exists()
        assert not bench.audit().of(CodesRecord), "nothing was read by a code reader"
    else:
        assert (result.verdict, result.cycle) == (Verdict.UNDEFINED, 1)  # reading a code judges nothing
        (read,) = bench.audit().of(CodesRecord)
        assert (read.id, read.unit, read.reader, read.reason) == (result.id, result.unit, "machine", None)
        assert [from_base64(symbol.bytes_base64, "") for symbol in read.symbols] == [code_of(1).encode()]
        assert read.symbols[0].item == result.unit


async def test_results_keep_their_order_and_come_once_each(bench, machine, serve):
    outbox = await bench.open()
    async with serve(outbox, machine):
        for number in range(1, 9):
            await machine.tell(number)
        await stored(bench, 8)
        await asyncio.sleep(0.2)
    outbox.close()
    units = [result.unit for result in results(bench)]
    assert sorted(units) == [unit_uri(GTIN, serial_of(number)) for number in range(1, 9)]
    if isinstance(machine, READERS):
        assert units == sorted(units)


async def test_garbage_is_said_and_what_comes_after_it_is_recorded(bench, machine, serve, caplog):
    caplog.set_level(logging.WARNING)
    outbox = await bench.open()
    async with serve(outbox, machine) as runner:
        await machine.tell_garbage()
        await until(lambda: runner.trouble is not None)
        await machine.tell(2)
        await stored(bench, 1)
        await until(lambda: runner.trouble is None)
    outbox.close()
    assert [result.unit for result in results(bench)] == [unit_uri(GTIN, serial_of(2))]
    assert any(word in caplog.text for word in ("no result", "not understood"))


async def test_a_result_is_kept_while_the_disk_refuses_and_stored_once_when_it_takes_it(bench, machine, serve):
    outbox = await bench.open()
    append, refusals = outbox.append, [3]

    async def reluctant(submission):
        if refusals[0]:
            refusals[0] -= 1
            raise StorageRefused("nothing was stored: disk full")
        return await append(submission)

    outbox.append = reluctant
    async with serve(outbox, machine):
        await machine.tell(1)
        await machine.tell(2)
        await stored(bench, 2)
    outbox.close()
    assert Counter(result.unit for result in results(bench)) == Counter(
        unit_uri(GTIN, serial_of(number)) for number in (1, 2)
    )


async def test_a_connection_that_is_not_there_is_tried_again(bench, tmp_path, machine, serve):
    if isinstance(machine, DiallingReader) or not isinstance(machine, (*FOLDERS, DialledReader)):
        pytest.skip("the agent waits for this machine, or is wired to it")
    if isinstance(machine, FOLDERS):
        away = machine.folder.rename(tmp_path / "away")
    else:
        await machine.stop()
    source = source_of(machine, tmp_path, bench)
    with pytest.raises(DeviceUnreachable, match="machine"):
        await source.connect()
    outbox = await bench.open()
    async with serve(outbox, machine):
        await asyncio.sleep(0.1)
        if isinstance(machine, FOLDERS):
            away.rename(machine.folder)
        else:
            await machine.start()
        await machine.tell(1)
        await stored(bench, 1)
    outbox.close()


@pytest.mark.parametrize("kind", READERS, ids=lambda kind: kind.__name__)
async def test_a_no_read_is_a_result_without_unit_and_no_submission(bench, tmp_path, serve, kind):
    machine = kind(tmp_path)
    await machine.start()
    outbox = await bench.open()
    async with serve(outbox, machine):
        await machine.tell(1)
        await machine.tell_no_read()
        await stored(bench, 2)
        (counts,) = (await outbox.report()).operations
    outbox.close()
    await machine.stop()
    _, missed = results(bench)
    assert (missed.unit, missed.verdict, missed.flags) == (None, Verdict.NOT_DECIDABLE, (Flag.NO_READ,))
    assert "no code read" in missed.defect
    (empty,) = [read for read in bench.audit().of(CodesRecord) if read.id == missed.id]
    assert (empty.unit, empty.symbols) == (None, ())
    assert "no code read" in empty.reason
    assert counts.counts.submitted == 0


@pytest.mark.parametrize("kind", [DialledReader, DiallingReader], ids=lambda kind: kind.__name__)
async def test_half_a_message_of_a_lost_connection_is_dropped_and_its_loss_recorded(bench, tmp_path, serve, kind):
    machine = kind(tmp_path)
    await machine.start()
    outbox = await bench.open()
    async with serve(outbox, machine):
        await machine.tell(1)
        await stored(bench, 1)
        machine.count += 1
        await machine.send(b"2,]d20109506")
        await asyncio.sleep(0.05)
        await machine.hang_up()
        await asyncio.sleep(0.1)
        await machine.tell(3)
        await stored(bench, 2)
    outbox.close()
    await machine.stop()
    assert [result.unit for result in results(bench)] == [unit_uri(GTIN, serial_of(number)) for number in (1, 3)]
    (loss,) = bench.audit().of(DataLossRecord)
    assert (loss.stream, loss.first, loss.last, loss.count) == ("OP10", 2, 2, 1)


async def test_readings_that_went_by_while_the_agent_was_away_are_a_loss_entry(bench, tmp_path, serve):
    machine = DialledReader(tmp_path)
    await machine.start()
    outbox = await bench.open()
    async with serve(outbox, machine):
        await machine.tell(1)
        await stored(bench, 1)
    outbox.close()
    await machine.hang_up()
    machine.count += 2  # it read two codes that nobody heard
    outbox = await bench.open()
    async with serve(outbox, machine):
        await machine.tell(4)
        await stored(bench, 2)
        await machine.tell(5)
        await stored(bench, 3)
    outbox.close()
    await machine.stop()
    (loss,) = bench.audit().of(DataLossRecord)
    assert (loss.first, loss.last, loss.count) == (2, 3, 2)


class Crash(Exception):
    """The process dies here."""


class Dying:
    """A source whose process dies before it settles."""

    def __init__(self, source):
        self._source = source
        self.dead = asyncio.Event()

    def __getattr__(self, name):
        return getattr(self._source, name)

    async def settle(self, arrival):
        self.dead.set()
        raise Crash

    refuse = settle


@pytest.mark.parametrize("kind", FOLDERS, ids=lambda kind: kind.__name__)
async def test_a_crash_between_storing_and_settling_is_told_again_and_stored_once(bench, tmp_path, serve, kind):
    machine = kind(tmp_path)
    await machine.tell(1)
    outbox = await bench.open()
    dying = Dying(source_of(machine, tmp_path, bench))
    with pytest.raises(Crash):
        async with serve(outbox, machine, dying):
            await asyncio.wait_for(dying.dead.wait(), 60)
    outbox.close()
    assert machine.path(1).exists()
    outbox = await bench.open()
    async with serve(outbox, machine):
        await until(lambda: not machine.path(1).exists())
    outbox.close()
    assert len(results(bench)) == 1


@pytest.mark.parametrize("kind", FOLDERS, ids=lambda kind: kind.__name__)
async def test_slow_writers_several_results_and_duplicates(bench, tmp_path, serve, kind, caplog):
    caplog.set_level(logging.INFO)
    machine = kind(tmp_path)
    outbox = await bench.open()
    async with serve(outbox, machine):
        await machine.tell_slowly(1, 0.15)  # rests longer than the settling time in the middle
        await stored(bench, 1)
        machine.path(2).write_bytes(machine.content([2, 3, 4]))
        await stored(bench, 4)
        await until(lambda: not machine.path(2).exists())
        machine.path(2).write_bytes(machine.content([2, 3, 4]))  # copied there once more
        await until(lambda: not machine.path(2).exists())
    outbox.close()
    assert sorted(result.unit for result in results(bench)) == [
        unit_uri(GTIN, serial_of(number)) for number in (1, 2, 3, 4)
    ]
    assert caplog.text.count("told again") == 3
    assert not list((machine.folder / "bad").iterdir())


async def test_a_file_with_one_bad_result_goes_aside_and_may_come_back_corrected(bench, tmp_path, serve):
    machine = MACHINES["CsvMachine"](tmp_path)
    outbox = await bench.open()
    good = machine.content([1, 2, 3])
    async with serve(outbox, machine):
        machine.path(1).write_bytes(good.replace(f"{serial_of(2)},OK".encode(), f"{serial_of(2)},MAYBE".encode()))
        await until(lambda: not machine.path(1).exists())
        aside = machine.folder / "bad" / machine.path(1).name
        assert "MAYBE" in aside.with_name(aside.name + ".reason.txt").read_text()
        assert len(results(bench)) == 2
        machine.path(1).write_bytes(good)
        await until(lambda: not machine.path(1).exists())
    outbox.close()
    assert Counter(result.unit for result in results(bench)) == Counter(
        unit_uri(GTIN, serial_of(number)) for number in (1, 2, 3)
    )
    (loss,) = bench.audit().of(DataLossRecord)
    assert loss.count == 1
    assert "MAYBE" in loss.reason


async def test_a_file_written_anew_while_its_results_are_stored_is_taken_again(bench, tmp_path):
    machine = MACHINES["CsvMachine"](tmp_path)
    source = source_of(machine, tmp_path, bench)
    await source.connect()
    await machine.tell(1)
    first = await source.next()
    machine.path(1).write_bytes(machine.content([7]))
    await source.settle(first)
    second = await asyncio.wait_for(source.next(), 60)
    assert (second.samples["serial"].raw, second.ticket != first.ticket) == (serial_of(7), True)
    await source.settle(second)
    await source.settle(second)
    assert [path.read_bytes() for path in (machine.folder / "done").iterdir()] == [machine.content([7])]


async def test_with_a_marker_a_file_waits_for_it(bench, tmp_path, serve):
    machine = MACHINES["CsvMachine"](tmp_path)
    settings = type(machine.settings)(folder=machine.folder, marker=".done", settle_s=0.02, look_every_s=0.01)
    context = DriverContext(
        device="machine", data=tmp_path, clock=bench.clock, points=tuple(station_of(machine).resolved.points.values())
    )
    outbox = await bench.open()
    async with serve(outbox, machine, create_source("csv-folder", settings, context)):
        await machine.tell(1)
        await asyncio.sleep(0.2)
        assert results(bench) == []
        marker = machine.path(1).with_name(machine.path(1).name + ".done")
        marker.touch()
        await stored(bench, 1)
        await until(lambda: not marker.exists())
    outbox.close()


async def test_values_and_description_in_two_files_are_taken_together(bench, tmp_path, serve):
    machine = MACHINES["AqdefMachine"](tmp_path)
    lines = machine.content([1]).split(b"\r\n")
    outbox = await bench.open()
    async with serve(outbox, machine):
        (machine.folder / "part.dfx").write_bytes(b"\r\n".join(lines[6:]))
        await asyncio.sleep(0.15)
        assert results(bench) == []
        (machine.folder / "part.dfd").write_bytes(b"\r\n".join([*lines[:6], b""]))
        await stored(bench, 1)
        await until(lambda: not (machine.folder / "part.dfx").exists())
    outbox.close()
    assert {file.name for file in (machine.folder / "done").iterdir()} == {"part.dfx", "part.dfd"}


async def test_a_file_that_is_too_large_goes_aside(bench, tmp_path, serve):
    machine = MACHINES["CsvMachine"](tmp_path)
    settings = type(machine.settings)(
        folder=machine.folder, max_bytes=100, settle_s=0.02, patience_s=0.02, look_every_s=0.01
    )
    context = DriverContext(
        device="machine", data=tmp_path, clock=bench.clock, points=tuple(station_of(machine).resolved.points.values())
    )
    outbox = await bench.open()
    async with serve(outbox, machine, create_source("csv-folder", settings, context)):
        await machine.tell(1)
        await until(lambda: not machine.path(1).exists())
    outbox.close()
    assert "more than 100 bytes" in (machine.folder / "bad" / f"{machine.path(1).name}.reason.txt").read_text()


async def test_two_thousand_files_with_random_faults_make_exactly_two_thousand_results(bench, tmp_path, serve):
    machine, random, total = MACHINES["CsvMachine"](tmp_path), Random(7), 2000
    files, number = [], 1
    while number <= total:
        size = min(random.choice((1, 1, 1, 20)), total - number + 1)
        files.append(list(range(number, number + size)))
        number += size

    async def write(numbers):
        content, path = machine.content(numbers), machine.path(numbers[0])
        if random.random() < 0.1:  # a writer that is interrupted
            path.write_bytes(content[: random.randrange(len(content))])
            await asyncio.sleep(0.01)
        if random.random() < 0.1:  # the same file appears again, whether or not it was taken
            path.write_bytes(content)
            await asyncio.sleep(random.choice((0.002, 0.1)))
        path.write_bytes(content)

    outbox = await bench.open()
    crashes = 0
    for turn, first in enumerate(range(0, len(files), 40)):
        source = source_of(machine, tmp_path, bench)
        try:
            async with serve(outbox, machine, Dying(source) if turn % 2 else source):
                for numbers in files[first : first + 40]:
                    await write(numbers)
                await asyncio.sleep(0.1)
        except Crash:
            crashes += 1
    async with serve(outbox, machine):
        await until(lambda: not list(machine.folder.glob("*.csv")), 60)
    outbox.close()
    found = Counter(result.unit for result in results(bench))
    assert crashes > 1
    assert len(found) == total
    assert set(found.values()) == {1}
    assert bench.audit().of(DataLossRecord) == []


async def test_two_thousand_readings_with_random_faults_make_exactly_two_thousand_results(bench, tmp_path, serve):
    machine, random, total, cut = DialledReader(tmp_path), Random(11), 2000, []
    await machine.start()
    outbox = await bench.open()
    async with serve(outbox, machine):
        for number in range(1, total + 1):
            await machine.tell(number)
            if random.random() < 0.01:
                await machine.tell_garbage()
            if random.random() < 0.005:
                await stored(bench, number)
                await machine.send(f"{machine.count + 1},]d2010950".encode())
                machine.count += 1
                cut.append(machine.count)
                await asyncio.sleep(0.02)
                await machine.hang_up()
        await stored(bench, total, 60)
    outbox.close()
    await machine.stop()
    audit = bench.audit()
    assert Counter(result.unit for result in audit.of(UnitResultRecord)) == Counter(
        unit_uri(GTIN, serial_of(number)) for number in range(1, total + 1)
    )
    assert [loss.first for loss in audit.of(DataLossRecord)] == cut
    assert all(loss.count == 1 for loss in audit.of(DataLossRecord))
