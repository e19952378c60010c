"""Modbus RTU on a serial line and over TCP: units that are late, dead, wrong or noisy."""

import asyncio
import time
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest
from pymodbus import FramerType
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType as SimType
from pymodbus.simulator import SimData, SimDevice
from rtu_units import HOST, RtuOnTty, RtuOverTcp, framed, words
from serial_cable import SerialCable

from edge_agent.drivers.interface import DriverContext
from edge_agent.drivers.modbus.rtu import ModbusRtuDriver, ModbusRtuOverTcpDriver
from edge_agent.drivers.modbus.settings import ModbusRtuOverTcpSettings, ModbusRtuSettings
from edge_agent.errors import BadReply, DeviceError, DeviceRefused, DeviceUnreachable
from firmware_profiles.format import DataType, Point, Table

WORD = Point(name="word", table=Table.HOLDING, address=5, type=DataType.UINT16, writable=True)
PAIR = Point(name="pair", table=Table.HOLDING, address=5, type=DataType.UINT32, writable=True)
TIMEOUT = 0.15


def context(device="press"):
    return DriverContext(device=device, data=Path(), clock=lambda: datetime.now(UTC))


def over_tcp(port, unit=1, device="press"):
    settings = ModbusRtuOverTcpSettings(host=HOST, port=port, unit_id=unit, timeout=TIMEOUT)
    return ModbusRtuOverTcpDriver(settings, context(device))


@asynccontextmanager
async def gateway(answer):
    async with RtuOverTcp(answer) as line:
        driver = over_tcp(line.port)
        await driver.connect()
        try:
            yield driver, line
        finally:
            await driver.close()


async def connected(driver, attempts=6):
    """Connect as a station's link does, again and again."""
    for _ in range(attempts):
        try:
            return await driver.connect()
        except DeviceUnreachable:
            await asyncio.sleep(0.01)
    pytest.fail("never in step again")


def counted(request, number):
    """As many registers as asked for, all with the number of the request."""
    return 0.0, words(request, *[number] * int.from_bytes(request[4:6], "big"))


async def test_a_late_answer_is_never_taken_for_the_next_one():
    def answer(request, number):
        _, reply = counted(request, number)
        return (TIMEOUT + 0.1 if number == 1 else 0.0), reply

    async with gateway(answer) as (driver, _):
        with pytest.raises(DeviceUnreachable, match=r"press at .*point pair.*0\.15 s"):
            await driver.read([PAIR])
        with pytest.raises(DeviceUnreachable, match="closed"):
            await driver.read([PAIR])
        await connected(driver)
        for _ in range(4):
            first, second = (await driver.read([PAIR]))["pair"].raw
            assert first == second > 1
        await asyncio.sleep(TIMEOUT + 0.1)
        assert (await driver.read([PAIR]))["pair"].raw[0] > 1


@pytest.mark.parametrize("late", [0.16, 0.2, 0.25, 0.3, 0.4])
async def test_answers_that_are_always_late_never_shift(late):
    def answer(request, number):
        _, reply = counted(request, number)
        return late if number <= 3 else 0.0, reply

    async with gateway(answer) as (driver, line):
        fresh = 0
        for _ in range(12):
            asked = len(line.requests) + 1
            try:
                assert (await driver.read([PAIR]))["pair"].raw == (asked, asked)
                fresh += 1
            except DeviceUnreachable:
                await connected(driver, attempts=10)
        assert fresh > 6


async def test_a_single_register_is_asked_again_only_when_the_line_is_silent():
    def answer(request, number):
        return (TIMEOUT + 0.1 if number == 1 else 0.0), words(request, number)

    async with gateway(answer) as (driver, _):
        with pytest.raises(DeviceUnreachable):
            await driver.read([WORD])
        await driver.connect()
        assert (await driver.read([WORD]))["word"].raw == (2,)


async def test_a_cancelled_read_leaves_no_answer_behind():
    def answer(request, number):
        _, reply = counted(request, number)
        return (0.1 if number == 1 else 0.0), reply

    async with gateway(answer) as (driver, _):
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(driver.read([PAIR]), 0.02)
        await connected(driver)
        assert (await driver.read([PAIR]))["pair"].raw[0] > 1


@pytest.mark.parametrize(
    "wrong",
    [
        lambda request: framed(9, b"\x03\x04\0\1\0\1"),
        lambda request: words(request, 7, 7)[:-1] + b"\x00",
        lambda request: b"\xff" * 9,
        lambda request: words(request, 7, 7)[:4],
        lambda request: b"",
    ],
    ids=["another unit", "check sum", "noise", "half", "nothing"],
)
async def test_what_is_no_answer_is_no_value(wrong):
    async with gateway(lambda request, _: (0.0, wrong(request))) as (driver, _):
        with pytest.raises(DeviceUnreachable):
            await driver.read([PAIR])


@pytest.mark.parametrize(
    "pdu", [b"\x03\x02\0\7", b"\x03\x06\0\7\0\7\0\7", b"\x04\x04\0\7\0\7"], ids=["short", "long", "function"]
)
async def test_an_answer_of_the_wrong_shape_is_a_bad_reply_and_puts_the_unit_out_of_step(pdu):
    async with gateway(lambda request, _: (0.0, framed(1, pdu))) as (driver, _):
        with pytest.raises(BadReply, match="press"):
            await driver.read([PAIR])
        with pytest.raises(DeviceUnreachable, match="closed"):
            await driver.read([PAIR])


async def test_an_exception_keeps_the_connection_and_a_write_is_echoed():
    def answer(request, number):
        if request[1] == 6:
            return 0.0, request
        return (0.0, framed(1, b"\x83\x02")) if number == 1 else counted(request, number)

    async with gateway(answer) as (driver, _):
        with pytest.raises(DeviceRefused, match="no such address"):
            await driver.read([WORD])
        await driver.write(WORD, 77)
        assert (await driver.read([WORD]))["word"].raw == (3,)


