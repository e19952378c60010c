"""An RFID reader over LLRP as a source of sightings.

LLRP has no acknowledgement and no number on a report: what the reader reports while nobody is connected, or while the
connection is broken, is gone, and nobody can say whether there was anything. What the agent itself has to drop, and
what the reader says it dropped, is told as lost. A task of its own takes reports in while a sighting waits to be made
durable. A reader that vanishes without a word is noticed because it is asked something every few seconds.
"""

import asyncio
import contextlib
from collections import deque
from collections.abc import Awaitable, Callable
from datetime import datetime
from decimal import Decimal

import msgspec
from llrpkit import Reader, TagReport
from llrpkit.exceptions import LLRPConnectionError, LLRPError, LLRPTimeoutError
from llrpkit.protocol import enums, messages

from edge_agent.drivers.interface import Arrival, DriverContext, Gap
from edge_agent.drivers.llrp.settings import LlrpSettings
from edge_agent.drivers.llrp.sightings import FIELDS, Seen, Window, names_a_unit, samples_of
from edge_agent.errors import DeviceError, DeviceRefused, DeviceUnreachable, ResolveError

_WAITING = 10_000


class LlrpSource:
    """One reader. What was told is not told again: a reader keeps nothing."""

    def __init__(self, settings: LlrpSettings, context: DriverContext) -> None:
        _check_fields(context)
        self._settings = settings
        self._device = context.device
        self._address = f"{settings.host}:{settings.port}"
        self._points = context.points
        self._clock = context.clock
        self._window = Window(settings.window_s, per_antenna=settings.per_antenna)
        self._waiting: deque[Seen] = deque()
        self._dropped = 0
        self._overflowed = 0
        self._news = asyncio.Event()
        self._reader: Reader | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._ended: DeviceError | None = None

    async def connect(self) -> None:
        """Connect anew and begin to read tags."""
        await self.close()
        self._ended = None
        settings = self._settings
        reader = Reader(
            settings.host, settings.port, response_timeout=settings.timeout, connect_timeout=settings.timeout
        )
        try:
            await reader.connect()
            await reader.set_keepalive(int(settings.keep_alive * 1000))
        except (LLRPError, OSError) as failure:
            await _closed(reader)
            raise self._error(failure) from failure
        except BaseException:
            await _closed(reader)
            raise
        self._reader = reader
        self._tasks = [
            asyncio.create_task(self._until_broken(reader, work))
            for work in (self._take_in, self._listen, self._assure)
        ]

    async def next(self) -> Arrival:
        """The next sighting."""
        while not self._waiting:
            if self._reader is None or self._ended is not None:
                ended, self._ended = self._ended, None
                await self.close()
                raise ended or self._error(LLRPConnectionError("the connection is closed"))
            self._news.clear()
            await self._news.wait()
        return self._arrival(self._waiting.popleft())

    async def settle(self, arrival: Arrival) -> None:
        """Nothing: LLRP knows no acknowledgement."""

    async def refuse(self, arrival: Arrival, reason: str) -> None:
        """Nothing, for the same reason."""

    async def close(self) -> None:
        """Stop reading and close the connection; sightings that wait stay."""
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        reader, self._reader = self._reader, None
        if reader is not None:
            self._dropped += reader.client.dropped_reports
            await _closed(reader)

    async def _until_broken(self, reader: Reader, work: Callable[[Reader], Awaitable[None]]) -> None:
        try:
            await work(reader)
        except (LLRPError, OSError) as failure:
            self._ended = self._ended or self._error(failure)
        finally:
            self._news.set()

    async def _take_in(self, reader: Reader) -> None:
        settings, now = self._settings, asyncio.get_running_loop().time
        reports = reader.inventory(
            antennas=settings.antennas, session=settings.session, tx_power_dbm=settings.power_dbm
        )
        async with contextlib.aclosing(reports):
            async for report in reports:
                seen = _seen(report, self._clock())
                if self._window.begins(seen, now()) and (settings.other_tags == "tell" or names_a_unit(seen.epc)):
                    self._keep(seen)

    async def _listen(self, reader: Reader) -> None:
        async with contextlib.aclosing(reader.events()) as events:
            async for event in events:
                if not isinstance(event, messages.READER_EVENT_NOTIFICATION):
                    continue
                if event.reader_event_notification_data.report_buffer_overflow_error_event is not None:
                    self._overflowed += 1

    async def _assure(self, reader: Reader) -> None:
        while True:
            await asyncio.sleep(self._settings.keep_alive)
            await reader.get_config(enums.GetReaderConfigRequestedData.KeepaliveSpec)

    def _keep(self, seen: Seen) -> None:
        if len(self._waiting) >= _WAITING:
            self._waiting.popleft()
            self._dropped += 1
        self._waiting.append(seen)
        self._news.set()

    def _arrival(self, seen: Seen) -> Arrival:
        return Arrival(
            samples=samples_of(seen, self._points),
            received=msgspec.json.encode(seen),
            ticket=seen.ticket,
            lost=tuple(self._lost()),
        )

    def _lost(self) -> list[Gap]:
        client = None if self._reader is None else self._reader.client
        dropped = self._dropped + (0 if client is None else client.dropped_reports)
        self._dropped = 0
        if client is not None:
            client.dropped_reports = 0
        overflowed, self._overflowed = self._overflowed, 0
        lost = []
        if dropped:
            lost.append(Gap(count=dropped, reason="tag reports came faster than they could be stored"))
        if overflowed:
            lost.append(Gap(count=overflowed, reason="the reader's own memory overflowed, at least once each"))
        return lost

    def _error(self, failure: Exception) -> DeviceError:
        what = str(failure) or "the connection was lost"
        if isinstance(failure, LLRPConnectionError | LLRPTimeoutError | OSError):
            todo = "check power, cable, host and port, and that no other client is connected"
            return DeviceUnreachable(self._device, self._address, what, todo)
        return DeviceRefused(self._device, self._address, what, "check antennas, power_dbm and the reader's settings")


async def _closed(reader: Reader) -> None:
    with contextlib.suppress(LLRPError, OSError):
        await reader.close()


def _seen(report: TagReport, noticed: datetime) -> Seen:
    return Seen(
        epc=report.epc,
        noticed=noticed,
        antenna=report.antenna,
        rssi=None if report.rssi_dbm is None else Decimal(str(report.rssi_dbm)),
        first_seen=report.first_seen_us,
        last_seen=report.last_seen_us,
        seen_count=report.seen_count,
    )


def _check_fields(context: DriverContext) -> None:
    for point in context.points:
        if point.field not in FIELDS:
            known = ", ".join(FIELDS)
            message = f"device {context.device}, point {point.name}: field {point.field!r} is none of {known}"
            raise ResolveError(message)
