"""Sampled data: what a server publishes when values change.

A server may skip values without a word when it is busy, so what comes here proves nothing about completeness: it is
*sampled*, fit for trends, and never becomes the result of a unit; stations take those from a ``Driver`` or a
``ResultSource`` only, and this is neither. With a node that counts up by one for every change of the data
(``counter``) each gap is found and counted, and the data are *counted*.
"""

from collections.abc import Sequence
from enum import StrEnum

import msgspec
from asyncua import ua
from asyncua.ua.attribute_ids import AttributeIds

from edge_agent.drivers.interface import Gap, Sample
from edge_agent.drivers.opcua.publication import Publication
from edge_agent.drivers.opcua.session import OpcUaSession
from edge_agent.drivers.opcua.values import overflowed, sample_of
from edge_agent.drivers.sequence import Count
from edge_agent.errors import AgentError, DeviceRefused
from firmware_profiles.decode import decode
from firmware_profiles.errors import DecodeFault
from firmware_profiles.format import DataType, Point
from traceability.measurement import Status

_QUEUE = 20
_LARGEST = {DataType.UINT8: 2**8 - 1, DataType.UINT16: 2**16 - 1, DataType.UINT32: 2**32 - 1}


class Evidence(StrEnum):
    """What the data say about values that are not among them."""

    SAMPLED = "sampled"
    COUNTED = "counted"


class Changes(msgspec.Struct, frozen=True, kw_only=True):
    """Values that changed, in the server's order; ``lost`` is what the counter shows to be missing.

    ``overflows`` says how many of the samples stand beside values that the server dropped from its queue, ``skipped``
    how many messages were lost on the way.
    """

    samples: tuple[Sample, ...]
    evidence: Evidence
    lost: tuple[Gap, ...] = ()
    overflows: int = 0
    skipped: int = 0


class OpcUaSubscription:
    """Data changes of some points; opened again after each new connection, it goes on counting."""

    def __init__(self, session: OpcUaSession, points: Sequence[Point], *, period: float, counter: Point | None) -> None:
        self._session = session
        self._points = list({point.name: point for point in (*points, *([counter] if counter else ()))}.values())
        self._period = period
        self._counter = counter
        self._publication: Publication | None = None
        self.count = Count(_LARGEST.get(counter.type) if counter else None)

    async def open(self) -> None:
        """Create subscription and items; DeviceRefused names the first point that the server cannot give."""
        publication = Publication(self._session, self._period)
        await publication.open()
        results = await publication.monitor([self._request(handle) for handle in range(len(self._points))])
        for point, result in zip(self._points, results, strict=True):
            if not result.StatusCode.is_good():
                what = f"it does not monitor node {point.node} ({result.StatusCode.name})"
                todo = "check node and rights; a small controller may have no monitored item left"
                raise DeviceRefused(*self._session.where, what, todo, point.name)
        self._publication = publication

    async def next(self) -> Changes:
        """Wait for the next changes; DeviceUnreachable when the connection is gone. Cancelling it loses nothing."""
        if self._publication is None:
            raise self._session.unreachable("the subscription is not open")
        notifications, skipped = await self._publication.next()
        items = [item for notification in notifications for item in notification.MonitoredItems or ()]
        samples, gaps = [], []
        for item in items:
            point = self._points[item.ClientHandle]
            sample = sample_of(point.name, item.Value, self._session.where)
            samples.append(sample)
            gap = self._gap(point, sample)
            if gap is not None:
                gaps.append(gap)
        return Changes(
            samples=tuple(samples),
            evidence=Evidence.SAMPLED if self._counter is None else Evidence.COUNTED,
            lost=tuple(gaps),
            overflows=sum(overflowed(item.Value.StatusCode) for item in items),
            skipped=skipped,
        )

    def end(self, error: AgentError) -> None:
        """Have ``next`` raise ``error`` once everything before it has been given out."""
        if self._publication is not None:
            self._publication.end(error)

    def _gap(self, point: Point, sample: Sample) -> Gap | None:
        if point is not self._counter:
            return None
        try:
            number = decode(point, sample.raw) if sample.status is not Status.BAD else None
        except DecodeFault:
            number = None
        # A count that cannot be read proves nothing; the next one that can shows the jump.
        return self.count.see(number) if isinstance(number, int) else None

    def _request(self, handle: int) -> ua.MonitoredItemCreateRequest:
        point = self._points[handle]
        return ua.MonitoredItemCreateRequest(
            ItemToMonitor=ua.ReadValueId(
                NodeId=self._session.node(point.node or "", point.name), AttributeId=AttributeIds.Value
            ),
            MonitoringMode=ua.MonitoringMode.Reporting,
            RequestedParameters=ua.MonitoringParameters(
                ClientHandle=handle, SamplingInterval=0.0, QueueSize=_QUEUE, DiscardOldest=True
            ),
        )
