"""The hub's address and key as configured; plain http is taken only on this machine."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from edge_agent.config.file import HubTable
from edge_agent.config.settings import Hub
from edge_agent.errors import ConfigError
from traceability.encoding import from_base64
from traceability.errors import Malformed
from traceability.signing import PUBLIC_KEY_SIZE


def check_hub(table: HubTable, file: str) -> Hub:
    """The hub's address and key; ConfigError names the key."""
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
    loopback = _is_loopback(host)
    if parts.scheme == "http" and not loopback:
        expected = f"is {table.url!r}; expected https, because plain http is taken only for this machine (127.0.0.1)"
        raise ConfigError(file, "hub.url", expected)
    return Hub(url=url, public_key=_public_key(table.public_key, file), loopback=loopback)


def _is_loopback(host: str) -> bool:
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
