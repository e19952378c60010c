"""One session with one OPC UA server: opened securely, closed for good at the first doubt, its limits known.

The library's own reconnecting is off; the caller decides when to connect again, which makes one session per connection
and no storm. A session that was cut off ends at the server after ``_SESSION_SECONDS``, so that dead ones don't use up
the few that a small controller has.
"""

import logging
import re
import socket
from asyncio import timeout
from collections.abc import Awaitable, Iterator, Sequence
from typing import Any, TypeVar

import msgspec
from asyncua import ua
from asyncua.client.client import Client
from asyncua.crypto.uacrypto import CertProperties
from asyncua.ua.attribute_ids import AttributeIds
from asyncua.ua.object_ids import ObjectIds
from asyncua.ua.status_codes import StatusCodes
from asyncua.ua.uaerrors import UaError, UaStatusCodeError
from cryptography.hazmat.primitives.serialization import Encoding

from edge_agent.drivers.interface import DriverContext
from edge_agent.drivers.opcua.identity import ensure_identity
from edge_agent.drivers.opcua.settings import OpcUaSettings
from edge_agent.drivers.opcua.trust import MODES, POLICIES, ServerTrust
from edge_agent.drivers.opcua.user import log_in, token_problem
from edge_agent.drivers.opcua.values import standard
from edge_agent.errors import AgentError, BadReply, DeviceRefused, DeviceUnreachable, DeviceUntrusted

_LOG = logging.getLogger(__name__)
_Answer = TypeVar("_Answer")
_Item = TypeVar("_Item")

_SESSION_SECONDS = 60
_WITH_URI = re.compile(r"nsu=([^;]*);(.*)", re.DOTALL)
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
_ADVICE = {
    "BadUserAccessDenied": "check user and password, and what this user may do at the server",
    "BadIdentityTokenRejected": "check user and password or certificate, and that the server knows this user",
    "BadIdentityTokenInvalid": "check user and password or certificate, and that the server knows this user",
    "BadTooManySessions": "close other clients, or raise the number of sessions at the server",
    "BadMaxConnectionsReached": "close other clients, or raise the number of connections at the server",
}


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """The most nodes or items of one request: the server's own limit, and never more than the settings' ``batch``."""

    read: int
    browse: int
    register: int
    monitor: int


