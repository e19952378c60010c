"""The hub's address and key, and the way there, as configured; plain http is taken only on this machine."""

import ssl
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from edge_agent.config.file import HubTable, PlantTable
from edge_agent.config.settings import Hub
from edge_agent.errors import ConfigError
from traceability.encoding import from_base64
from traceability.enrolment import checked_pin, public_key_of
from traceability.errors import Malformed
from traceability.signing import PUBLIC_KEY_SIZE


def check_hub(table: HubTable, folder: Path, file: str) -> Hub:
    """The hub's address, key and way; ConfigError names the setting. Paths start at ``folder``."""
    url = table.url.rstrip("/")
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise ConfigError(file, "hub.url", f"is not an address ({error}); expected https://host[:port]") from None
    if (
        parts.scheme not in ("http", "https")
        or not host
        or parts.query
        or parts.fragment
        or parts.username
        or parts.password
    ):
        given = "holds a user name or password" if parts.username or parts.password else f"is {table.url!r}"
        raise ConfigError(file, "hub.url", f"{given}; expected https://host[:port]")
    loopback = is_loopback(host)
    if parts.scheme == "http" and not loopback:
        expected = f"is {table.url!r}; expected https, because plain http is taken only for this machine (127.0.0.1)"
        raise ConfigError(file, "hub.url", expected)
    return Hub(
        url=url,
        public_key=_public_key(table.public_key, file),
        loopback=loopback,
        proxy=_proxy(table.proxy, file),
        ca_file=_ca_file(table.ca_file, folder, file),
        bytes_per_s=None if table.max_kbit_s is None else table.max_kbit_s * 1000 / 8,
        in_flight=table.in_flight,
        tls_pins=_pins(table.tls_pin, parts.scheme, file),
    )


def _proxy(text: str | None, file: str) -> str | None:
    if text is None:
        return None
    expected = "expected http://host:port, without a password (put one into the environment's HTTPS_PROXY)"
    try:
        parts = urlsplit(text)
        right = parts.scheme in ("http", "https") and parts.hostname and parts.port and parts.path in ("", "/")
    except ValueError as error:
        raise ConfigError(file, "hub.proxy", f"is not an address ({error}); {expected}") from None
    if parts.username or parts.password:
        raise ConfigError(file, "hub.proxy", f"holds a user name or password; {expected}")
    if not right or parts.query or parts.fragment:
        raise ConfigError(file, "hub.proxy", f"is {text!r}; {expected}")
    return text


def _ca_file(name: str | None, folder: Path, file: str) -> Path | None:
    if name is None:
        return None
    path = folder / name
    try:
        ssl.create_default_context(cafile=path)
    except (OSError, ValueError) as error:  # SSLError is an OSError
        expected = f"{path} cannot be used ({error}); expected a file of certificates in PEM"
        raise ConfigError(file, "hub.ca_file", expected) from None
    return path


def check_plant(table: PlantTable | None, file: str) -> tuple[str, bytes | None]:
    """The plant's id and the key by which it signs; empty and None where there is no [plant]."""
    if table is None:
        return "", None
    try:
        return table.id, public_key_of(table.public_key, "it")
    except Malformed as error:
        expected = f"{error.what}; expected the plant's Ed25519 public key, 32 bytes in base64"
        raise ConfigError(file, "plant.public_key", expected) from None


def _pins(written: str | tuple[str, ...] | None, scheme: str, file: str) -> tuple[str, ...]:
    pins = (written,) if isinstance(written, str) else written
    if pins is None:
        return ()
    if not pins:
        raise ConfigError(file, "hub.tls_pin", "is empty; expected a pin, or leave the key out")
    if scheme != "https":
        raise ConfigError(file, "hub.tls_pin", "stands beside a hub.url without TLS; expected https://")
    try:
        return tuple(checked_pin(pin, repr(pin)) for pin in pins)
    except Malformed as error:
        raise ConfigError(file, "hub.tls_pin", error.what) from None


def is_loopback(host: str) -> bool:
    """Whether a host name means this machine."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _public_key(text: str, file: str) -> bytes:
    expected = "expected the hub's Ed25519 public key, 32 bytes in base64, as the hub shows it"
    try:
        key = from_base64(text, "it")
    except Malformed as error:
        raise ConfigError(file, "hub.public_key", f"{error.what}; {expected}") from None
    if len(key) != PUBLIC_KEY_SIZE:
        raise ConfigError(file, "hub.public_key", f"holds {len(key)} bytes; {expected}")
    return key
