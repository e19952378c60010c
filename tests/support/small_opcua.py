"""A controller on real OPC UA: one address space for a whole test module, its network side started and stopped at will.

The server lives in a thread with a loop of its own, for loading the standard address space takes seconds, and every
test has a new loop.
"""

import asyncio
import ipaddress
import socket
import threading
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from asyncua import Server, ua
from asyncua.crypto.permission_rules import SimpleRoleRuleset, User, UserRole
from asyncua.crypto.validator import CertificateValidator, CertificateValidatorOptions
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from firmware_profiles.format import Point

HOST = "127.0.0.1"
SERVER_URI = "urn:example:cell"
NAMESPACE = "urn:example:nodes"
POLICIES = (
    ua.SecurityPolicyType.NoSecurity,
    ua.SecurityPolicyType.Basic256Sha256_Sign,
    ua.SecurityPolicyType.Basic256Sha256_SignAndEncrypt,
    ua.SecurityPolicyType.Aes256Sha256RsaPss_Sign,
    ua.SecurityPolicyType.Aes256Sha256RsaPss_SignAndEncrypt,
)
NODE_TYPES = {
    "uint16": ua.VariantType.UInt16,
    "uint32": ua.VariantType.UInt32,
    "datetime": ua.VariantType.DateTime,
    "string": ua.VariantType.String,
    "float64": ua.VariantType.Double,
}
STARTS = {"String": "", "Double": 0.0, "DateTime": datetime(1970, 1, 1, tzinfo=UTC)}
_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
T = TypeVar("T")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def write_certificate(
    folder: Path,
    name: str,
    *,
    uri: str = SERVER_URI,
    hosts: Sequence[str] = (HOST,),
    days: tuple[int, int] = (-1, 300),
    key: rsa.RSAPrivateKey = _KEY,
    usage: x509.ObjectIdentifier = ExtendedKeyUsageOID.SERVER_AUTH,
) -> Path:
    """A self-signed certificate ``name.der`` with its key ``name.pem``; ``days`` from now it is valid."""
    folder.mkdir(parents=True, exist_ok=True)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    names: list[x509.GeneralName] = [x509.UniformResourceIdentifier(uri)]
    names += [x509.IPAddress(ipaddress.ip_address(h)) if h[0].isdigit() else x509.DNSName(h) for h in hosts]
    now = datetime.now(UTC)
    bits = dict.fromkeys(
        ("key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only"), False
    ) | dict.fromkeys(("digital_signature", "content_commitment", "key_encipherment", "data_encipherment"), True)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + timedelta(days=days[0]))
        .not_valid_after(now + timedelta(days=days[1]))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.KeyUsage(**bits), critical=True)
        .add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / f"{name}.der").write_bytes(certificate.public_bytes(serialization.Encoding.DER))
    (folder / f"{name}.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return folder / f"{name}.der"


class Users:
    """Lets in who is listed here; ``None`` is the one who says no name."""

    def __init__(self) -> None:
        self.passwords: dict[str | None, str | None] = {None: None}
        self.certificates: list[bytes] = []

    def get_user(
        self, iserver: Any, username: Any = None, password: Any = None, certificate: Any = None
    ) -> User | None:
        known = username in self.passwords and self.passwords[username] == password
        # The library hands over the application's certificate where nobody logged in with one.
        return User(role=UserRole.User, name=username) if known or certificate in self.certificates else None


class OpcUaServer:
    """The server; every public coroutine may be awaited from any loop."""

    def __init__(self) -> None:
        self.users = Users()
        self.sessions = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._running = False
        asyncio.run_coroutine_threadsafe(self._make(), self._loop).result(60)

    async def _make(self) -> None:
        self.server = Server(user_manager=self.users)
        await self.server.init()
        self.server.disable_clock()
        await self.server.set_application_uri(SERVER_URI)
        await self.server.register_namespace(NAMESPACE)
        self.server.set_certificate_validator(CertificateValidator(CertificateValidatorOptions.EXT_VALIDATION))
        create = self.server.iserver.create_session

        def counting(*arguments: Any, **named: Any) -> Any:
            self.sessions += bool(named.get("external"))
            return create(*arguments, **named)

        self.server.iserver.create_session = counting

    async def do(self, work: Callable[[], Awaitable[T]]) -> T:
        """Run ``work`` where the server lives."""

        async def here() -> T:
            return await work()

        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(here(), self._loop))

    async def start(self, port: int, certificate: Path, policies: Sequence[ua.SecurityPolicyType] = POLICIES) -> None:
        """Listen at ``port`` and show ``certificate``, whose key lies beside it."""
        await self.do(lambda: self._start(port, certificate, policies))

    async def _start(self, port: int, certificate: Path, policies: Sequence[ua.SecurityPolicyType]) -> None:
        self.server.iserver.endpoints.clear()
        self.server._policies.clear()
        self.server.set_endpoint(f"opc.tcp://{HOST}:{port}/cell")
        self.server.set_security_policy(list(policies), SimpleRoleRuleset())
        await self.server.load_certificate(certificate)
        await self.server.load_private_key(certificate.with_suffix(".pem"))
        await self.server.start()
        self._running = True

    async def stop(self) -> None:
        """Vanish from the network; the nodes keep their values."""
        if self._running:
            self._running = False
            await self.do(self.server.bserver.stop)

    async def add(self, point: Point) -> None:
        """A variable for a point of a profile, once."""

        async def work() -> None:
            node = self.server.get_node(point.node)
            if node.nodeid in self.server.iserver.aspace:
                return
            kind = NODE_TYPES[point.type]
            objects = self.server.get_objects_node()
            made = await objects.add_variable(node.nodeid, point.name, STARTS.get(kind.name, 0), kind)
            if point.writable:
                await made.set_writable()

        await self.do(work)

    async def put(self, node: str, raw: Any) -> None:
        """Write a value of the node's own type, or a whole DataValue."""

        async def work() -> None:
            kind = await self.server.get_node(node).read_data_type_as_variant_type()
            content = raw if isinstance(raw, ua.DataValue) else ua.DataValue(ua.Variant(raw, kind))
            await self.server.write_attribute_value(ua.NodeId.from_string(node), content)

        await self.do(work)

    async def get(self, node: str) -> Any:
        return await self.do(lambda: self.server.get_node(node).read_value())

    def end(self) -> None:
        """Stop thread and server."""

        async def work() -> None:
            if self._running:
                await self.server.bserver.stop()
            await self.server.iserver.stop()
            others = asyncio.all_tasks() - {asyncio.current_task()}
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)

        asyncio.run_coroutine_threadsafe(work(), self._loop).result(20)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(20)
        self._loop.close()
