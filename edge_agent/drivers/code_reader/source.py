"""A code reader as a source of readings, whatever carries its bytes.

*Push*: the reader speaks when it reads. *Pull* (``trigger`` is set): ``next`` asks for one reading and waits for the
answer; one that does not come in time, or whose waiting is given up, costs the connection, so that it can never be
taken for the answer to the next question. Nothing a reader pushed is told again by it: between arriving here and
being durable a reading can be lost with the process, and the reader's own count is what shows it.

Fields: ``code`` (exact bytes), ``symbology``, ``read``, ``sequence``, and those of the reader's own (``fields``).
"""

import asyncio
import logging
from collections import deque
from contextlib import suppress
from typing import Protocol

from edge_agent.drivers.code_reader.messages import Framer, ReaderFault, Reading, parse_message, rule_of
from edge_agent.drivers.interface import Arrival, DriverContext, Gap, Raw
from edge_agent.drivers.told_fields import Spelling, samples_of
from edge_agent.drivers.told_settings import CodeReaderSettings, control_bytes
from edge_agent.errors import BadReply, DeviceError, DeviceUnreachable
from edge_agent.log import say

_LOG = logging.getLogger(__name__)
_WAITING = 1000
_SPELLING = Spelling()


class ByteLine(Protocol):
    """What carries a reader's bytes. ``OSError`` and TimeoutError are its way to say that it cannot."""

    @property
    def address(self) -> str:
        """Where the reader is, for messages."""

    @property
    def reopens(self) -> bool:
        """Whether a line that was cut may go on with a new peer by itself."""

    async def open(self) -> None:
        """Open the line."""

    async def read(self) -> bytes:
        """Some bytes, at least one; none when the line was cut."""

    async def write(self, data: bytes) -> None:
        """Send bytes."""

    async def close(self) -> None:
        """Close the line; harmless when it is closed."""


