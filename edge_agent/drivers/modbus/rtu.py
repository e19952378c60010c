"""Modbus RTU over a serial line, and the same frames over TCP to a serial device server.

RTU frames carry no transaction number: an answer says which unit and function it is for, not which question. Hence:

1. All units of one line share one ``Bus``, which asks one after the other and keeps the line silent in between for at
   least 3.5 characters (Modbus over Serial Line 1.02, 2.5.1.1), 1.75 ms above 19,200 baud.
2. A unit that did not answer in time is *out of step*: its answer may still come. It is not asked again before its
   device is connected again (with growing pauses, so that a dead unit costs the others one time-out now and then).
3. Getting in step again means asking something whose answer has another length than every answer that may still come.
   Units answer in order, so once that answer is there, nothing older can follow. Where no such question exists
   (a single register), or the unit answers with an exception, the line is listened to until nothing came for a while.
4. A frame with a wrong check sum, or from another unit, is no answer.
"""

import asyncio
import sys
from collections import deque
from collections.abc import Callable
from weakref import WeakValueDictionary

import msgspec
from pymodbus import FramerType
from pymodbus.client import AsyncModbusSerialClient, AsyncModbusTcpClient
from pymodbus.exceptions import ModbusException
from pymodbus.pdu import ExceptionResponse, ModbusPDU

from edge_agent.drivers.interface import DriverContext
from edge_agent.drivers.modbus.blocks import (
    Line,
    ModbusDriver,
    Question,
    Request,
    answered_size,
    asked_size,
    read_question,
    read_request,
    unreachable,
)
from edge_agent.drivers.modbus.settings import ModbusRtuOverTcpSettings, ModbusRtuSettings

_BITS_PER_CHARACTER = 11
_LONGEST_FRAME = 256
_SILENT_CHARACTERS = 3.5
_FASTEST_TIMED_BAUD = 19_200
_LATE_QUESTIONS = 3
_CHATTER = 5.0

if sys.platform == "win32":
    _PORT_REFUSES: tuple[type[Exception], ...] = (ValueError,)
else:
    import termios

    _PORT_REFUSES = (ValueError, termios.error)  # a speed or parity that this port does not know

RtuClient = AsyncModbusSerialClient | AsyncModbusTcpClient
Trace = Callable[[bool, bytes], bytes]


class NoAnswer(Exception):
    """The line is closed, or the unit was silent; not seen outside the drivers."""


class Bus:
    """One line and the units on it; ``gap`` is the silence before a request, ``wait`` bounds one answer (seconds)."""

    def __init__(self, make_client: Callable[[Trace], RtuClient], *, gap: float, wait: float) -> None:
        self.wait = wait
        self._make_client = make_client
        self._gap = gap
        self._turn = asyncio.Lock()
        self._client: RtuClient | None = None
        self._users: set[object] = set()
        self._heard = 0.0
        self._mute = False

    async def enter(self, user: object) -> bool:
        """Open the line unless it is open; whether it is. A line without an answer is opened anew for its one user."""
        async with self._turn:
            if self._mute and self._users <= {user}:
                self._hang_up()
            if self._client is None or not self._client.connected:
                self._hang_up()
                client = self._make_client(self._trace)
                if not await _opened(client):
                    client.close()
                    return False
                self._client = client
            self._users.add(user)
            return True

    def leave(self, user: object) -> None:
        """Close the line when nobody uses it any more."""
        self._users.discard(user)
        if not self._users:
            self._hang_up()

    async def ask(self, request: Request) -> ModbusPDU:
        """The first answer of the unit asked; NoAnswer when there is none in time."""
        async with self._turn:
            await self._silence(self._gap)
            if self._client is None or not self._client.connected:
                self._hang_up()
                raise NoAnswer("the line is closed")
            self._mute = True
            try:
                reply = await request(self._client)
            except ModbusException as failure:
                raise NoAnswer(f"no answer within {self.wait:.2g} s") from failure
            finally:
                self._heard = asyncio.get_running_loop().time()
            self._mute = False
            return reply

    async def listen(self, seconds: float) -> None:
        """Drop what comes until nothing came for so long; NoAnswer when the line is never silent."""
        async with self._turn:
            try:
                async with asyncio.timeout(seconds + _CHATTER):
                    await self._silence(seconds)
            except TimeoutError:
                raise NoAnswer("the line is never silent") from None

    async def _silence(self, seconds: float) -> None:
        now = asyncio.get_running_loop().time
        while (left := self._heard + seconds - now()) > 0:  # noqa: ASYNC110 - silence is no event
            await asyncio.sleep(left)

    def _trace(self, sending: bool, data: bytes) -> bytes:
        if not sending:
            self._heard = asyncio.get_running_loop().time()
        return data

    def _hang_up(self) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None


