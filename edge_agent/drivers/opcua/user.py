"""As whom the agent logs in: nobody, a user with a password, or the holder of a certificate.

A password is sent encrypted or not at all.
"""

from datetime import datetime
from pathlib import Path

from asyncua import ua
from asyncua.client.client import Client
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_der_private_key, load_pem_private_key

from edge_agent.drivers.opcua.settings import OpcUaSettings
from edge_agent.errors import IdentityError

_PEM = b"-----BEGIN"
_PLAIN = "http://opcfoundation.org/UA/SecurityPolicy#None"


def log_in(client: Client, settings: OpcUaSettings, now: datetime) -> None:
    """Have ``client`` log in as the settings say; IdentityError when certificate or key cannot be used."""
    if settings.user is not None and settings.password is not None:
        client.set_user(settings.user)
        client.set_password(settings.password.reveal())
    elif settings.user_certificate is not None and settings.user_key is not None:
        client.user_certificate = _certificate(settings.user_certificate, now)
        client.user_private_key = _key(settings.user_key, client.user_certificate)


def token_problem(settings: OpcUaSettings, endpoint: ua.EndpointDescription) -> str | None:
    """Why the server would not take this login, or would see a password in the clear; None when all is well."""
    wanted = _wanted(settings)
    tokens = [token for token in endpoint.UserIdentityTokens or () if token.TokenType == wanted]
    if not tokens:
        offered = ", ".join(sorted({token.TokenType.name for token in endpoint.UserIdentityTokens or ()})) or "none"
        return f"it takes no login of the kind {wanted.name}, it takes: {offered}"
    if wanted is ua.UserTokenType.UserName and settings.mode == "Sign":
        return "it would take the password in the clear" if tokens[0].SecurityPolicyUri == _PLAIN else None
    return None


def _wanted(settings: OpcUaSettings) -> ua.UserTokenType:
    if settings.user is not None:
        return ua.UserTokenType.UserName
    return ua.UserTokenType.Anonymous if settings.user_certificate is None else ua.UserTokenType.Certificate


def _certificate(path: Path, now: datetime) -> x509.Certificate:
    content = _read(path, "user certificate")
    try:
        load = x509.load_pem_x509_certificate if _PEM in content else x509.load_der_x509_certificate
        certificate = load(content)
    except ValueError as problem:
        message = f"user certificate {path} is no DER or PEM certificate ({problem})"
        raise IdentityError(message, advice="export it again") from problem
    if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
        valid = f"{certificate.not_valid_before_utc:%Y-%m-%d} to {certificate.not_valid_after_utc:%Y-%m-%d}"
        message = f"user certificate {path} is valid from {valid}, the clock says {now:%Y-%m-%d}"
        raise IdentityError(message, advice="renew it or set the clock")
    return certificate


def _key(path: Path, certificate: x509.Certificate) -> RSAPrivateKey:
    content = _read(path, "user key")
    try:
        load = load_pem_private_key if _PEM in content else load_der_private_key
        key = load(content, password=None)
    except (ValueError, TypeError) as problem:
        message = f"user key {path} is no private key without a password ({problem})"
        raise IdentityError(message, advice="export it as PEM or DER") from problem
    if not isinstance(key, RSAPrivateKey) or key.public_key() != certificate.public_key():
        message = f"user key {path} is not the RSA key of the user certificate"
        raise IdentityError(message, advice="name the key that was made with the certificate")
    return key


def _read(path: Path, what: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as problem:
        message = f"{what} {path} cannot be read ({problem.strerror})"
        raise IdentityError(message, advice="check path and rights") from problem