class CodeReader:
    """Readings of one reader."""

    def __init__(self, settings: CodeReaderSettings, context: DriverContext, line: ByteLine) -> None:
        self._settings = settings
        self._context = context
        self._line = line
        self._rule = rule_of(settings)
        self._messages: asyncio.Queue[bytes | ReaderFault | DeviceError] = asyncio.Queue(_WAITING)
        self._waiting: deque[Arrival] = deque()
        self._pump: asyncio.Task[None] | None = None
        self._last: tuple[int, bytes, str] | None = None
        self._opened_at = ""
        self._count = 0

    async def connect(self) -> None:
        """Open the line; one that is open is closed first."""
        await self.close()
        try:
            await self._line.open()
        except (OSError, TimeoutError) as error:
            await self._line.close()
            raise self._unreachable(f"no connection: {str(error) or 'no answer in time'}") from None
        self._opened_at = self._context.clock().isoformat()
        self._messages = asyncio.Queue(_WAITING)
        self._pump = asyncio.create_task(self._listen(self._messages))

    async def next(self) -> Arrival:
        """The next reading; for a pulled reader the one that is asked for now, never an older one."""
        if self._settings.trigger is not None and not self._waiting:
            try:
                await self._pull(control_bytes(self._settings.trigger))
            except BaseException:
                await self.close()  # an answer may still be on its way
                raise
        while not self._waiting:
            self._accept(await self._message())
        return self._waiting.popleft()

    async def settle(self, arrival: Arrival) -> None:
        """Nothing to do: a reader keeps no readings."""

    async def refuse(self, arrival: Arrival, reason: str) -> None:
        """Nothing to do: a reader keeps no readings."""

    async def close(self) -> None:
        """Close the line; readings that wait stay, they were told."""
        pump, self._pump = self._pump, None
        if pump is not None:
            pump.cancel()
            with suppress(asyncio.CancelledError):
                await pump
        await self._line.close()

    async def _message(self) -> bytes:
        if self._pump is None:
            raise self._unreachable("the connection is closed")
        message = await self._messages.get()
        if isinstance(message, DeviceError):
            await self.close()
            raise message
        if isinstance(message, ReaderFault):
            raise self._bad(message)
        return message

    def _accept(self, content: bytes) -> None:
        try:
            readings = parse_message(content, self._rule)
        except ReaderFault as fault:
            raise self._bad(fault) from None
        for reading in readings:
            self._waiting.append(self._arrival(reading, more=reading is not readings[-1]))

    async def _pull(self, trigger: bytes) -> None:
        """Ask, and wait for the answer; what was said without being asked is dropped before."""
        while not self._messages.empty():
            message = self._messages.get_nowait()
            if isinstance(message, DeviceError):
                raise message
            say(
                _LOG, logging.WARNING, "the reader spoke without being asked", device=self._context.device, said=message
            )
        release = self._settings.release
        for command in (trigger, *((control_bytes(release),) if release else ())):
            await self._send(command)
            try:
                async with asyncio.timeout(self._settings.timeout_s):
                    while not self._waiting:
                        self._accept(await self._message())
            except TimeoutError:
                continue
            return
        raise self._unreachable(f"no answer within {self._settings.timeout_s:g} s")

    async def _send(self, command: bytes) -> None:
        try:
            await self._line.write(command)
        except (OSError, TimeoutError) as error:
            raise self._unreachable(f"the trigger could not be sent: {error}") from None

    async def _listen(self, messages: asyncio.Queue[bytes | ReaderFault | DeviceError]) -> None:
        """Read until the line fails; a queue that is full lets the reader wait."""
        framer = Framer(self._rule)
        try:
            while True:
                async with asyncio.timeout(self._settings.silence_s):
                    data = await self._line.read()
                for message in framer.feed(data):
                    await messages.put(message)
                if not data:
                    fault = framer.cut()
                    if fault is not None:
                        await messages.put(fault)
                    if not self._line.reopens:
                        await messages.put(self._unreachable("the reader ended the connection"))
                        return
        except TimeoutError:
            await messages.put(self._unreachable(f"not a byte within {self._settings.silence_s} s"))
        except OSError as error:
            await messages.put(self._unreachable(f"the connection failed: {error}"))

    def _arrival(self, reading: Reading, *, more: bool) -> Arrival:
        fields: dict[str, Raw] = {
            **reading.other,
            "code": reading.code,
            "symbology": reading.symbology,
            "read": reading.code is not None,
            "sequence": reading.sequence,
        }
        ticket, lost = self._place_in_row(reading)
        return Arrival(
            samples=samples_of(self._context.points, fields, _SPELLING),
            received=reading.received,
            ticket=ticket,
            lost=lost,
            more=more,
        )

    def _place_in_row(self, reading: Reading) -> tuple[str, tuple[Gap, ...]]:
        """The reading's ticket, and what the reader's own count shows to be missing before it."""
        self._count += 1
        ticket = f"{self._opened_at}#{self._count}"
        if reading.sequence is None:
            return ticket, ()
        lost: tuple[Gap, ...] = ()
        if self._last is not None:
            number, received, told = self._last
            if reading.sequence == number and reading.received == received:
                return told, ()  # the same reading once more
            first = number + 1
            if reading.sequence > first:
                last = reading.sequence - 1
                reason = "the code reader's count jumped; these readings never came"
                lost = (Gap(first=first, last=last, count=last - first + 1, reason=reason),)
            elif reading.sequence < first:
                say(
                    _LOG, logging.WARNING, "the code reader's count began again", device=self._context.device,
                    before=number, now=reading.sequence, next="readings in between cannot be counted",
                )  # fmt: skip
        self._last = reading.sequence, reading.received, ticket
        return ticket, lost

    def _bad(self, fault: ReaderFault) -> BadReply:
        todo = "look at the reader's output format and the device's settings; nothing was recorded of it"
        return BadReply(self._context.device, self._line.address, str(fault), todo)

    def _unreachable(self, what: str) -> DeviceUnreachable:
        todo = "look at the reader, its cable and the settings; tried again"
        return DeviceUnreachable(self._context.device, self._line.address, what, todo)
