"""A pinned hub is known by its key alone: nobody else hears a byte of a request, whoever signed their certificate."""

import datetime as dt
import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from edge_agent.tls_pin import tls_context
from traceability.enrolment import certificate_pin

Key = ec.EllipticCurvePrivateKey
NOW = dt.datetime.now(dt.UTC)
SECRET = b"the-signed-poll"


def key() -> Key:
    return ec.generate_private_key(ec.SECP256R1())


def certificate(own: Key, name: str, signer: Key, issuer: str, *, ca: bool = False, days: int = 5) -> x509.Certificate:
    names = [x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)]) for text in (name, issuer)]
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    return (
        x509.CertificateBuilder()
        .subject_name(names[0])
        .issuer_name(names[1])
        .public_key(own.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - dt.timedelta(days=10))
        .not_valid_after(NOW + dt.timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(own.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
        .add_extension(_usage(ca=ca), critical=True)
        .sign(signer, hashes.SHA256())
    )


def _usage(*, ca: bool) -> x509.KeyUsage:
    names = ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "encipher_only")
    unused = dict.fromkeys((*names, "decipher_only"), False)
    return x509.KeyUsage(digital_signature=True, key_cert_sign=ca, crl_sign=ca, **unused)


class Server:
    """TLS that answers every request with 204 and remembers what it heard after the handshake."""

    def __init__(self, folder: Path, own: Key, shown: x509.Certificate, newest: ssl.TLSVersion) -> None:
        file = folder / f"{shown.serial_number}.pem"
        pem = own.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        file.write_bytes(pem + shown.public_bytes(Encoding.PEM))
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(file)
        self.context.maximum_version = newest
        self.heard = b""
        self.pin = certificate_pin(shown.public_bytes(Encoding.DER))
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(20)
        self.url = f"https://127.0.0.1:{self.listener.getsockname()[1]}/"

    def serve_one(self) -> None:
        connection, _ = self.listener.accept()
        connection.settimeout(20)
        with connection:
            try:
                with self.context.wrap_socket(connection, server_side=True) as tls:
                    while SECRET not in self.heard and (part := tls.recv(4096)):
                        self.heard += part
                    if self.heard:
                        tls.sendall(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
            except OSError:
                pass  # the client hung up: what was heard until then is what counts


@contextmanager
def serving(server: Server) -> Iterator[Server]:
    thread = threading.Thread(target=server.serve_one)
    thread.start()
    try:
        yield server
    finally:
        thread.join(30)
        server.listener.close()
        assert not thread.is_alive()


async def ask(server: Server, context: ssl.SSLContext | bool) -> int:
    async with httpx.AsyncClient(verify=context, trust_env=False, timeout=20) as client:
        answer = await client.get(server.url, headers={"Authorization": SECRET.decode()})
        return answer.status_code


@pytest.fixture(params=[ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def newest(request: pytest.FixtureRequest) -> ssl.TLSVersion:
    return request.param


async def test_the_pinned_certificate_needs_no_ca_no_name_and_no_date(tmp_path: Path, newest: ssl.TLSVersion) -> None:
    own = key()
    shown = certificate(own, "hub", own, "hub", days=-1)
    with serving(Server(tmp_path, own, shown, newest)) as server:
        assert await ask(server, tls_context((server.pin,))) == 204
    assert SECRET in server.heard


async def test_of_two_pins_either_certificate_is_taken_and_no_third(tmp_path: Path) -> None:
    """A renewed certificate cuts nobody off whose agent knew its pin ahead."""
    keys = [key(), key(), key()]
    shown = [certificate(own, "hub", own, "hub") for own in keys]
    pins = tuple(certificate_pin(one.public_bytes(Encoding.DER)) for one in shown[:2])
    for own, one in zip(keys[:2], shown[:2], strict=True):
        with serving(Server(tmp_path, own, one, ssl.TLSVersion.TLSv1_3)) as server:
            assert await ask(server, tls_context(pins)) == 204
    refused = pytest.raises(httpx.ConnectError, match=r"hub\.tls_pin is sha256/.* or sha256/")
    with serving(Server(tmp_path, keys[2], shown[2], ssl.TLSVersion.TLSv1_3)) as server, refused:
        await ask(server, tls_context(pins))
    assert server.heard == b""


async def test_another_certificate_is_refused_though_a_ca_vouches_for_it(
    tmp_path: Path, newest: ssl.TLSVersion
) -> None:
    root, own = key(), key()
    authority = certificate(root, "ca", root, "ca", ca=True)
    shown = certificate(own, "hub", root, "ca")
    ca_file = tmp_path / "ca.pem"
    ca_file.write_bytes(authority.public_bytes(Encoding.PEM))
    pin = certificate_pin(certificate(key(), "hub", root, "ca").public_bytes(Encoding.DER))
    with serving(Server(tmp_path, own, shown, newest)) as server:
        assert await ask(server, tls_context((), ca_file)) == 204  # without a pin it is trusted
    for context in (tls_context((pin,)), tls_context((pin,), ca_file)):
        refused = pytest.raises(httpx.ConnectError, match="pin")
        with serving(Server(tmp_path, own, shown, newest)) as server, refused:
            await ask(server, context)
        assert server.heard == b""


async def test_with_a_ca_file_both_must_hold(tmp_path: Path) -> None:
    own = key()
    shown = certificate(own, "hub", own, "hub")
    strange = key()
    ca_file = tmp_path / "ca.pem"
    authority = certificate(strange, "ca", strange, "ca", ca=True)
    ca_file.write_bytes(authority.public_bytes(Encoding.PEM))
    with serving(Server(tmp_path, own, shown, ssl.TLSVersion.TLSv1_3)) as server, pytest.raises(httpx.ConnectError):
        await ask(server, tls_context((server.pin,), ca_file))
    assert server.heard == b""


def test_a_blocking_client_is_held_to_the_pin_too(tmp_path: Path) -> None:
    own = key()
    shown = certificate(own, "hub", own, "hub")
    context = tls_context(("sha256/" + "A" * 43 + "=",))
    refused = pytest.raises(httpx.ConnectError, match="pin")
    with (
        serving(Server(tmp_path, own, shown, ssl.TLSVersion.TLSv1_3)) as server,
        httpx.Client(verify=context, trust_env=False, timeout=20) as client,
        refused,
    ):
        client.get(server.url, headers={"Authorization": SECRET.decode()})
    assert server.heard == b""
