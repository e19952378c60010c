"""One subscription at a server: everything it publishes, in order, and what is missing from it.

Messages of a subscription are numbered (OPC 10000-4, 5.14.1): one that did not arrive is asked for again (Republish)
and counted as lost when the server no longer has it. A consumer that is slow holds up the publishing, so that nothing
is thrown away here; what a server then throws away it marks, or the device's own count shows it.
"""

import asyncio
import logging
from collections.abc import Iterator, Sequence
from typing import Any

from asyncua import ua
from asyncua.ua.uaerrors import UaError

from edge_agent.drivers.opcua.session import OpcUaSession, batches
from edge_agent.errors import AgentError, DeviceRefused

_LOG = logging.getLogger(__name__)
_WAITING = 100
_KEEP_ALIVE_SECONDS = 5.0
_LIFETIME = 6  # times the keep-alive count; at least 3 are asked for (OPC 10000-4, 5.14.2)
_LAST_NUMBER = 0xFFFFFFFF
_MOST_ASKED_AGAIN = 50


class Publication:
    """A subscription of a connected session; made anew after every new connection."""

    def __init__(self, session: OpcUaSession, period: float) -> None:
        self._session = session
        self._period = period
        self._id = 0
        self._expected: int | None = None
        self._messages: asyncio.Queue[tuple[Sequence[Any], int] | None] = asyncio.Queue(_WAITING)
        self._end: AgentError | None = None

    async def open(self) -> None:
        """Create the subscription; errors as the session raises them."""
        keep_alive = max(1, round(_KEEP_ALIVE_SECONDS / self._period))
        parameters = ua.CreateSubscriptionParameters(
            RequestedPublishingInterval=self._period * 1000,
            RequestedLifetimeCount=keep_alive * _LIFETIME,
            RequestedMaxKeepAliveCount=keep_alive,
        )
        service = self._session.client.uaclient.create_subscription(parameters, self._published)
        self._id = (await self._session.call(service)).SubscriptionId

    async def monitor(self, requests: Sequence[ua.MonitoredItemCreateRequest]) -> list[ua.MonitoredItemCreateResult]:
        """Add monitored items, as many at once as the server takes; the results are not checked here."""
        results: list[ua.MonitoredItemCreateResult] = []
        for some in batches(requests, self._session.limits.monitor):
            parameters = ua.CreateMonitoredItemsParameters(
                SubscriptionId=self._id, TimestampsToReturn=ua.TimestampsToReturn.Both, ItemsToCreate=list(some)
            )
            service = self._session.client.uaclient.create_monitored_items(parameters)
            answer = await self._session.call(service)
            if len(answer) != len(some):
                what = f"{len(answer)} results came for {len(some)} monitored items"
                raise DeviceRefused(*self._session.where, what, "look at the server")
            results += answer
        return results

    async def next(self) -> tuple[Sequence[Any], int]:
        """The notifications of the next message, and how many messages before it are lost.

        DeviceUnreachable once the subscription is over and everything before has been given out. Cancel-safe.
        """
        while True:
            if self._end is not None and self._messages.empty():
                raise self._end
            message = await self._messages.get()
            if message is not None:
                return message

    def unread(self) -> Iterator[tuple[Sequence[Any], int]]:
        """What has come and was not given out: the server takes it for delivered and will not tell it again."""
        while not self._messages.empty():
            message = self._messages.get_nowait()
            if message is not None:
                yield message

    def end(self, error: AgentError) -> None:
        """No message will come any more."""
        if self._end is None:
            self._end = error
            if not self._messages.full():
                self._messages.put_nowait(None)  # wakes who waits

    async def _published(self, result: ua.PublishResult) -> None:
        message = result.NotificationMessage
        notifications = message.NotificationData or ()
        for notification in notifications:
            if isinstance(notification, ua.StatusChangeNotification):
                name = (notification.Status or ua.StatusCode()).name
                self.end(self._session.unreachable(f"the subscription ended ({name})"))
                return
        lost = await self._fill(message.SequenceNumber)
        if notifications:
            await self._messages.put((notifications, lost))
            # A keep-alive carries the number that the next message will have.
            self._expected = 1 if message.SequenceNumber == _LAST_NUMBER else message.SequenceNumber + 1
        elif lost:
            await self._messages.put(((), lost))

    async def _fill(self, number: int) -> int:
        """Fetch the messages before ``number`` that did not arrive; how many cannot be had any more."""
        if self._expected is None or not number:
            self._expected = self._expected or number
            return 0
        missing = number - self._expected
        if missing <= 0:
            return 0
        lost = max(0, missing - _MOST_ASKED_AGAIN)
        for wanted in range(self._expected + lost, number):
            lost += not await self._fetch(wanted)
        self._expected = number
        if lost:
            device, address = self._session.where
            _LOG.warning("device %s at %s: %d messages of a subscription are lost", device, address, lost)
        return lost

    async def _fetch(self, wanted: int) -> bool:
        try:
            message = await self._session.client.uaclient.session.republish(self._id, wanted)
        except (OSError, UaError, AgentError):
            return False
        await self._messages.put((message.NotificationData or (), 0))
        return True
