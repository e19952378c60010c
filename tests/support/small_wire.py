"""Between an agent and its hub: a line that goes silent, an HTTP proxy, TLS with an authority of its own."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import uvicorn
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from starlette.types import ASGIApp


@dataclass
class Wire:
    """Passes bytes on to ``inner``; while ``silent`` it swallows them, both ways, and nobody hangs up."""

    inner: int
    silent: bool = False
    connections: int = 0
    passed: int = 0
    port: int = 0
    _writers: list[asyncio.StreamWriter] = field(default_factory=list)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._tasks.add(asyncio.current_task())
        self._writers.append(writer)
        try:
            inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", self.inner)
        except OSError:
            writer.close()
            return
        self._writers.append(inner_writer)
        await asyncio.gather(self._pass(reader, inner_writer), self._pass(inner_reader, writer))

    async def _pass(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        try:
            while part := await source.read(65536):
                if not self.silent:
                    self.passed += len(part)
                    sink.write(part)
                    await sink.drain()
        except OSError:
            pass
        sink.close()

    def cut(self) -> None:
        """Hang up every connection."""
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()

    async def end(self) -> None:
        """Hang up and leave nothing open."""
        self.cut()
        await asyncio.wait(self._tasks or {asyncio.create_task(asyncio.sleep(0))}, timeout=5)
        self.cut()
        await asyncio.sleep(0.01)  # transports close in the loop's next rounds


@asynccontextmanager
async def wire_to(inner: int) -> AsyncIterator[Wire]:
    """A line on a port of its own."""
    wire = Wire(inner)
    server = await asyncio.start_server(wire.serve, "127.0.0.1", 0)
    wire.port = server.sockets[0].getsockname()[1]
    try:
        yield wire
    finally:
        server.close()
        await wire.end()


@dataclass
class Proxy:
    """An HTTP proxy (CONNECT only); remembers whom it was asked for."""

    asked: list[str] = field(default_factory=list)
    port: int = 0
    wires: list[Wire] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = await reader.readuntil(b"\r\n\r\n")
        method, target, _ = request.split(b"\r\n", 1)[0].decode().split(" ")
        self.asked.append(f"{method} {target}")
        wire = Wire(int(target.rpartition(":")[2]))
        self.wires.append(wire)
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        await wire.serve(reader, writer)


@asynccontextmanager
async def http_proxy() -> AsyncIterator[Proxy]:
    proxy = Proxy()
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    proxy.port = server.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        server.close()
        for wire in proxy.wires:
            await wire.end()


class Authority:
    """A certificate authority, in a folder; ``certificate`` is its own, in PEM."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Test authority")])
        own = self._signed(self._name, self._key.public_key(), x509.BasicConstraints(ca=True, path_length=0), [])
        self.certificate = folder / "authority.pem"
        self.certificate.write_bytes(own.public_bytes(serialization.Encoding.PEM))

    def issue(self, *names: str) -> Path:
        """Key and certificate of a server that is reached by these names or addresses, in one file."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, names[0])])
        certificate = self._signed(subject, key.public_key(), x509.BasicConstraints(ca=False, path_length=None), names)
        path = self._folder / f"{names[0]}.pem"
        path.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
            + certificate.public_bytes(serialization.Encoding.PEM)
        )
        return path

    def _signed(self, subject, public_key, constraints, names) -> x509.Certificate:
        now = datetime.now(UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(public_key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(constraints, critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False)
        )
        if names:
            builder = builder.add_extension(x509.SubjectAlternativeName([_general(name) for name in names]), False)
        return builder.sign(self._key, hashes.SHA256())


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)


@contextmanager
def served(app: ASGIApp, *, certificate: Path | None = None, port: int = 0) -> Iterator[int]:
    """Serve an application in a thread of its own; its port."""
    config = uvicorn.Config(
        app,
        host="127.0.0.1",
        port=port,
        log_config=None,
        ssl_certfile=certificate,
        ssl_keyfile=certificate,
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive()
            time.sleep(0.01)
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        thread.join(20)