class OpcUaSession:
    """At most one session at a time; every call that fails for the connection's sake closes it."""

    def __init__(self, settings: OpcUaSettings, context: DriverContext) -> None:
        self.settings = settings
        self.where = (context.device, settings.url)
        self._context = context
        self._client: Client | None = None
        self._namespaces: list[str] = []
        self._limits = Limits(read=1, browse=1, register=1, monitor=1)

    @property
    def client(self) -> Client:
        """The connected client; DeviceUnreachable when there is none."""
        if self._client is None:
            raise self.unreachable("the connection is closed")
        return self._client

    @property
    def limits(self) -> Limits:
        """As the connected server states them."""
        return self._limits

    async def open(self) -> None:
        """Check the server's certificate, then open channel and session; an open one is closed first."""
        await self.close()
        client = Client(self.settings.url, timeout=self.settings.timeout, watchdog_intervall=self.settings.timeout)
        client.application_uri = self.settings.application_uri
        client.name = client.description = "Zhuoyue edge agent"
        client.session_timeout = _SESSION_SECONDS * 1000
        if self.settings.security != "None":
            await self._secure(client)
        log_in(client, self.settings, self._context.clock())
        try:
            await self.call(client.connect())
        except BaseException:
            client.disconnect_socket()
            raise
        self._client = client
        await self._learn()

    async def call(self, service: Awaitable[_Answer]) -> _Answer:
        """Await a service of the client; its failures become the agent's errors."""
        try:
            return await service
        except OSError as problem:  # TimeoutError and ConnectionError among them
            await self.close()
            raise self.unreachable(str(problem) or f"no answer within {self.settings.timeout} s") from problem
        except UaStatusCodeError as fault:
            name = type(fault).__name__
            if fault.code in _CONNECTION_GONE:
                await self.close()
                raise self.unreachable(f"the server closed the session ({name})") from fault
            raise self._refused(name) from fault
        except UaError as problem:
            await self.close()
            raise BadReply(*self.where, f"its answer made no sense ({problem})", "look at the server") from problem

    def node(self, text: str, point: str | None = None) -> ua.NodeId:
        """The NodeId in a text: ``ns=2;s=Cycle``, or with the namespace's own name ``nsu=urn:cell;s=Cycle``."""
        named = _WITH_URI.fullmatch(text)
        if named is not None:
            text = f"ns={self.namespace(named[1], point)};{named[2]}"
        try:
            return ua.NodeId.from_string(text)
        except UaError as problem:
            what = f"{text!r} is no NodeId"
            raise DeviceRefused(*self.where, what, "correct the profile or the base", point) from problem

    def namespace(self, uri: str, point: str | None = None) -> int:
        """The server's index of a namespace; DeviceRefused when it has none of that name."""
        try:
            return self._namespaces.index(uri)
        except ValueError:
            what = f"it has no namespace {uri}"
            todo = "check that the profile is for this device, and that the device has that companion specification"
            raise DeviceRefused(*self.where, what, todo, point) from None

    def unreachable(self, what: str) -> DeviceUnreachable:
        """The connection is gone; ``what`` says how."""
        return DeviceUnreachable(*self.where, what, "check that the server runs and the network reaches it")

    async def close(self) -> None:
        """Close session, channel and connection; harmless when there is none."""
        client, self._client = self._client, None
        if client is None:
            return
        try:
            async with timeout(self.settings.timeout):
                await client.close_session()
                await client.close_secure_channel()
        except (OSError, UaError) as problem:
            _LOG.debug("device %s at %s: closing: %s", *self.where, problem)
        finally:
            client.disconnect_socket()

    async def _secure(self, client: Client) -> None:
        folder = self._context.data / "opcua"
        uri = self.settings.application_uri
        identity = ensure_identity(folder, uri, socket.gethostname(), self._context.clock())
        trust = ServerTrust(self.settings, self._context)
        endpoint = trust.choose(await self.call(client.connect_and_get_server_endpoints()))
        presented = trust.checked(endpoint)
        problem = token_problem(self.settings, endpoint)
        if problem:
            raise DeviceRefused(*self.where, problem, "change the login in the settings, or allow it at the server")
        try:
            await client.set_security(
                POLICIES[self.settings.security],
                certificate=CertProperties(identity.certificate, "der"),
                private_key=CertProperties(identity.key, "pem"),
                server_certificate=CertProperties(presented.public_bytes(Encoding.DER), "der"),
                mode=MODES[self.settings.mode],
            )
        except (UaError, ValueError, TypeError) as fault:
            what, todo = f"its certificate cannot be used ({fault})", "give the server an RSA certificate"
            raise DeviceUntrusted(*self.where, what, todo) from fault

    async def _learn(self) -> None:
        """Read namespaces and limits in one request; a server that states no limit has none."""
        wanted = [
            ObjectIds.Server_NamespaceArray,
            ObjectIds.Server_ServerCapabilities_OperationLimits_MaxNodesPerRead,
            ObjectIds.Server_ServerCapabilities_OperationLimits_MaxNodesPerBrowse,
            ObjectIds.Server_ServerCapabilities_OperationLimits_MaxNodesPerRegisterNodes,
            ObjectIds.Server_ServerCapabilities_OperationLimits_MaxMonitoredItemsPerCall,
        ]
        nodes = [standard(number) for number in wanted]
        values = await self.call(self.client.uaclient.read_attributes(nodes, AttributeIds.Value))
        found = [value.Value.Value if value.Value is not None else None for value in values]
        self._namespaces = [str(uri) for uri in found[0] or ()] if isinstance(found[0], list) else []
        read, browse, register, monitor = (self._limit(stated) for stated in found[1:5])
        self._limits = Limits(read=read, browse=browse, register=register, monitor=monitor)

    def _limit(self, stated: Any) -> int:
        usable = isinstance(stated, int) and stated > 0
        return min(self.settings.batch, stated) if usable else self.settings.batch

    def _refused(self, name: str) -> AgentError:
        if "Certificate" in name or "Security" in name:
            own = self._context.data / "opcua" / "certificate.der"
            todo = f"trust this agent's certificate {own} at the server"
        else:
            todo = _ADVICE.get(name, "look at the server's log")
        return DeviceRefused(*self.where, f"the server answered {name}", todo)


def batches(items: Sequence[_Item], most: int) -> Iterator[Sequence[_Item]]:
    """``items`` in order, at most ``most`` at a time."""
    for first in range(0, len(items), most):
        yield items[first : first + most]