class RtuLine:
    """One unit of a bus."""

    def __init__(self, bus: Bus, unit: int, device: str, address: str, todo: str) -> None:
        self.device = device
        self.address = address
        self._bus = bus
        self._unit = unit
        self._todo = todo
        self._open = False
        self._last: Question | None = None
        self._late: deque[Question] = deque(maxlen=_LATE_QUESTIONS)

    async def connect(self) -> None:
        """Open the line, and get in step with the unit when an answer of it may still be on its way."""
        self._open = False
        await self._enter()
        if self._late:
            await self._get_in_step()
            await self._enter()  # it may have closed meanwhile
        self._open = True

    async def ask(self, question: Question, request: Request) -> ModbusPDU:
        """The answer to one request; without one the unit is out of step."""
        if not self._open:
            raise unreachable(self, "the connection is closed", self._todo, question.point)
        self._last = question
        try:
            return await self._bus.ask(request)
        except NoAnswer as failure:
            self.drop()
            raise unreachable(self, str(failure), self._todo, question.point) from failure
        except BaseException:
            self.drop()  # an answer may still be on its way
            raise

    def drop(self) -> None:
        """Out of step: the answer to the last question may still come."""
        self._open = False
        if self._last is not None:
            self._late.append(self._last)
            self._last = None

    async def close(self) -> None:
        """Leave the bus."""
        self._open = False
        self._bus.leave(self)

    async def _enter(self) -> None:
        if not await self._bus.enter(self):
            raise unreachable(self, "the line cannot be opened", self._todo)

    async def _get_in_step(self) -> None:
        try:
            question = unlike(self._late)
            if question is None:
                await self._bus.listen(2 * self._bus.wait)
            elif not await self._answers(question):
                self._late.append(question)
                await self._bus.listen(self._bus.wait)
                raise NoAnswer("it answered an earlier question too late")
        except NoAnswer as failure:
            raise unreachable(self, str(failure), self._todo) from failure
        self._late.clear()

    async def _answers(self, question: Question) -> bool:
        try:
            reply = await self._bus.ask(read_request(question, self._unit))
        except BaseException:
            self._late.append(question)
            raise
        if isinstance(reply, ExceptionResponse):
            await self._bus.listen(self._bus.wait)
            return True
        return reply.function_code == question.function and answered_size(reply, question) == asked_size(question)


def unlike(late: deque[Question]) -> Question | None:
    """A read inside what was asked last, whose answer has another length than all that may still come."""
    asked = late[-1]
    reads = [read_question(asked.table, asked.first, count) for count in range(1, asked.count + 1)]
    taken = {(question.function, asked_size(question)) for question in late}
    return next((read for read in reads if (read.function, asked_size(read)) not in taken), None)


class ModbusRtuDriver(ModbusDriver):
    """One unit on a serial line."""

    def __init__(self, settings: ModbusRtuSettings, context: DriverContext) -> None:
        bus = _bus(msgspec.structs.replace(settings, unit_id=1), lambda: _serial_bus(settings))
        todo = "check power, wiring, port, baud, parity and unit_id"
        line: Line = RtuLine(bus, settings.unit_id, context.device, f"{settings.port} unit {settings.unit_id}", todo)
        super().__init__(line, settings.unit_id, context)


class ModbusRtuOverTcpDriver(ModbusDriver):
    """One unit behind a serial device server that passes RTU frames through."""

    def __init__(self, settings: ModbusRtuOverTcpSettings, context: DriverContext) -> None:
        bus = _bus(msgspec.structs.replace(settings, unit_id=1), lambda: _tcp_bus(settings))
        todo = "check power, cable, host, port and unit_id"
        address = f"{settings.host}:{settings.port} unit {settings.unit_id}"
        line: Line = RtuLine(bus, settings.unit_id, context.device, address, todo)
        super().__init__(line, settings.unit_id, context)


_buses: WeakValueDictionary[msgspec.Struct, Bus] = WeakValueDictionary()  # a port can be opened only once


def _bus(key: msgspec.Struct, make: Callable[[], Bus]) -> Bus:
    bus = _buses.get(key)
    if bus is None:
        bus = _buses[key] = make()
    return bus


def _serial_bus(settings: ModbusRtuSettings) -> Bus:
    character = _BITS_PER_CHARACTER / settings.baud
    wait = settings.timeout + 2 * _LONGEST_FRAME * character

    def make_client(trace: Trace) -> RtuClient:
        return AsyncModbusSerialClient(
            settings.port, baudrate=settings.baud, parity=settings.parity, stopbits=settings.stop_bits, timeout=wait,
            retries=0, reconnect_delay=0, trace_packet=trace,
        )  # fmt: skip

    timed = _BITS_PER_CHARACTER / min(settings.baud, _FASTEST_TIMED_BAUD)
    return Bus(make_client, gap=_SILENT_CHARACTERS * timed, wait=wait)


def _tcp_bus(settings: ModbusRtuOverTcpSettings) -> Bus:
    def make_client(trace: Trace) -> RtuClient:
        return AsyncModbusTcpClient(
            settings.host, port=settings.port, framer=FramerType.RTU, timeout=settings.timeout, retries=0,
            reconnect_delay=0, trace_packet=trace,
        )  # fmt: skip

    return Bus(make_client, gap=0.0, wait=settings.timeout)


async def _opened(client: RtuClient) -> bool:
    try:
        return await client.connect()
    except _PORT_REFUSES:
        return False
