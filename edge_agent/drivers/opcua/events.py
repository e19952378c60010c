"""Results that an OPC UA server tells as events: OPC 40001-101, 40100-1, 40450-1, 30010 and a maker's own.

A point's ``node`` is the type of the event, its ``field`` a place in it (see ``opcua_paths``). Three names of points
mean something here: ``result_id`` is the result's own name, and with it a result told again is known; ``sequence`` is
the device's count of results, whose jumps are losses; the flag ``partial`` says that more of this result follows. A
result stays at the head until it is settled, so an event is lost by no failure of the agent's storage. Events raised
while there is no connection never come: the server is asked for its results (see ``old_results``) where it has such
methods; else ``sequence`` proves what is missing, and without one an interruption is itself a loss entry whose number
cannot be known.
"""

from collections import deque
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from asyncua import ua
from asyncua.ua.attribute_ids import AttributeIds
from asyncua.ua.object_ids import ObjectIds
from asyncua.ua.ua_binary import struct_to_binary

from edge_agent.drivers.interface import Arrival, DriverContext, Gap, Sample
from edge_agent.drivers.opcua.event_filter import Wanted, event_filter
from edge_agent.drivers.opcua.old_results import OldResult, OldResults
from edge_agent.drivers.opcua.paths import Field, parse_field, pick, turns
from edge_agent.drivers.opcua.publication import Publication
from edge_agent.drivers.opcua.session import OpcUaSession
from edge_agent.drivers.opcua.settings import OpcUaEventsSettings
from edge_agent.drivers.opcua.structures import StructureReader
from edge_agent.drivers.sequence import Count
from edge_agent.errors import DeviceRefused, ResolveError
from firmware_profiles.format import DataType, Point
from traceability.encoding import sha256, tagged
from traceability.errors import Malformed
from traceability.measurement import Status

RESULT_ID = "result_id"
SEQUENCE = "sequence"
PARTIAL = "partial"

_PERIOD = 0.1
_QUEUE = 1000
_REMEMBERED = 10_000
_INTERRUPTED = "there was no connection for a while: how many results were told meanwhile cannot be known"
_OVERFLOW = f"i={ObjectIds.EventQueueOverflowEventType}"


