"""OPC UA client: batch reads, registered reads, browsing, subscriptions and handshake writes over one session.

The server's certificate is pinned: it must be in the trust list, and the secure channel is opened to exactly that
certificate, so nobody in between can take the server's place.
"""

import asyncio
import logging
from collections.abc import Sequence

from asyncua import ua
from asyncua.ua.attribute_ids import AttributeIds
from asyncua.ua.status_codes import StatusCodes

from edge_agent.drivers.interface import DriverContext, Sample
from edge_agent.drivers.opcua.browse import Found, browse
from edge_agent.drivers.opcua.build_info import BUILD_INFO, claim_of
from edge_agent.drivers.opcua.session import OpcUaSession, batches
from edge_agent.drivers.opcua.settings import OpcUaSettings
from edge_agent.drivers.opcua.subscription import OpcUaSubscription
from edge_agent.drivers.opcua.values import VARIANTS, sample_of
from edge_agent.errors import BadReply, DeviceRefused, WriteRefused
from firmware_profiles.encode import encode_scalar
from firmware_profiles.errors import EncodeFault
from firmware_profiles.format import Point, Value
from firmware_profiles.identify import Claim

_LOG = logging.getLogger(__name__)
_NO_SUCH_NODE = frozenset(
    {StatusCodes.BadNodeIdUnknown, StatusCodes.BadNodeIdInvalid, StatusCodes.BadAttributeIdInvalid}
)


class OpcUaDriver:
    """One OPC UA server, one session."""

    def __init__(self, settings: OpcUaSettings, context: DriverContext) -> None:
        self._session = OpcUaSession(settings, context)
        self._where = self._session.where
        self._turn = asyncio.Lock()
        self._registered: dict[str, ua.NodeId] = {}

    async def connect(self) -> None:
        """Check the server's certificate, then open secure channel and session; an open connection is closed first."""
        async with self._turn:
            self._registered = {}
            await self._session.open()

    async def read(self, points: Sequence[Point]) -> dict[str, Sample]:
        """One sample per point, in one Read service call for as many nodes as the server takes at once."""
        async with self._turn:
            samples: dict[str, Sample] = {}
            for some in batches(points, self._session.limits.read):
                samples |= await self._read(some)
            return samples

    def one_read(self, points: Sequence[Point]) -> bool:
        """Only a single node: a server may change values between the nodes of one Read (OPC 10000-4, 5.10.2)."""
        return len(points) <= 1

    async def write(self, point: Point, value: Value) -> None:
        """Write one node, without a time stamp, which many controllers do not accept."""
        if not point.writable:
            what = "the profile does not mark it writable"
            raise WriteRefused(*self._where, what, "nothing was sent", point.name)
        try:
            scalar = encode_scalar(point, value)
        except EncodeFault as fault:
            raise WriteRefused(*self._where, fault.reason, "nothing was sent", point.name) from fault
        content = ua.DataValue(ua.Variant(scalar, VARIANTS[point.type]))
        async with self._turn:
            client = self._session.client
            node = self._session.node(point.node or "", point.name)
            results = await self._session.call(client.uaclient.write_attributes([node], [content]))
        if len(results) != 1 or not results[0].is_good():
            what = f"it refused the write ({', '.join(result.name for result in results)})"
            raise DeviceRefused(*self._where, what, "check type and access rights of the node", point.name)
        _LOG.debug("device %s at %s: wrote %s = %s at %s", *self._where, point.name, value, point.node)

    async def identity(self) -> Claim | None:
        """The server's BuildInfo, or None when it has none."""
        try:
            return claim_of(await self.read(list(BUILD_INFO.values())))
        except DeviceRefused:
            return None

    async def browse(self, start: str = "i=85", *, depth: int = 4, most: int = 500) -> Found:
        """What lies below a node, by default the Objects folder, breadth first and bounded."""
        async with self._turn:
            return await browse(self._session, start, depth=depth, most=most)

    def subscription(
        self, points: Sequence[Point], *, period: float = 0.2, counter: Point | None = None
    ) -> OpcUaSubscription:
        """Sampled data of ``points``, published every ``period`` seconds; opens nothing yet."""
        return OpcUaSubscription(self._session, points, period=period, counter=counter)

    async def close(self) -> None:
        """Close session, channel and connection."""
        async with self._turn:
            await self._session.close()

    async def _read(self, points: Sequence[Point]) -> dict[str, Sample]:
        client = self._session.client
        nodes = await self._nodes(points)
        values = await self._session.call(client.uaclient.read_attributes(nodes, AttributeIds.Value))
        if len(values) != len(points):
            await self._session.close()
            raise BadReply(*self._where, f"{len(values)} values came for {len(points)} nodes", "look at the server")
        return {point.name: self._sample(point, value) for point, value in zip(points, values, strict=True)}

    async def _nodes(self, points: Sequence[Point]) -> list[ua.NodeId]:
        """The nodes to read; registered on their first use where the settings want that."""
        own = {point.node or "": self._session.node(point.node or "", point.name) for point in points}
        if not self._session.settings.registered_reads:
            return [own[point.node or ""] for point in points]
        new = [text for text in own if text not in self._registered]
        for some in batches(new, self._session.limits.register):
            service = self._session.client.uaclient.register_nodes([own[text] for text in some])
            self._registered |= dict(zip(some, await self._session.call(service), strict=True))
        return [self._registered[point.node or ""] for point in points]

    def _sample(self, point: Point, value: ua.DataValue) -> Sample:
        code = value.StatusCode or ua.StatusCode()
        if code.value in _NO_SUCH_NODE:
            what = f"it has no node {point.node} ({code.name})"
            raise DeviceRefused(*self._where, what, "check the station's base and the profile", point.name)
        if code.value == StatusCodes.BadUserAccessDenied:
            what = f"it does not let this user read node {point.node} ({code.name})"
            raise DeviceRefused(*self._where, what, "give the user the right, or log in as another", point.name)
        return sample_of(point.name, value, self._where)
