"""A profile on OPC UA: its nodes, BuildInfo as its identification wants it, with or without security.

The server's certificate is written beside the simulator's data, where whoever wants to trust the device finds it.
"""

import socket
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from asyncua import ua
from asyncua.crypto.cert_gen import setup_self_signed_certificate
from asyncua.server.server import Server
from cryptography.x509.oid import ExtendedKeyUsageOID

from edge_agent.acquisition.resolve import Resolved
from edge_agent.drivers.opcua.values import VARIANTS
from edge_agent.simulate.modbus_device import firmware_in, literal
from firmware_profiles.decode import decode_scalar
from firmware_profiles.encode import encode_scalar
from firmware_profiles.format import Point, Profile, Value

APPLICATION_URI = "urn:zhuoyue:simulated-device"


def certificate_path(data: Path) -> Path:
    """Where a device with security writes its certificate (DER)."""
    return data / "certificate.der"


class NodeMemory:
    """The nodes of one station."""

    def __init__(self, points: Mapping[str, Point]) -> None:
        self._points = points
        self.server: Server | None = None

    async def put(self, values: Mapping[str, Value], *, swapped: bool = False) -> None:  # noqa: ARG002 - no registers
        """Write points in the order given."""
        assert self.server is not None
        for name, value in values.items():
            point = self._points[name]
            data = ua.DataValue(ua.Variant(encode_scalar(point, value), VARIANTS[point.type]))
            await self.server.write_attribute_value(_node(point), data)

    async def get(self, point: str) -> Value:
        """Read a point."""
        assert self.server is not None
        found = self._points[point]
        content = self.server.read_attribute_value(_node(found)).Value
        return decode_scalar(found, content.Value if content is not None else None)


class OpcUaDevice:
    """One server with one or several stations.

    ``security`` is "None" or "Basic256Sha256", the latter with a certificate in ``data``.
    """

    def __init__(
        self, profile: Profile, stations: Sequence[Resolved], *, host: str, port: int, security: str, data: Path
    ) -> None:
        self._profile = profile
        self._stations = stations
        self._host, self._port = host, port
        self._security = security
        self._data = data
        self._server: Server | None = None
        self.memories = tuple(NodeMemory(station.points) for station in stations)
        self.certificate = certificate_path(data)

    @property
    def memory(self) -> NodeMemory:
        """The memory of the first station."""
        return self.memories[0]

    async def start(self) -> None:
        """Serve; OSError when the port is taken."""
        server = Server()
        await server.init()
        await server.set_application_uri(APPLICATION_URI)
        server.set_endpoint(f"opc.tcp://{self._host}:{self.port}")
        await self._secure(server)
        wanted = self._profile.identification
        name = literal(wanted.product) or self._profile.model
        await server.set_build_info(
            name,
            literal(wanted.vendor) or self._profile.vendor,
            name,
            literal(wanted.revision) or firmware_in(wanted.firmware),
            "1",
            datetime(2025, 1, 1, tzinfo=UTC),
        )
        for station in self._stations:
            for point in station.points.values():
                await self._add(server, point)
        await server.start()
        self._server = server
        for memory in self.memories:
            memory.server = server

    @property
    def port(self) -> int:
        """Where it listens; a free port is chosen before the start, because its address names it."""
        if self._port == 0:
            with socket.socket() as probe:
                probe.bind((self._host, 0))
                self._port = int(probe.getsockname()[1])
        return self._port

    async def stop(self) -> None:
        """Serve no more."""
        if self._server is not None:
            await self._server.stop()

    async def _secure(self, server: Server) -> None:
        if self._security == "None":
            server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
            return
        key, usage = self._data / "key.pem", [ExtendedKeyUsageOID.SERVER_AUTH]
        names = {"organizationName": "Zhuoyue simulator"}
        self._data.mkdir(parents=True, exist_ok=True)
        await setup_self_signed_certificate(key, self.certificate, APPLICATION_URI, socket.gethostname(), usage, names)
        server.set_security_policy([ua.SecurityPolicyType.Basic256Sha256_SignAndEncrypt])
        await server.load_certificate(self.certificate)
        await server.load_private_key(key)

    async def _add(self, server: Server, point: Point) -> None:
        node = _node(point)
        while len(await server.get_namespace_array()) <= node.NamespaceIndex:
            await server.register_namespace(f"{APPLICATION_URI}:{len(await server.get_namespace_array())}")
        kind = VARIANTS[point.type]
        start = ua.Variant(ua.get_default_value(kind), kind)
        variable = await server.nodes.objects.add_variable(node, point.name, start)
        if point.writable:
            await variable.set_writable()


def _node(point: Point) -> ua.NodeId:
    return ua.NodeId.from_string(point.node or "")
