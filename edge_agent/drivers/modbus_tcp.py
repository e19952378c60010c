"""Modbus TCP client.

Requests are never retried on the same connection: when an answer does not come in time, or is not the answer to the
question, the connection is closed, so that a late answer can never be taken for the next one. The library below
matches transaction and unit identifiers; lengths, function codes and echoes are checked here.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

from pymodbus.client import AsyncModbusTcpClient
from pymodbus.exceptions import ModbusException
from pymodbus.pdu import ExceptionResponse, ModbusPDU

from edge_agent.drivers.interface import DriverContext, Sample
from edge_agent.drivers.modbus_plan import Block, plan_reads
from edge_agent.drivers.registry import ModbusTcpSettings
from edge_agent.errors import BadReply, DeviceRefused, DeviceUnreachable, WriteRefused
from firmware_profiles.encode import encode_registers
from firmware_profiles.errors import EncodeFault
from firmware_profiles.format import Point, Table, Value, span

_LOG = logging.getLogger(__name__)

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


class ModbusTcpDriver:
    """One Modbus unit behind one TCP connection."""

    def __init__(self, settings: ModbusTcpSettings, context: DriverContext) -> None:
        self._settings = settings
        self._device = context.device
        self._address = f"{settings.host}:{settings.port} unit {settings.unit_id}"
        self._layout = context.layout
        self._client: AsyncModbusTcpClient | None = None
        self._turn = asyncio.Lock()

    async def connect(self) -> None:
        """Open a new TCP connection; one that is open is closed first."""
        async with self._turn:
            self._hang_up()
            settings = self._settings
            client = AsyncModbusTcpClient(
                settings.host, port=settings.port, timeout=settings.timeout, retries=0, reconnect_delay=0
            )
            if not await client.connect():
                client.close()
                raise self._unreachable("no connection")
            self._client = client

    async def read(self, points: Sequence[Point]) -> dict[str, Sample]:
        """One sample per point, in as few block reads as the layout allows."""
        async with self._turn:
            samples: dict[str, Sample] = {}
            for block in plan_reads(points, self._layout):
                words = await self._read_block(block)
                samples.update((point.name, _cut(block, point, words)) for point in block.points)
            return samples

    def one_read(self, points: Sequence[Point]) -> bool:
        """Whether the points fit into one block; a device answers one request from one state of its registers."""
        return len(plan_reads(points, self._layout)) <= 1

    async def write(self, point: Point, value: Value) -> None:
        """Write a holding register, several of them, or a coil."""
        words = self._encode(point, value)
        async with self._turn:
            await self._write_words(point, words)
        _LOG.info(
            "device %s at %s: wrote %s = %s at %s %s", *self._where, point.name, value, point.table, point.address
        )

    async def close(self) -> None:
        """Close the connection."""
        self._hang_up()

    @property
    def _where(self) -> tuple[str, str]:
        return self._device, self._address

    def _encode(self, point: Point, value: Value) -> tuple[int, ...]:
        if not point.writable or point.table not in (Table.HOLDING, Table.COIL):
            what, todo = "the profile does not mark it writable", "nothing was sent"
            raise WriteRefused(*self._where, what, todo, point.name)
        try:
            return encode_registers(point, value)
        except EncodeFault as fault:
            raise WriteRefused(*self._where, fault.reason, "nothing was sent", point.name) from fault

    async def _read_block(self, block: Block) -> list[int]:
        unit, name = self._settings.unit_id, block.points[0].name
        reply = await self._ask(
            _READ_FUNCTIONS[block.table],
            lambda client: _reader(client, block.table)(block.first, count=block.count, device_id=unit),
            name,
        )
        if block.table in _BIT_TABLES:
            self._expect(len(reply.bits) == -(-block.count // 8) * 8, "another number of bits than asked for", name)
            return [int(bit) for bit in reply.bits[: block.count]]
        self._expect(len(reply.registers) == block.count, "another number of registers than asked for", name)
        return list(reply.registers)

    async def _write_words(self, point: Point, words: tuple[int, ...]) -> None:
        unit, address = self._settings.unit_id, point.address or 0
        if point.table is Table.COIL:
            reply = await self._ask(5, lambda c: c.write_coil(address, bool(words[0]), device_id=unit), point.name)
            echoed = [int(bit) for bit in reply.bits[:1]] == [words[0]]
        elif len(words) == 1:
            reply = await self._ask(6, lambda c: c.write_register(address, words[0], device_id=unit), point.name)
            echoed = list(reply.registers) == [words[0]]
        else:
            reply = await self._ask(16, lambda c: c.write_registers(address, list(words), device_id=unit), point.name)
            echoed = reply.count == len(words)
        self._expect(echoed and reply.address == address, "another write's answer", point.name)

    async def _ask(
        self, function: int, request: Callable[[AsyncModbusTcpClient], Awaitable[ModbusPDU]], point: str
    ) -> ModbusPDU:
        if self._client is None or not self._client.connected:
            self._hang_up()
            raise self._unreachable("the connection is closed", point)
        try:
            reply = await request(self._client)
        except ModbusException as failure:
            self._hang_up()
            raise self._unreachable(f"no answer within {self._settings.timeout} s", point) from failure
        except BaseException:
            self._hang_up()  # an answer may still be on its way
            raise
        # The highest bit of the function code marks an exception.
        self._expect(reply.function_code & 0x7F == function, "another function's answer", point)
        if isinstance(reply, ExceptionResponse):
            code = reply.exception_code
            what, todo = _EXCEPTIONS.get(code, (f"it answered with exception {code}", "look at the device's manual"))
            raise DeviceRefused(*self._where, what, todo, point)
        return reply

    def _expect(self, fits: bool, what: str, point: str) -> None:
        if not fits:
            self._hang_up()
            raise BadReply(*self._where, f"it sent {what}", "check unit_id and what else uses this address", point)

    def _hang_up(self) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None

    def _unreachable(self, what: str, point: str | None = None) -> DeviceUnreachable:
        return DeviceUnreachable(*self._where, what, "check power, cable, host and port", point)


def _reader(client: AsyncModbusTcpClient, table: Table) -> Callable[..., Awaitable[ModbusPDU]]:
    return {
        Table.COIL: client.read_coils,
        Table.DISCRETE: client.read_discrete_inputs,
        Table.HOLDING: client.read_holding_registers,
        Table.INPUT: client.read_input_registers,
    }[table]


def _cut(block: Block, point: Point, words: list[int]) -> Sample:
    start = (point.address or 0) - block.first
    return Sample(point=point.name, raw=tuple(words[start : start + span(point)]))
