"""A device on OPC UA, Basic256Sha256 sign and encrypt only, with a certificate of its own.

    python -m demo.devices.opcua_cell --line supplier-b --units 200 --seed 1 --port 4840 --data DIR

The certificate is written beside the data, where whoever wants to trust the device finds it.
"""

import asyncio
import socket
from collections.abc import Mapping
from pathlib import Path

from asyncua import ua
from asyncua.crypto.cert_gen import setup_self_signed_certificate
from asyncua.server.server import Server
from cryptography.x509.oid import ExtendedKeyUsageOID

from demo.devices.cell import Cell
from demo.devices.handshake import PointMemory
from demo.devices.start import Start, read_start
from firmware_profiles.catalog import Catalog
from firmware_profiles.encode import encode_scalar
from firmware_profiles.format import DataType, Point, Profile, Value

APPLICATION_URI = "urn:zhuoyue:demo:opcua-cell"
NAMESPACE = "urn:zhuoyue:demo:cells"
VARIANTS = {
    DataType.UINT16: ua.VariantType.UInt16,
    DataType.UINT32: ua.VariantType.UInt32,
    DataType.FLOAT64: ua.VariantType.Double,
    DataType.STRING: ua.VariantType.String,
    DataType.DATETIME: ua.VariantType.DateTime,
}


def certificate_path(data: Path) -> Path:
    """Where the device's certificate (DER) lies."""
    return data / "opcua-cell.der"


class NodeMemory:
    """The nodes of one station."""

    def __init__(self, server: Server, profile: Profile, base: str) -> None:
        self._server = server
        self._base = base
        self._points = {point.name: point for point in profile.points}

    async def create(self, namespace: int) -> None:
        """Add the station's nodes, all empty; only what the profile marks writable can be written by a client."""
        station = await self._server.nodes.objects.add_object(f"ns={namespace};s={self._base}", self._base)
        for point in self._points.values():
            variant = ua.Variant(ua.get_default_value(VARIANTS[point.type]), VARIANTS[point.type])
            node = await station.add_variable(self._node(point.name), point.name, variant)
            if point.writable:
                await node.set_writable()

    async def put(self, values: Mapping[str, Value]) -> None:
        """Write points in the order given."""
        for name, value in values.items():
            data = ua.DataValue(_variant(self._points[name], value))
            await self._server.write_attribute_value(self._node(name), data)

    async def get(self, point: str) -> int:
        """Read a number."""
        variant = self._server.read_attribute_value(self._node(point)).Value
        assert variant is not None
        return int(variant.Value)

    def _node(self, point: str) -> ua.NodeId:
        return ua.NodeId.from_string((self._points[point].node or "").replace("{base}", self._base))


def _variant(point: Point, value: Value) -> ua.Variant:
    return ua.Variant(encode_scalar(point, value), VARIANTS[point.type])


async def make_server(data: Path, port: int) -> Server:
    """A server that takes signed and encrypted connections only; not started yet."""
    key, certificate = data / "opcua-cell.key.pem", certificate_path(data)
    usage = [ExtendedKeyUsageOID.SERVER_AUTH]
    names = {"organizationName": "Zhuoyue demo"}
    await setup_self_signed_certificate(key, certificate, APPLICATION_URI, socket.gethostname(), usage, names)
    server = Server()
    await server.init()
    await server.set_application_uri(APPLICATION_URI)
    server.set_endpoint(f"opc.tcp://127.0.0.1:{port}")
    server.set_security_policy([ua.SecurityPolicyType.Basic256Sha256_SignAndEncrypt])
    await server.load_certificate(certificate)
    await server.load_private_key(key)
    return server


async def serve(start: Start) -> None:
    """Serve the line until the process ends; the story may be over before."""
    server = await make_server(start.cell.data, start.port)
    namespace = await server.register_namespace(NAMESPACE)
    profile = Catalog().find("zhuoyue", "opcua-cell")
    points: dict[str, PointMemory] = {}
    for step in start.cell.line.steps:
        memory = NodeMemory(server, profile, step.operation.id)
        await memory.create(namespace)
        points[step.operation.id] = memory
    async with server:
        await Cell(start.cell, points).run()
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(read_start(__doc__)))
