"""What the drivers ask of a serial port: speed, parity, stop bits, and a port nobody else opens meanwhile.

A pseudo-terminal has no parity (its driver strips the flag and the C library then refuses the call), so the flags are
seen where they are handed to the operating system; all else is the real port, and answers come back through it.
"""

import asyncio
import termios
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from rtu_units import RtuOnTty, words
from serial_cable import SerialCable

from edge_agent.drivers.code_reader.serial_line import SerialLine
from edge_agent.drivers.interface import DriverContext
from edge_agent.drivers.modbus.rtu import ModbusRtuDriver
from edge_agent.drivers.modbus.settings import ModbusRtuSettings
from edge_agent.drivers.told_settings import CodeReaderSerialSettings
from firmware_profiles.format import DataType, Point, Table

WORD = Point(name="word", table=Table.HOLDING, address=5, type=DataType.UINT16)
IFLAG, _, CFLAG, _, ISPEED, OSPEED, _ = range(7)
SHAPE = termios.CSIZE | termios.PARENB | termios.PARODD | termios.CSTOPB
EIGHT_EVEN_ONE = termios.CS8 | termios.PARENB
EIGHT_ODD_ONE = termios.CS8 | termios.PARENB | termios.PARODD
EIGHT_NONE_TWO = termios.CS8 | termios.CSTOPB
SEVEN_EVEN_ONE = termios.CS7 | termios.PARENB


@pytest.fixture
async def cable():
    cable = SerialCable()
    cable.plug()
    yield cable
    cable.unplug()


@pytest.fixture
def asked(monkeypatch):
    """Every set of attributes that a port was given."""
    seen, really = [], termios.tcsetattr

    def tcsetattr(port, when, attributes):
        seen.append(list(attributes))
        plain = list(attributes)
        plain[CFLAG] = plain[CFLAG] & ~(termios.PARENB | termios.PARODD | termios.CSIZE) | termios.CS8
        really(port, when, plain)

    monkeypatch.setattr(termios, "tcsetattr", tcsetattr)
    return seen


def answer(request, number):
    return 0.0, words(request, 700 + number)


async def test_the_line_is_8e1_at_19200_unless_something_else_is_said(cable, asked):
    await read_one(cable, ModbusRtuSettings(port=cable.near))
    assert asked[-1][CFLAG] & SHAPE == EIGHT_EVEN_ONE
    assert asked[-1][ISPEED] == asked[-1][OSPEED] == termios.B19200
    assert not asked[-1][IFLAG] & (termios.IXON | termios.IXOFF | termios.ICRNL | termios.ISTRIP)


@pytest.mark.parametrize(
    ("settings", "shape", "speed"),
    [
        ({"parity": "N", "stop_bits": 2, "baud": 9600}, EIGHT_NONE_TWO, termios.B9600),
        ({"parity": "O"}, EIGHT_ODD_ONE, termios.B19200),
        ({"parity": "N", "baud": 115_200}, termios.CS8, termios.B115200),
    ],
)
async def test_other_lines(cable, asked, settings, shape, speed):
    await read_one(cable, msgspec.convert({"port": cable.near, **settings}, ModbusRtuSettings))
    assert asked[-1][CFLAG] & SHAPE == shape
    assert asked[-1][OSPEED] == speed


async def read_one(cable, settings):
    context = DriverContext(device="press", data=Path(), clock=lambda: datetime.now(UTC))
    async with RtuOnTty(cable.far, answer):
        driver = ModbusRtuDriver(settings, context)
        await driver.connect()
        assert (await driver.read([WORD]))["word"].raw == (701,)
        await driver.close()


async def test_a_code_reader_with_seven_bits_and_even_parity(cable, asked):
    line = SerialLine(CodeReaderSerialSettings(device=cable.near, data_bits=7, parity="even"))
    await line.open()
    try:
        assert asked[-1][CFLAG] & SHAPE == SEVEN_EVEN_ONE
        async with RtuOnTty(cable.far, lambda request, _: (0.0, b"A1\r")):
            await line.write(b"LON\r")
            assert await asyncio.wait_for(line.read(), 60)
    finally:
        await line.close()
