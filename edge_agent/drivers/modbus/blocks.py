"""What every Modbus driver does, whatever carries its frames.

Points are read in planned blocks and written only where the profile allows it. A *line* carries one question at a time
to one unit; it matches answers to questions as well as its framing can, and what the framing cannot tell (lengths,
function codes, echoes) is checked here. An answer that does not fit makes the driver drop the line, so that whatever
may still come is never taken for the next answer. Nothing is ever asked twice on its own.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Protocol

import msgspec
from pymodbus.client.mixin import ModbusClientMixin
from pymodbus.pdu import ExceptionResponse, ModbusPDU

from edge_agent.drivers.interface import DriverContext, Sample
from edge_agent.drivers.modbus.identity import BASIC, FUNCTION, claim_of
from edge_agent.drivers.modbus.plan import Block, ReadPlans
from edge_agent.errors import BadReply, DeviceRefused, DeviceUnreachable, WriteRefused
from firmware_profiles.encode import encode_registers
from firmware_profiles.errors import EncodeFault
from firmware_profiles.format import Point, Table, Value, span
from firmware_profiles.identify import Claim

_LOG = logging.getLogger(__name__)

Client = ModbusClientMixin[Any]
Request = Callable[[Client], Awaitable[ModbusPDU]]

_BIT_TABLES = (Table.COIL, Table.DISCRETE)
_READ_FUNCTIONS = {Table.COIL: 1, Table.DISCRETE: 2, Table.HOLDING: 3, Table.INPUT: 4}
_EXCEPTIONS = {
    1: ("it does not know this function", "check the table of the point"),
    2: ("it has no such address", "check the station's base and the profile"),
    3: ("it does not accept this length or value", "check the profile"),
    4: ("it failed while serving the request", "look at the device"),
    5: ("it needs more time", "it is asked again"),
    6: ("it is busy", "it is asked again"),
    10: ("the gateway has no path to it", "check unit_id and the gateway"),
    11: ("the gateway got no answer from it", "check unit_id and the device behind the gateway"),
}


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """One request: ``count`` addresses of ``table`` from ``first``; ``point`` is named in messages."""

    table: Table
    function: int
    first: int
    count: int
    point: str = ""


class Line(Protocol):
    """The way to one unit. Its failures are DeviceUnreachable; after one it is closed until ``connect``."""

    device: str
    address: str

    async def connect(self) -> None:
        """Open it anew."""

    async def ask(self, question: Question, request: Request) -> ModbusPDU:
        """The answer to one request; an exception of the device is an answer."""

    def drop(self) -> None:
        """The last answer does not fit: no answer that is still on its way may be taken for the next one."""

    async def close(self) -> None:
        """Close it; harmless when it is closed."""


class ModbusDriver:
    """One Modbus unit behind one line."""

    def __init__(self, line: Line, unit: int, context: DriverContext) -> None:
        self._line = line
        self._unit = unit
        self._plans = ReadPlans(context.layout)
        self._turn = asyncio.Lock()

    async def connect(self) -> None:
        """Open a new connection; one that is open is closed first."""
        async with self._turn:
            await self._line.connect()

    async def read(self, points: Sequence[Point]) -> dict[str, Sample]:
        """One sample per point, in as few block reads as the layout allows."""
        async with self._turn:
            samples: dict[str, Sample] = {}
            for block in self._plans.of(points):
                words = await self._read_block(block)
                samples.update((point.name, _cut(block, point, words)) for point in block.points)
            return samples

    def one_read(self, points: Sequence[Point]) -> bool:
        """Whether the points fit into one block; a device answers one request from one state of its registers."""
        return len(self._plans.of(points)) <= 1

    async def write(self, point: Point, value: Value) -> None:
        """Write a holding register, several of them, or a coil."""
        words = self._encode(point, value)
        async with self._turn:
            await self._write_words(point, words)
        _LOG.debug(
            "device %s at %s: wrote %s = %s at %s %s", *self._where, point.name, value, point.table, point.address
        )

    async def identity(self) -> Claim | None:
        """What the unit says about itself, or None when it does not know that question."""
        async with self._turn:
            question = Question(table=Table.HOLDING, function=FUNCTION, first=0, count=0, point="identification")
            unit = self._unit
            reply = await self._line.ask(question, lambda c: c.read_device_information(read_code=BASIC, device_id=unit))
            return claim_of(reply)

    async def close(self) -> None:
        """Close the connection."""
        await self._line.close()

    @property
    def _where(self) -> tuple[str, str]:
        return self._line.device, self._line.address

    def _encode(self, point: Point, value: Value) -> tuple[int, ...]:
        if not point.writable or point.table not in (Table.HOLDING, Table.COIL):
            what, todo = "the profile does not mark it writable", "nothing was sent"
            raise WriteRefused(*self._where, what, todo, point.name)
        try:
            return encode_registers(point, value)
        except EncodeFault as fault:
            raise WriteRefused(*self._where, fault.reason, "nothing was sent", point.name) from fault

    async def _read_block(self, block: Block) -> tuple[int, ...]:
        question = read_question(block.table, block.first, block.count, block.points[0].name)
        reply = await self._ask(question, read_request(question, self._unit))
        fits = answered_size(reply, question) == asked_size(question)
        if block.table in _BIT_TABLES:
            self._expect(fits, "another number of bits than asked for", question.point)
            return tuple(int(bit) for bit in reply.bits[: block.count])
        self._expect(fits, "another number of registers than asked for", question.point)
        return tuple(reply.registers)

    async def _write_words(self, point: Point, words: tuple[int, ...]) -> None:
        unit, first, name = self._unit, point.address or 0, point.name
        table = point.table or Table.HOLDING
        if table is Table.COIL:
            question = Question(table=table, function=5, first=first, count=1, point=name)
            reply = await self._ask(question, lambda c: c.write_coil(first, bool(words[0]), device_id=unit))
            echoed = [int(bit) for bit in reply.bits[:1]] == [words[0]]
        elif len(words) == 1:
            question = Question(table=table, function=6, first=first, count=1, point=name)
            reply = await self._ask(question, lambda c: c.write_register(first, words[0], device_id=unit))
            echoed = list(reply.registers) == [words[0]]
        else:
            question = Question(table=table, function=16, first=first, count=len(words), point=name)
            reply = await self._ask(question, lambda c: c.write_registers(first, list(words), device_id=unit))
            echoed = reply.count == len(words)
        self._expect(echoed and reply.address == first, "another write's answer", name)

    async def _ask(self, question: Question, request: Request) -> ModbusPDU:
        reply = await self._line.ask(question, request)
        # The highest bit of the function code marks an exception.
        self._expect(reply.function_code & 0x7F == question.function, "another function's answer", question.point)
        if isinstance(reply, ExceptionResponse):
            code = reply.exception_code
            what, todo = _EXCEPTIONS.get(code, (f"it answered with exception {code}", "look at the device's manual"))
            raise DeviceRefused(*self._where, what, todo, question.point)
        return reply

    def _expect(self, fits: bool, what: str, point: str) -> None:
        if not fits:
            self._line.drop()
            raise BadReply(*self._where, f"it sent {what}", "check unit_id and what else uses this address", point)


def unreachable(line: Line, what: str, todo: str, point: str | None = None) -> DeviceUnreachable:
    """The error of a line that failed."""
    return DeviceUnreachable(line.device, line.address, what, todo, point or None)


def read_question(table: Table, first: int, count: int, point: str = "") -> Question:
    """A read of so many addresses."""
    return Question(table=table, function=_READ_FUNCTIONS[table], first=first, count=count, point=point)


def read_request(question: Question, unit: int) -> Request:
    """The call that sends a read."""

    def send(client: Client) -> Awaitable[ModbusPDU]:
        ask: Callable[..., Awaitable[ModbusPDU]] = {
            Table.COIL: client.read_coils,
            Table.DISCRETE: client.read_discrete_inputs,
            Table.HOLDING: client.read_holding_registers,
            Table.INPUT: client.read_input_registers,
        }[question.table]
        return ask(question.first, count=question.count, device_id=unit)

    return send


def asked_size(question: Question) -> int:
    """Bits or registers that the answer to a read brings; bits come in whole bytes."""
    return -(-question.count // 8) * 8 if question.table in _BIT_TABLES else question.count


def answered_size(reply: ModbusPDU, question: Question) -> int:
    """Bits or registers in an answer of the kind that was asked for."""
    return len(reply.bits if question.table in _BIT_TABLES else reply.registers)


def _cut(block: Block, point: Point, words: tuple[int, ...]) -> Sample:
    start = (point.address or 0) - block.first
    return Sample(point=point.name, raw=words[start : start + span(point)])
