"""OPC UA client: batch reads and handshake writes over Basic256Sha256, sign and encrypt.

The server's certificate is pinned: it must be in the trust list, and the secure channel is opened to exactly that
certificate, so nobody in between can take the server's place. The library's own reconnecting is off; the caller
decides when to connect again, which makes one session per connection and no storm.
"""

import asyncio
import logging
import socket
from collections.abc import Awaitable, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

from asyncua import ua
from asyncua.client.client import Client
from asyncua.crypto.security_policies import SecurityPolicyBasic256Sha256
from asyncua.crypto.uacrypto import CertProperties
from asyncua.ua.attribute_ids import AttributeIds
from asyncua.ua.status_codes import StatusCodes
from asyncua.ua.uaerrors import UaError, UaStatusCodeError
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from edge_agent.drivers.interface import DriverContext, Raw, Sample
from edge_agent.drivers.opcua_identity import Identity, ensure_identity, fingerprint, load_trusted
from edge_agent.drivers.registry import OpcUaSettings
from edge_agent.errors import AgentError, BadReply, DeviceRefused, DeviceUnreachable, DeviceUntrusted, WriteRefused
from firmware_profiles.encode import encode_scalar
from firmware_profiles.errors import EncodeFault
from firmware_profiles.format import DataType, Point, Value
from traceability.measurement import Status

_LOG = logging.getLogger(__name__)
_Answer = TypeVar("_Answer")

_TYPES = {
    DataType.BOOL: ua.VariantType.Boolean,
    DataType.INT16: ua.VariantType.Int16,
    DataType.UINT16: ua.VariantType.UInt16,
    DataType.INT32: ua.VariantType.Int32,
    DataType.UINT32: ua.VariantType.UInt32,
    DataType.INT64: ua.VariantType.Int64,
    DataType.UINT64: ua.VariantType.UInt64,
    DataType.FLOAT32: ua.VariantType.Float,
    DataType.FLOAT64: ua.VariantType.Double,
    DataType.STRING: ua.VariantType.String,
    DataType.DATETIME: ua.VariantType.DateTime,
}
_NO_SUCH_NODE = frozenset(
    {StatusCodes.BadNodeIdUnknown, StatusCodes.BadNodeIdInvalid, StatusCodes.BadAttributeIdInvalid}
)
_CONNECTION_GONE = frozenset(
    {
        StatusCodes.BadSessionIdInvalid,
        StatusCodes.BadSessionClosed,
        StatusCodes.BadSessionNotActivated,
        StatusCodes.BadSecureChannelClosed,
        StatusCodes.BadSecureChannelIdInvalid,
        StatusCodes.BadSecureChannelTokenUnknown,
        StatusCodes.BadConnectionClosed,
        StatusCodes.BadServerHalted,
        StatusCodes.BadShutdown,
        StatusCodes.BadTimeout,
    }
)


