"""One Modbus TCP connection that carries one question at a time (Modbus Messaging on TCP/IP 1.0b, 3.1 and 4.2).

The library makes the requests and reads the answers; framing and waiting are here, because a station's acknowledgement
waits for them. A frame with another transaction or unit identifier is no answer and is passed over. Some devices send
no transaction identifier but 0, and whoever asks unit 0 is answered by the device itself under its own number: both
are answers. What is no Modbus TCP frame ends the connection.
"""

import asyncio
import struct
from collections.abc import Awaitable

from pymodbus.client.mixin import ModbusClientMixin
from pymodbus.exceptions import ModbusException
from pymodbus.pdu import DecodePDU, ExceptionResponse, ModbusPDU
from pymodbus.pdu.register_message import ReadHoldingRegistersResponse

_HEADER = struct.Struct(">HHHB")
_COUNTED = 6
"""Bytes before those that the length field counts: unit identifier, function code and data."""
_SHORTEST, _LONGEST = 2, 254
_EXCEPTION = 0x80
_LAST_TRANSACTION = 0xFFFF
_CLASSES = DecodePDU(is_server=False)


class NoAnswer(Exception):
    """The connection cannot be had, is gone, or is of no more use; not seen outside the drivers."""


class Connection(ModbusClientMixin[Awaitable[ModbusPDU]], asyncio.Protocol):
    """Not reusable: after NoAnswer it must be closed. ``timeout`` (seconds) bounds opening it and each answer."""

    def __init__(self, host: str, port: int, timeout: float) -> None:
        self._host = host
        self._port = port
        self._timeout = timeout
        self._transport: asyncio.Transport | None = None
        self._asked = (0, 0)
        self._answer: asyncio.Future[ModbusPDU] | None = None
        self._received = b""

    @property
    def connected(self) -> bool:
        """Whether the next question can be sent."""
        return self._transport is not None

    async def open(self) -> None:
        """Connect; NoAnswer when that fails."""
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self._timeout):
                await loop.create_connection(lambda: self, self._host, self._port)
        except (OSError, TimeoutError) as failure:
            raise NoAnswer("no connection") from failure

    def close(self) -> None:
        """Close it; what may still come is never read."""
        transport, self._transport = self._transport, None
        if transport is not None:
            transport.abort()
        self._fail("the connection was closed")

    async def execute(self, no_response_expected: bool, request: ModbusPDU) -> ModbusPDU:  # noqa: ARG002 - the library's
        """The answer to one request; NoAnswer when none came in time."""
        if self._transport is None:
            raise NoAnswer("the connection is closed")
        loop = asyncio.get_running_loop()
        transaction = self._asked[0] % _LAST_TRANSACTION + 1
        self._asked = (transaction, request.dev_id)
        content = request.encode()
        answer: asyncio.Future[ModbusPDU] = loop.create_future()
        self._answer = answer
        alarm = loop.call_later(self._timeout, self._fail, f"no answer within {self._timeout} s")
        try:
            head = _HEADER.pack(transaction, 0, len(content) + 2, request.dev_id)
            self._transport.write(head + bytes((request.function_code,)) + content)
            return await answer
        finally:
            alarm.cancel()
            self._answer = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The connection is open."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - the protocol's name
        """The other side closed it, or the network did."""
        self._transport = None
        self._fail("the device closed the connection")

    def data_received(self, data: bytes) -> None:
        """Take complete frames; one that comes in pieces waits for its rest."""
        self._received += data
        while len(self._received) > _HEADER.size and self._transport is not None:
            _, protocol, length, _ = _HEADER.unpack_from(self._received)
            if protocol or not _SHORTEST <= length <= _LONGEST:
                self._received = b""
                self._fail("it sent what is no Modbus TCP frame")
                return
            end = _COUNTED + length
            if len(self._received) < end:
                return
            frame, self._received = self._received[:end], self._received[end:]
            self._take(frame)

    def _take(self, frame: bytes) -> None:
        transaction, _, _, unit = _HEADER.unpack_from(frame)
        asked, asked_unit = self._asked
        if transaction not in (asked, 0) or (asked_unit and unit != asked_unit):
            return
        try:
            reply = _decoded(frame)
        except (ModbusException, ValueError, LookupError, struct.error):
            self._fail("it sent an answer that cannot be read")
            return
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(reply)

    def _fail(self, what: str) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(NoAnswer(what))


def _decoded(frame: bytes) -> ModbusPDU:
    # Not DecodePDU.decode: it spells every answer out for a debug line which nobody reads.
    function, content = frame[_HEADER.size], frame[_HEADER.size + 1 :]
    kind = _CLASSES.lookupPduClass(frame[_COUNTED:])
    if kind is None:
        message = f"an answer of function {function} is not known"
        raise ValueError(message)
    if issubclass(kind, ReadHoldingRegistersResponse):
        return kind(registers=struct.unpack_from(f">{content[0] // 2}H", content, 1))
    reply = ExceptionResponse(function & ~_EXCEPTION) if kind is ExceptionResponse else kind()
    reply.decode(content)
    return reply
