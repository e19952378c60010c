"""Devices that misbehave on the wire, played by hand-written frames."""

import asyncio
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from edge_agent.drivers.interface import DriverContext
from edge_agent.drivers.modbus.tcp import ModbusTcpDriver
from edge_agent.drivers.registry import ModbusTcpSettings
from edge_agent.errors import BadReply, DeviceError, DeviceRefused, DeviceUnreachable
from firmware_profiles.format import DataType, Point, Table

WORD = Point(name="word", table=Table.HOLDING, address=5, type=DataType.UINT16, writable=True)
PAIR = Point(name="pair", table=Table.INPUT, address=5, type=DataType.UINT32)
COILS = [Point(name=f"c{n}", table=Table.COIL, address=n, type=DataType.BOOL, writable=True) for n in range(3)]


def frame(request: bytes, pdu: bytes, *, transaction: bytes | None = None, unit: int | None = None) -> bytes:
    header = (request[:2] if transaction is None else transaction) + b"\0\0" + (len(pdu) + 1).to_bytes(2, "big")
    return header + bytes([request[6] if unit is None else unit]) + pdu


@asynccontextmanager
async def device(answer):
    """A device whose ``answer(request, number)`` gives (delay, reply); requests of all connections are counted."""
    count = 0
    tasks = set()

    async def serve(reader, writer):
        nonlocal count
        while request := await reader.read(260):
            count += 1
            tasks.add(asyncio.create_task(reply_to(writer, *answer(request, count))))
        writer.close()

    async def reply_to(writer, delay, reply):
        await asyncio.sleep(delay)
        writer.write(reply)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    context = DriverContext(device="press", data=Path(), clock=lambda: datetime.now(UTC))
    driver = ModbusTcpDriver(ModbusTcpSettings(host="127.0.0.1", port=port, timeout=0.2), context)
    await driver.connect()
    try:
        yield driver
    finally:
        await driver.close()
        server.close()
        await asyncio.gather(*tasks, return_exceptions=True)


async def test_a_late_answer_is_never_taken_for_the_next_one():
    def answer(request, number):
        return (0.3 if number == 1 else 0.0), frame(request, bytes([3, 2, 0, number]))

    async with device(answer) as driver:
        with pytest.raises(DeviceUnreachable, match=r"press at .*point word.*0\.2 s"):
            await driver.read([WORD])
        with pytest.raises(DeviceUnreachable, match="closed"):
            await driver.read([WORD])
        await driver.connect()
        await asyncio.sleep(0.2)  # the first answer leaves the device now
        assert (await driver.read([WORD]))["word"].raw == (2,)


@pytest.mark.parametrize(
    "wrong",
    [{"transaction": b"\x77\x77"}, {"unit": 9}],
    ids=["another transaction", "another device"],
)
async def test_an_answer_to_something_else_is_no_answer(wrong):
    async with device(lambda request, _: (0, frame(request, b"\x03\x02\x12\x34", **wrong))) as driver:
        with pytest.raises(DeviceUnreachable):
            await driver.read([WORD])


@pytest.mark.parametrize(
    "pdu",
    [b"\x03\x04\0\0\0\0", b"\x04\x02\0\0", b"\x03\x00", b"\x01\x01\x01"],
    ids=["too long", "another function", "empty", "bits"],
)
async def test_an_answer_of_the_wrong_shape_is_a_bad_reply(pdu):
    async with device(lambda request, _: (0, frame(request, pdu))) as driver:
        with pytest.raises(BadReply, match="press"):
            await driver.read([WORD])
        with pytest.raises(DeviceUnreachable, match="closed"):
            await driver.read([WORD])


@pytest.mark.parametrize("pdu", [b"\x03\x03\x00", b"\x03", b"\xff\xff\xff", b"\x03\xff\x00\x01"])
async def test_a_broken_answer_is_an_error_and_closes_the_connection(pdu):
    async with device(lambda request, _: (0, frame(request, pdu))) as driver:
        with pytest.raises(DeviceError):
            await driver.read([WORD])
        with pytest.raises(DeviceUnreachable, match="closed"):
            await driver.read([WORD])


async def test_an_exception_names_its_meaning_and_keeps_the_connection():
    def answer(request, number):
        return 0, frame(request, b"\x83\x06" if number == 1 else b"\x03\x02\0\x09")

    async with device(answer) as driver:
        with pytest.raises(DeviceRefused, match="busy"):
            await driver.read([WORD])
        assert (await driver.read([WORD]))["word"].raw == (9,)


async def test_input_registers_and_coils_are_read_with_their_own_functions():
    def answer(request, _):
        function = request[7]
        return 0, frame(request, {4: b"\x04\x04\0\x01\0\x02", 1: b"\x01\x01\x05"}[function])

    async with device(answer) as driver:
        samples = await driver.read([PAIR, *COILS])
        assert {name: sample.raw for name, sample in samples.items()} == {
            "pair": (1, 2),
            "c0": (1,),
            "c1": (0,),
            "c2": (1,),
        }


async def test_a_write_whose_echo_differs_is_a_bad_reply():
    async with device(lambda request, _: (0, frame(request, b"\x06\0\x05\0\x02"))) as driver:
        with pytest.raises(BadReply):
            await driver.write(WORD, 1)


async def test_coil_and_word_writes_use_their_functions():
    seen = []

    def answer(request, _):
        seen.append(request[7:12])
        return 0, frame(request, request[7:12])

    async with device(answer) as driver:
        await driver.write(COILS[2], True)
        await driver.write(WORD, 513)
    assert seen == [b"\x05\0\x02\xff\0", b"\x06\0\x05\x02\x01"]


async def test_a_read_that_is_cancelled_leaves_no_answer_behind():
    def answer(request, number):
        return (0.1 if number == 1 else 0.0), frame(request, bytes([3, 2, 0, number]))

    async with device(answer) as driver:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(driver.read([WORD]), 0.02)
        await driver.connect()
        assert (await driver.read([WORD]))["word"].raw == (2,)
