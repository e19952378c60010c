"""The connection to one device, shared by its stations: made again with back-off, complained of once."""

import asyncio
import logging
from typing import Generic, Protocol, TypeVar

from edge_agent.complaint import Complaint
from edge_agent.errors import AgentError
from edge_agent.log import say
from edge_agent.pace import Jitter, Pace, wait_or_stop
from edge_agent.station.health import Health, HealthBook

_LOG = logging.getLogger(__name__)

RECONNECT = Pace(first=0.25, longest=30.0)
_LOOK_AGAIN = 0.05


class Connectable(Protocol):
    """What a link keeps connected: a driver or a source of results."""

    async def connect(self) -> None:
        """Open the connection."""

    async def close(self) -> None:
        """Close it."""


D = TypeVar("D", bound=Connectable)


class DeviceLink(Generic[D]):
    """One driver and whether it is connected; many tasks may wait for it, one of them connects."""

    def __init__(
        self, device: str, driver: D, jitter: Jitter, pace: Pace = RECONNECT, book: HealthBook | None = None
    ) -> None:
        self.device = device
        self.driver = driver
        self._book = book
        self._jitter = jitter
        self._pace = pace
        self._turn = asyncio.Lock()
        self._connected = False
        self._failures = 0
        self._complaint = Complaint(_LOG, device=device)

    async def ready(self, stop: asyncio.Event) -> bool:
        """Wait until the device is connected; False when ``stop`` came first."""
        while not self._connected:
            if self._turn.locked():  # another task connects; its back-off must not outlast this one's stop
                if await wait_or_stop(stop, _LOOK_AGAIN):
                    return False
                continue
            async with self._turn:
                if stop.is_set() or (self._failures and await self._back_off(stop)):
                    return False
                await self._try()
        return True

    @property
    def health(self) -> Health:
        """How the device does, as far as a book is kept of it."""
        return self._book.now if self._book is not None else Health(device=self.device, connected=self._connected)

    async def lost(self, error: AgentError) -> None:
        """A request failed because the connection is gone."""
        if not self._connected:
            return
        self._connected = False
        self._failed(error)
        await self.driver.close()

    def answered(self) -> None:
        """A request was answered: the next interruption starts from the shortest wait."""
        self._failures = 0

    async def close(self) -> None:
        """Close the connection."""
        await self.driver.close()

    async def _back_off(self, stop: asyncio.Event) -> bool:
        return await wait_or_stop(stop, self._pace.wait(self._failures, self._jitter))

    async def _try(self) -> None:
        try:
            await self.driver.connect()
        except AgentError as error:
            self._failed(error)
            return
        self._connected = True
        if self._book is not None:
            self._book.connected()
        if self._complaint.current is None:
            say(_LOG, logging.INFO, "device connected", device=self.device)
        self._complaint.settled("device connected again")

    def _failed(self, error: AgentError) -> None:
        self._failures += 1
        if self._book is not None:
            self._book.failed(error)
        self._complaint.raised("device is down", error=error, next="tried again with growing pauses; others go on")