class OpcUaDriver:
    """One OPC UA server, one session."""

    def __init__(self, settings: OpcUaSettings, context: DriverContext) -> None:
        self._settings = settings
        self._context = context
        self._where = (context.device, settings.url)
        self._client: Client | None = None
        self._turn = asyncio.Lock()

    async def connect(self) -> None:
        """Check the server's certificate, then open secure channel and session; an open connection is closed first."""
        async with self._turn:
            await self._hang_up()
            client = Client(self._settings.url, timeout=self._settings.timeout)
            client.application_uri = self._settings.application_uri
            client.name = client.description = "Zhuoyue edge agent"
            if self._settings.security != "None":
                await self._secure(client)
            try:
                await self._call(client.connect())
            except BaseException:
                client.disconnect_socket()
                raise
            self._client = client

    async def read(self, points: Sequence[Point]) -> dict[str, Sample]:
        """One sample per point, all in one Read service call."""
        async with self._turn:
            client = self._connected()
            nodes = [self._node(point) for point in points]
            values = await self._call(client.uaclient.read_attributes(nodes, AttributeIds.Value))
            if len(values) != len(points):
                await self._hang_up()
                raise BadReply(*self._where, f"{len(values)} values came for {len(points)} nodes", "look at the server")
            return {point.name: self._sample(point, value) for point, value in zip(points, values, strict=True)}

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
        content = ua.DataValue(ua.Variant(scalar, _TYPES[point.type]))
        async with self._turn:
            client = self._connected()
            results = await self._call(client.uaclient.write_attributes([self._node(point)], [content]))
        if len(results) != 1 or not results[0].is_good():
            what = f"it refused the write ({', '.join(result.name for result in results)})"
            raise DeviceRefused(*self._where, what, "check type and access rights of the node", point.name)
        _LOG.info("device %s at %s: wrote %s = %s at %s", *self._where, point.name, value, point.node)

    async def close(self) -> None:
        """Close session, channel and connection."""
        async with self._turn:
            await self._hang_up()

    async def _secure(self, client: Client) -> None:
        identity = self._identity()
        presented = await self._presented(client)
        self._check_trust(presented)
        try:
            await client.set_security(
                SecurityPolicyBasic256Sha256,
                certificate=CertProperties(identity.certificate, "der"),
                private_key=CertProperties(identity.key, "pem"),
                server_certificate=CertProperties(presented.public_bytes(Encoding.DER), "der"),
                mode=ua.MessageSecurityMode.SignAndEncrypt,
            )
        except (UaError, ValueError, TypeError) as problem:
            what, todo = f"its certificate cannot be used ({problem})", "give the server an RSA certificate"
            raise DeviceUntrusted(*self._where, what, todo) from problem

    def _identity(self) -> Identity:
        folder = self._context.data / "opcua"
        return ensure_identity(folder, self._settings.application_uri, socket.gethostname(), self._context.clock())

    async def _presented(self, client: Client) -> x509.Certificate:
        endpoints = await self._call(client.connect_and_get_server_endpoints())
        mode, policy = ua.MessageSecurityMode.SignAndEncrypt, SecurityPolicyBasic256Sha256.URI
        for endpoint in endpoints:
            if endpoint.SecurityMode == mode and endpoint.SecurityPolicyUri == policy and endpoint.ServerCertificate:
                try:
                    return x509.load_der_x509_certificate(_first_of_chain(endpoint.ServerCertificate))
                except ValueError as problem:
                    what = f"its certificate cannot be read ({problem})"
                    raise DeviceUntrusted(*self._where, what, "give the server a valid certificate") from problem
        what, todo = "it offers no Basic256Sha256 with sign and encrypt", "switch that on in the server"
        raise DeviceRefused(*self._where, what, todo)

    def _check_trust(self, presented: x509.Certificate) -> None:
        trust = self._settings.trust
        if trust is None or presented not in load_trusted(trust):
            kept = self._keep_rejected(presented)
            what = f"its certificate is not trusted (SHA-256 {fingerprint(presented)})"
            todo = f"compare that with the server, then copy {kept} to {trust or 'the file that trust = names'}"
            raise DeviceUntrusted(*self._where, what, todo)
        now = self._context.clock()
        if not presented.not_valid_before_utc <= now <= presented.not_valid_after_utc:
            valid = f"{presented.not_valid_before_utc:%Y-%m-%d} to {presented.not_valid_after_utc:%Y-%m-%d}"
            what = f"its certificate is valid from {valid}, the clock says {now:%Y-%m-%d}"
            raise DeviceUntrusted(*self._where, what, "renew the server's certificate or set the clock")

    def _keep_rejected(self, presented: x509.Certificate) -> str:
        folder = self._context.data / "opcua" / "rejected"
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{fingerprint(presented).replace(':', '')}.der"
        path.write_bytes(presented.public_bytes(Encoding.DER))
        return str(path)

    def _node(self, point: Point) -> ua.NodeId:
        try:
            return ua.NodeId.from_string(point.node or "")
        except UaError as problem:
            what = f"{point.node!r} is no NodeId"
            raise DeviceRefused(*self._where, what, "correct the profile or the base", point.name) from problem

    def _sample(self, point: Point, value: ua.DataValue) -> Sample:
        code = value.StatusCode or ua.StatusCode()
        if code.value in _NO_SUCH_NODE:
            what = f"it has no node {point.node} ({code.name})"
            raise DeviceRefused(*self._where, what, "check the station's base and the profile", point.name)
        raw = value.Value.Value if value.Value is not None else None
        status = Status.GOOD if code.is_good() else Status.BAD if code.is_bad() else Status.UNCERTAIN
        if not isinstance(raw, bool | int | float | str | datetime | None):
            _LOG.warning("device %s at %s, point %s: no scalar but %s", *self._where, point.name, type(raw).__name__)
            raw, status = None, Status.BAD
        return Sample(point=point.name, raw=_aware(raw), status=status, source_time=_utc(value.SourceTimestamp))

    def _connected(self) -> Client:
        if self._client is None:
            raise self._unreachable("the connection is closed")
        return self._client

    async def _call(self, service: Awaitable[_Answer]) -> _Answer:
        try:
            return await service
        except OSError as problem:  # TimeoutError and ConnectionError among them
            await self._hang_up()
            raise self._unreachable(str(problem) or f"no answer within {self._settings.timeout} s") from problem
        except UaStatusCodeError as fault:
            name = type(fault).__name__
            if fault.code in _CONNECTION_GONE:
                await self._hang_up()
                raise self._unreachable(f"the server closed the session ({name})") from fault
            raise self._refused(name) from fault
        except UaError as problem:
            await self._hang_up()
            raise BadReply(*self._where, f"its answer made no sense ({problem})", "look at the server") from problem

    def _refused(self, name: str) -> AgentError:
        if "Certificate" in name or "Security" in name:
            own = self._context.data / "opcua" / "certificate.der"
            todo = f"trust this agent's certificate {own} at the server"
        else:
            todo = "look at the server's log"
        return DeviceRefused(*self._where, f"the server answered {name}", todo)

    async def _hang_up(self) -> None:
        client, self._client = self._client, None
        if client is None:
            return
        try:
            async with asyncio.timeout(self._settings.timeout):
                await client.close_session()
                await client.close_secure_channel()
        except (OSError, UaError) as problem:
            _LOG.debug("device %s at %s: closing: %s", *self._where, problem)
        finally:
            client.disconnect_socket()

    def _unreachable(self, what: str) -> DeviceUnreachable:
        return DeviceUnreachable(*self._where, what, "check that the server runs and the network reaches it")


def _first_of_chain(der: bytes) -> bytes:
    # A server may send its issuers after its own certificate; the outer SEQUENCE says where the first one ends.
    return der[: int.from_bytes(der[2:4], "big") + 4]


def _aware(raw: Any) -> Raw:
    return _utc(raw) if isinstance(raw, datetime) else raw


def _utc(time: datetime | None) -> datetime | None:
    if time is None:
        return None
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
