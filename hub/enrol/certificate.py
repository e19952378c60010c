"""The hub's own TLS certificate, for plants without a public CA: agents pin its key, so nobody has to vouch for it."""

import os
import socket
from datetime import datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from hub.errors import DataDirectory
from traceability.enrolment import certificate_pin
from traceability.keyfile import OWNER_ONLY

CERTIFICATE, KEY = "tls.crt", "tls.key"
NEXT_CERTIFICATE, NEXT_KEY = "tls.next.crt", "tls.next.key"
_VALID = timedelta(days=3650)
_BEFORE = timedelta(days=1)


class TlsFiles(msgspec.Struct, frozen=True, kw_only=True):
    """PEM files: the certificate (and what leads to its CA), and its private key."""

    certificate: Path
    key: Path


def own_tls(data: Path, now: datetime, names: tuple[str, ...] = ()) -> TlsFiles:
    """The hub's self-signed certificate, made when there is none; it is valid for ten years."""
    return _made(TlsFiles(certificate=data / CERTIFICATE, key=data / KEY), now, names)


def next_tls(data: Path, now: datetime, names: tuple[str, ...] = ()) -> TlsFiles:
    """The certificate that will take the place of the hub's own, made when there is none.

    Its pin is told to agents before ``take_next``, so that none is cut off.
    """
    return _made(TlsFiles(certificate=data / NEXT_CERTIFICATE, key=data / NEXT_KEY), now, names)


def take_next(data: Path) -> None:
    """Put the next certificate in the place of the hub's own; cut off between the files, run again it ends."""
    if not (data / NEXT_CERTIFICATE).exists():
        raise DataDirectory(
            "no next certificate is prepared",
            where=str(data),
            advice="run 'zhuoyue-hub certificate next', give its pin to every agent, then renew",
        )
    if (data / NEXT_KEY).exists():
        (data / NEXT_KEY).replace(data / KEY)
    (data / NEXT_CERTIFICATE).replace(data / CERTIFICATE)


def next_pin(data: Path, pin: str | None) -> str | None:
    """The pin of the next certificate, where ``pin`` is that of the hub's own and another one is prepared."""
    own, prepared = data / CERTIFICATE, data / NEXT_CERTIFICATE
    if pin is None or not own.exists() or not prepared.exists() or pin_of(own) != pin:
        return None
    return pin_of(prepared)


def valid_until(certificate: Path) -> datetime:
    """When the first certificate in a PEM file ends; agents that pin it do not mind."""
    return _first(certificate).not_valid_after_utc


def pin_of(certificate: Path) -> str:
    """The pin of the first certificate in a PEM file."""
    return certificate_pin(_first(certificate).public_bytes(Encoding.DER))


def _made(files: TlsFiles, now: datetime, names: tuple[str, ...]) -> TlsFiles:
    if not files.certificate.exists():
        private = ec.generate_private_key(ec.SECP256R1())
        pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        handle = os.open(files.key, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, OWNER_ONLY)
        with os.fdopen(handle, "wb") as file:
            file.write(pem)
        files.certificate.write_bytes(_certificate(private, now, names).public_bytes(Encoding.PEM))
    if not files.key.exists():
        raise DataDirectory(
            f"the private key of {files.certificate.name} is not here",
            where=str(files.key),
            advice="bring it back; or remove the certificate for a new one, whose pin every agent must be given",
        )
    return files


def _first(certificate: Path) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificates(certificate.read_bytes())[0]
    except (OSError, ValueError) as error:
        raise DataDirectory(
            f"is no certificate that can be used: {error}", where=str(certificate), advice="give a PEM file"
        ) from None


def _certificate(private: ec.EllipticCurvePrivateKey, now: datetime, names: tuple[str, ...]) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Zhuoyue hub")])
    hosts = dict.fromkeys(("localhost", "127.0.0.1", "::1", socket.gethostname(), *names))
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(private.public_key())
    return (
        builder.serial_number(x509.random_serial_number())
        .not_valid_before(now - _BEFORE)
        .not_valid_after(now + _VALID)
        .add_extension(x509.SubjectAlternativeName([_general(host) for host in hosts]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(private, hashes.SHA256())
    )


def _general(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(host))
    except ValueError:
        return x509.DNSName(host)