class OpcUaEventSource:
    """The result events of one notifier of one server."""

    def __init__(self, settings: OpcUaEventsSettings, context: DriverContext) -> None:
        self._session = OpcUaSession(settings, context)
        self._notifier = settings.notifier
        self._points = context.points
        self._fields = {point.name: _field(point) for point in context.points}
        self._publication: Publication | None = None
        self._structures = StructureReader(self._session)
        self._names: list[str] = []
        self._events: deque[ua.EventFieldList] = deque()
        self._arrivals: deque[Arrival] = deque()
        self._lost: list[Gap] = []
        self._results = settings.results
        self._known: dict[str, None] = {}
        self._asked_for: set[str] = set()
        self._was_connected = False
        self.count = Count()

    async def connect(self) -> None:
        """Open the session and subscribe; DeviceRefused names the point that the server's events do not have."""
        await self._session.open()
        self._structures = StructureReader(self._session)
        wanted = [
            Wanted(point.node or "", path.steps[0].name, point.name)
            for point in self._points
            for path in self._fields[point.name].paths
            if path.steps
        ]
        conditions, self._names = await event_filter(self._session, wanted)
        publication = Publication(self._session, _PERIOD)
        await publication.open()
        (result,) = await publication.monitor([self._request(conditions)])
        if not result.StatusCode.is_good():
            what = f"it gives no events of {self._notifier} ({result.StatusCode.name})"
            todo = "check notifier: it must be an object that raises events, and this user must be allowed to see them"
            raise DeviceRefused(*self._session.where, what, todo)
        self._publication = publication
        await self._catch_up()
        self._was_connected = True

    async def next(self) -> Arrival:
        """The first result that is not settled yet; waits for one. DeviceUnreachable when the connection is gone."""
        while not self._arrivals:
            if not self._events:
                await self._receive()
            else:
                await self._read(self._events[0])  # taken away only once it is read: cancelling loses nothing
        return self._arrivals[0]

    async def settle(self, arrival: Arrival) -> None:
        """The result is durable; there is nothing to acknowledge to a server beyond its publishing."""
        if self._arrivals and self._arrivals[0] is arrival:
            self._arrivals.popleft()

    async def refuse(self, arrival: Arrival, reason: str) -> None:  # noqa: ARG002 - the reason is in the loss entry
        """The result can never be recorded; an event has no place where a person could find it."""
        await self.settle(arrival)

    async def close(self) -> None:
        """Close the session; what has come and is not settled stays."""
        publication, self._publication = self._publication, None
        if publication is not None:
            for notifications, lost in publication.unread():
                self._take(notifications, lost)
            publication.end(self._session.unreachable("the connection is closed"))
        await self._session.close()

    async def _catch_up(self) -> None:
        """Ask for what was told without a connection; events that come meanwhile wait behind it."""
        if self._results is None:
            if self._was_connected and SEQUENCE not in self._fields:
                self._lost.append(Gap(count=0, reason=_INTERRUPTED))
            return
        found = await OldResults(self._session, self._structures, self._results).unknown(self._known)
        self._asked_for.clear()
        self._lost.extend(found.lost)
        for result in found.results:
            self._arrivals.extend(self._old(result))
        self._asked_for.update(arrival.ticket for arrival in self._arrivals)

    def _old(self, result: OldResult) -> list[Arrival]:
        """A result that was asked for; one that is still partial will be told when it is whole."""
        event = {"Result": result.content}
        samples = {point.name: _sample(point, pick(event, self._fields[point.name], 0)) for point in self._points}
        return [] if self._partial(samples) else [self._one(event, result.received, 0)]

    async def _receive(self) -> None:
        if self._publication is None:
            raise self._session.unreachable("the connection is closed")
        self._take(*await self._publication.next())

    def _take(self, notifications: Sequence[Any], lost: int) -> None:
        if lost:
            reason = f"{lost} messages of the server were lost: how many results they told cannot be known"
            self._lost.append(Gap(count=0, reason=reason))
        self._events.extend(event for notification in notifications for event in notification.Events or ())

    async def _read(self, event: ua.EventFieldList) -> None:
        received = struct_to_binary(event)
        try:
            values = [await self._structures.plain(value) for value in event.EventFields]
            arrivals = self._tell(dict(zip(self._names, values, strict=False)), received)
        except Malformed as fault:
            arrivals = [Arrival(samples={}, received=received, ticket=_digest(received), fault=str(fault))]
        self._events.popleft()
        self._arrivals.extend(arrival for arrival in arrivals if arrival.ticket not in self._asked_for)

    def _tell(self, event: dict[str, Any], received: bytes) -> list[Arrival]:
        """The results of one event: one, or one for each element of ``[*]``."""
        if event.get("EventType") == _OVERFLOW:
            reason = "the server's event queue overflowed: how many results are missing cannot be known"
            self._lost.append(Gap(count=0, reason=reason))
            return []
        counts = [count for count in (turns(event, field) for field in self._fields.values()) if count is not None]
        told = [self._one(event, received, turn) for turn in range(max(counts, default=1))]
        if not told:
            return [self._arrival(event, received, {}, "", fault="it holds no element of a result")]
        return [*(_followed(each) for each in told[:-1]), told[-1]]

    def _one(self, event: dict[str, Any], received: bytes, turn: int) -> Arrival:
        samples = {point.name: _sample(point, pick(event, self._fields[point.name], turn)) for point in self._points}
        name = samples[RESULT_ID].raw if RESULT_ID in samples else None
        instance = f"{_hex(event.get('EventId'))}/{turn}"
        ticket = name if isinstance(name, str) and name else instance
        return self._arrival(event, received, samples, f"{ticket}#{instance}" if self._partial(samples) else ticket)

    def _arrival(
        self, event: dict[str, Any], received: bytes, samples: dict[str, Sample], ticket: str, fault: str | None = None
    ) -> Arrival:
        number = samples[SEQUENCE].raw if SEQUENCE in samples else None
        gap = self.count.see(number) if isinstance(number, int) else None
        lost, self._lost = (*self._lost, *([gap] if gap else [])), []
        named = ticket or f"{_hex(event.get('EventId'))}"
        self._known[named] = None
        if len(self._known) > _REMEMBERED:
            del self._known[next(iter(self._known))]
        return Arrival(samples=samples, received=received, ticket=named, lost=tuple(lost), fault=fault)

    def _partial(self, samples: dict[str, Sample]) -> bool:
        return any(
            isinstance(word := samples[point.name].raw, int) and word >> bit & 1 == 1
            for point in self._points
            for bit, name in (point.flags or {}).items()
            if name == PARTIAL
        )

    def _request(self, conditions: ua.EventFilter) -> ua.MonitoredItemCreateRequest:
        return ua.MonitoredItemCreateRequest(
            ItemToMonitor=ua.ReadValueId(
                NodeId=self._session.node(self._notifier), AttributeId=AttributeIds.EventNotifier
            ),
            MonitoringMode=ua.MonitoringMode.Reporting,
            RequestedParameters=ua.MonitoringParameters(
                ClientHandle=1, SamplingInterval=0.0, Filter=conditions, QueueSize=_QUEUE, DiscardOldest=False
            ),
        )


def _field(point: Point) -> Field:
    try:
        return parse_field(point.field or "")
    except ValueError as problem:
        message = f"point {point.name}: field {point.field!r}: {problem}"
        raise ResolveError(message) from None


def _sample(point: Point, found: Any) -> Sample:
    """What is missing is Bad, but for text, which then is empty; what is no scalar is Bad."""
    if not isinstance(found, bool | int | float | str | bytes | datetime):
        empty = found is None and point.type is DataType.STRING
        return Sample(point=point.name, raw="" if empty else None, status=Status.GOOD if empty else Status.BAD)
    return Sample(point=point.name, raw=found)


def _followed(arrival: Arrival) -> Arrival:
    return Arrival(
        samples=arrival.samples, received=arrival.received, ticket=arrival.ticket, lost=arrival.lost, more=True
    )


def _hex(event_id: Any) -> str:
    return event_id.hex() if isinstance(event_id, bytes) else str(event_id)


def _digest(received: bytes) -> str:
    return tagged(sha256(received))
