"""The agent's own OPC UA certificate and key, and the certificates of servers that it trusts.

A server accepts a client only if the application URI of its session equals the URI in the subject alternative name of
its certificate (OPC 10000-6, 6.2.2), so both come from one place. The pair is made on first use: RSA 2048, self-signed,
valid for ten years, the key readable by its owner only.
"""

import os
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from edge_agent.errors import IdentityError

_VALID = timedelta(days=3650)
_KEY_BITS = 2048


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """Who the agent is to an OPC UA server; ``fingerprint`` is the certificate's SHA-256."""

    application_uri: str
    certificate: Path
    key: Path
    fingerprint: str


def ensure_identity(folder: Path, application_uri: str, host: str, now: datetime) -> Identity:
    """The identity in ``folder``, made now if there is none; IdentityError when what is there cannot be used."""
    certificate, key = folder / "certificate.der", folder / "key.pem"
    if not certificate.exists():
        _create(certificate, key, application_uri, host, now)
    try:
        found = x509.load_der_x509_certificate(certificate.read_bytes())
        _check(found, key, application_uri, now)
    except (ValueError, OSError, x509.ExtensionNotFound) as problem:
        message = f"OPC UA identity in {folder}: {problem}; remove {certificate.name} and {key.name} to make a new one"
        raise IdentityError(message) from problem
    return Identity(application_uri=application_uri, certificate=certificate, key=key, fingerprint=fingerprint(found))


def fingerprint(certificate: x509.Certificate) -> str:
    """SHA-256 of a certificate as people compare it: 32 hexadecimal pairs with colons."""
    return certificate.fingerprint(hashes.SHA256()).hex(":").upper()


def load_trusted(place: Path) -> list[x509.Certificate]:
    """The certificates in a file, or in every .der, .crt, .cer and .pem file of a folder."""
    try:
        paths = sorted(path for path in place.iterdir() if path.suffix in _SUFFIXES) if place.is_dir() else [place]
        return [certificate for path in paths for certificate in _load(path)]
    except OSError as problem:
        message = f"trust list {place} cannot be read ({problem.strerror}); put the server's certificate there"
        raise IdentityError(message) from problem


_SUFFIXES = frozenset({".der", ".crt", ".cer", ".pem"})


def _load(path: Path) -> list[x509.Certificate]:
    content = path.read_bytes()
    try:
        if b"-----BEGIN" in content:
            return x509.load_pem_x509_certificates(content)
        return [x509.load_der_x509_certificate(content)]
    except ValueError as problem:
        message = f"trust list file {path} is no DER or PEM certificate ({problem}); export it from the server again"
        raise IdentityError(message) from problem


def _check(certificate: x509.Certificate, key: Path, application_uri: str, now: datetime) -> None:
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    if application_uri not in names.get_values_for_type(x509.UniformResourceIdentifier):
        message = f"the certificate is not for {application_uri}"
        raise ValueError(message)
    if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
        message = (
            f"the certificate is valid from {certificate.not_valid_before_utc} to {certificate.not_valid_after_utc}, "
            f"the clock says {now}"
        )
        raise ValueError(message)
    private = serialization.load_pem_private_key(key.read_bytes(), password=None)
    if private.public_key() != certificate.public_key():
        message = "the key does not belong to the certificate"
        raise ValueError(message)


def _create(certificate: Path, key: Path, application_uri: str, host: str, now: datetime) -> None:
    certificate.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    private = rsa.generate_private_key(public_exponent=65537, key_size=_KEY_BITS)
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, "Zhuoyue edge agent"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, host),
        ]
    )
    signed = _builder(name, private, application_uri, host, now).sign(private, hashes.SHA256())
    encoded = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    # The key first: a crash in between leaves no certificate, and both are made anew.
    key.unlink(missing_ok=True)
    _write_new(key, encoded, 0o600)
    _write_new(certificate, signed.public_bytes(serialization.Encoding.DER), 0o644)


def _builder(
    name: x509.Name, private: rsa.RSAPrivateKey, application_uri: str, host: str, now: datetime
) -> x509.CertificateBuilder:
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=True,
        key_encipherment=True,
        data_encipherment=True,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    names = x509.SubjectAlternativeName([x509.UniformResourceIdentifier(application_uri), x509.DNSName(host)])
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))  # devices' clocks run behind
        .not_valid_after(now + _VALID)
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(private.public_key()), critical=False)
    )


def _write_new(path: Path, content: bytes, mode: int) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