async def test_a_unit_that_answers_probes_with_exceptions_comes_back():
    def answer(request, number):
        count = int.from_bytes(request[4:6], "big")
        if number == 1:
            return 0.0, b""
        return (0.0, framed(1, b"\x83\x03")) if count == 1 else counted(request, number)

    async with gateway(answer) as (driver, _):
        with pytest.raises(DeviceUnreachable):
            await driver.read([PAIR])
        await connected(driver)
        assert (await driver.read([PAIR]))["pair"].raw == (3, 3)


async def test_units_share_one_connection_and_a_dead_one_does_not_starve_the_others():
    def answer(request, number):
        return (0.0, b"") if request[0] == 2 else (0.005, words(request, *[request[0]] * request[5]))

    async with RtuOverTcp(answer) as line:
        drivers = {unit: over_tcp(line.port, unit, f"unit {unit}") for unit in (1, 2, 3)}
        served = dict.fromkeys(drivers, 0)

        async def poll(unit):
            pause = 0.0
            while time.monotonic() < end:
                try:
                    await drivers[unit].connect()
                    while time.monotonic() < end:
                        assert (await drivers[unit].read([PAIR]))["pair"].raw == (unit, unit)
                        served[unit] += 1
                except DeviceUnreachable:
                    pause = min(1.0, 0.25 + 2 * pause)  # as a link does
                    await asyncio.sleep(pause)

        end = time.monotonic() + 1.5
        await asyncio.gather(*map(poll, drivers))
        for driver in drivers.values():
            await driver.close()
        assert line.connections == 1
    assert served[2] == 0
    assert min(served[1], served[3]) > 30, served


async def test_a_gateway_that_is_gone_is_one_new_connection_for_all_its_units():
    async with RtuOverTcp(counted) as line:
        drivers = [over_tcp(line.port, unit) for unit in (1, 2, 3)]
        for driver in drivers:
            await driver.connect()
            await driver.read([PAIR])
        port = line.port
    for driver in drivers:
        with pytest.raises(DeviceUnreachable):
            await driver.read([PAIR])
    async with RtuOverTcp(counted, port) as again:
        await asyncio.gather(*(connected(driver) for driver in drivers))
        for driver in drivers:
            assert await driver.read([PAIR])
            await driver.close()
        assert again.connections == 1


async def test_a_real_rtu_server_over_tcp():
    block = SimData(0, count=100, values=0, datatype=SimType.REGISTERS)
    server = ModbusTcpServer([SimDevice(1, [block]), SimDevice(2, [block])], framer=FramerType.RTU, address=(HOST, 0))
    await server.serve_forever(background=True)
    port = server.transport.sockets[0].getsockname()[1]
    drivers = [over_tcp(port, unit) for unit in (1, 2)]
    try:
        for number, driver in enumerate(drivers, 1):
            await driver.connect()
            await driver.write(PAIR, 70_000 + number)
        for number, driver in enumerate(drivers, 1):
            assert (await driver.read([PAIR]))["pair"].raw == (1, 4464 + number)
    finally:
        for driver in drivers:
            await driver.close()
        await server.shutdown()


def on_tty(path, unit=1, **settings):
    return ModbusRtuDriver(
        ModbusRtuSettings(port=path, unit_id=unit, parity="N", timeout=TIMEOUT, **settings), context()
    )


@pytest.fixture
async def cable():
    cable = SerialCable()
    cable.plug()
    yield cable
    cable.unplug()


async def test_frames_on_a_serial_line_keep_their_distance(cable):
    times = []

    def answer(request, number):
        times.append(time.monotonic())
        return counted(request, number)

    async with RtuOnTty(cable.far, answer):
        driver = on_tty(cable.near, baud=9600)
        await driver.connect()
        for _ in range(5):
            assert await driver.read([PAIR])
        await driver.close()
    gap = 3.5 * 11 / 9600
    assert min(b - a for a, b in pairwise(times)) >= gap


async def test_a_late_answer_on_a_serial_line(cable):
    def answer(request, number):
        _, reply = counted(request, number)
        return (0.4 if number == 1 else 0.0), reply

    async with RtuOnTty(cable.far, answer) as line:
        driver = on_tty(cable.near, baud=115_200)
        await driver.connect()
        with pytest.raises(DeviceUnreachable):
            await driver.read([PAIR])
        await connected(driver)
        asked = len(line.requests) + 1
        assert (await driver.read([PAIR]))["pair"].raw == (asked, asked)
        await driver.close()


async def test_a_port_that_vanishes_and_one_that_is_not_there(cable, tmp_path):
    absent = on_tty(str(tmp_path / "ttyUSB9"))
    with pytest.raises(DeviceUnreachable, match=r"ttyUSB9 unit 1.*baud"):
        await absent.connect()
    async with RtuOnTty(cable.far, counted):
        driver = on_tty(cable.near)
        await driver.connect()
        assert await driver.read([PAIR])
    cable.unplug()
    for _ in range(3):
        with pytest.raises(DeviceError):
            await driver.read([PAIR])
        with pytest.raises(DeviceError):
            await driver.connect()
    await driver.close()


async def test_two_devices_with_different_speeds_cannot_share_a_port(cable):
    first, second = on_tty(cable.near, baud=9600), on_tty(cable.near, unit=2, baud=19_200)
    await first.connect()
    with pytest.raises(DeviceUnreachable, match="cannot be opened"):
        await second.connect()
    await first.close()
    await second.connect()
    await second.close()
