"""A tightening controller as a source of results: the conversation of ``session`` over TCP.

A task of its own keeps the conversation alive while a result waits to be made durable, however long that takes.
"""

import asyncio
import contextlib
import hashlib
import logging
from collections.abc import Callable
from zoneinfo import ZoneInfo

from edge_agent.drivers.interface import Arrival, DriverContext, Gap
from edge_agent.drivers.open_protocol.commands import STOP
from edge_agent.drivers.open_protocol.fields import NAMES
from edge_agent.drivers.open_protocol.framing import Message, encode_message
from edge_agent.drivers.open_protocol.numbering import Mark
from edge_agent.drivers.open_protocol.place import Place
from edge_agent.drivers.open_protocol.samples import samples_of
from edge_agent.drivers.open_protocol.session import Manners, Refused, Session, Silent
from edge_agent.drivers.open_protocol.settings import OpenProtocolSettings
from edge_agent.drivers.open_protocol.told import Told
from edge_agent.errors import BadReply, DeviceError, DeviceRefused, DeviceUnreachable, ResolveError
from traceability.errors import Malformed

_LOG = logging.getLogger(__name__)
_CHUNK = 65_536


class OpenProtocolSource:
    """One controller. Results not settled before the connection was lost are told again on the next one."""

    def __init__(self, settings: OpenProtocolSettings, context: DriverContext) -> None:
        _check_fields(context)
        self._settings = settings
        self._device = context.device
        self._address = f"{settings.host}:{settings.port}"
        self._points = context.points
        self._zone = ZoneInfo(settings.time_zone)
        self._place = Place(context.data, context.device)
        self._last: Mark | None = None
        self._link: _Link | None = None
        self._handed: list[tuple[Arrival, Told, _Link]] = []

    async def connect(self) -> None:
        """Connect anew and subscribe."""
        self._handed = [entry for entry in self._handed if entry[2] is self._link]  # they may still become durable
        await self.close()
        settings = self._settings
        self._last = self._last or await asyncio.to_thread(self._place.read)
        manners = Manners(
            revision=settings.revision, fill_limit=settings.fill_limit, keep_alive=settings.keep_alive,
            timeout=settings.timeout,
        )  # fmt: skip
        try:
            async with asyncio.timeout(settings.timeout):
                reader, writer = await asyncio.open_connection(settings.host, settings.port)
        except (OSError, TimeoutError) as failure:
            raise self._unreachable("no connection") from failure
        self._link = link = _Link(reader, writer, Session(manners, self._last))
        try:
            await link.until(lambda: link.session.subscribed)
        except _Ended as ended:
            await self.close()
            raise self._error(ended.cause) from ended.cause
        except BaseException:
            await self.close()
            raise

    async def next(self) -> Arrival:
        """The next result, in the order of the controller's numbers."""
        link = self._link
        if link is None:
            raise self._unreachable("the connection is closed")
        told: Told | None = None
        try:
            while told is None:
                await link.until(lambda: link.session.ready)
                told = link.session.take()
        except _Ended as ended:
            await self.close()
            raise self._error(ended.cause) from ended.cause
        arrival = self._arrival(told)
        self._handed.append((arrival, told, link))
        return arrival

    async def settle(self, arrival: Arrival) -> None:
        """Acknowledge the result, and keep its place; on another connection than its own only the latter."""
        for entry in self._handed:
            if entry[0] is arrival:
                self._handed.remove(entry)
                await self._settle(entry[1], entry[2])
                return

    async def refuse(self, arrival: Arrival, reason: str) -> None:
        """Acknowledge it as well; the controller keeps it under its id as long as it can."""
        _LOG.warning(
            "device %s at %s: result %s will not be recorded: %s; look it up on the controller",
            self._device, self._address, arrival.ticket, reason,
        )  # fmt: skip
        await self.settle(arrival)

    async def close(self) -> None:
        """Say goodbye and close the connection."""
        link, self._link = self._link, None
        if link is not None:
            await link.close()

    async def _settle(self, told: Told, link: "_Link") -> None:
        if told.mark is not None and not told.late:
            self._last = told.mark
            await asyncio.to_thread(self._place.write, told.mark)
        if link is self._link:
            link.settle(told)

    def _arrival(self, told: Told) -> Arrival:
        lost = tuple(
            Gap(count=lost.last - lost.first + 1, first=lost.first, last=lost.last, reason=lost.reason)
            for lost in told.lost
        )
        if told.tightening is None:
            ticket = hashlib.sha256(told.frame).hexdigest()
            return Arrival(samples={}, received=told.frame, ticket=ticket, lost=lost, fault=told.fault)
        local = told.tightening.time
        return Arrival(
            samples=samples_of(told.tightening, self._points, self._zone),
            received=told.frame,
            ticket=f"{told.tightening.id}@{'' if local is None else local.isoformat()}",
            lost=lost,
        )

    def _error(self, cause: Exception) -> DeviceError:
        where = self._device, self._address
        if isinstance(cause, Malformed):
            return BadReply(*where, f"it sent no Open Protocol: {cause}", "check host and port")
        if isinstance(cause, Refused):
            return DeviceRefused(*where, str(cause), "check the controller's Open Protocol settings and other clients")
        return self._unreachable(str(cause) or "the connection was lost")

    def _unreachable(self, what: str) -> DeviceUnreachable:
        return DeviceUnreachable(self._device, self._address, what, "check power, cable, host and port")


class _Ended(Exception):
    """The conversation is over, for this ``cause``."""

    def __init__(self, cause: Exception) -> None:
        super().__init__(str(cause))
        self.cause = cause


class _Link:
    """One connection with its conversation."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, session: Session) -> None:
        self.session = session
        self._reader = reader
        self._writer = writer
        self._news = asyncio.Event()
        self._ended: Exception | None = None
        self._now = asyncio.get_running_loop().time
        session.begin(self._now())
        self._send()
        self._talking = asyncio.create_task(self._talk())

    async def until(self, ready: Callable[[], bool]) -> None:
        """Wait until so; _Ended when the conversation is over before."""
        while not ready():
            if self._ended is not None:
                raise _Ended(self._ended)
            self._news.clear()
            await self._news.wait()

    def settle(self, told: Told) -> None:
        """Tell the controller."""
        self.session.settle(told, self._now())
        self._send()

    async def close(self) -> None:
        """End the conversation."""
        self._talking.cancel()
        await asyncio.gather(self._talking, return_exceptions=True)
        if self._ended is None:
            self._ended = ConnectionError("the connection is closed")
            self._writer.write(encode_message(Message(mid=STOP)))
        self._news.set()
        self._writer.close()
        with contextlib.suppress(OSError):
            await self._writer.wait_closed()

    async def _talk(self) -> None:
        try:
            while True:
                await self._hear()
        except (Malformed, Refused, Silent, OSError) as cause:
            self._ended = cause
        finally:
            self._news.set()

    async def _hear(self) -> None:
        try:
            async with asyncio.timeout_at(self.session.due()):
                content = await self._reader.read(_CHUNK)
        except TimeoutError:
            self.session.tick(self._now())
        else:
            if not content:
                raise ConnectionError("the controller closed the connection")
            self.session.receive(content, self._now())
        self._send()
        self._news.set()

    def _send(self) -> None:
        content = self.session.outgoing()
        if content and not self._writer.is_closing():
            self._writer.write(content)


def _check_fields(context: DriverContext) -> None:
    for point in context.points:
        if point.field not in NAMES:
            known = ", ".join(sorted(NAMES))
            message = f"device {context.device}, point {point.name}: field {point.field!r} is none of {known}"
            raise ResolveError(message)
