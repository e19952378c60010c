"""Answers of queries go out to webhooks, and only to those that the operator allowed.

Who may subscribe names where the hub should send something, so an address is taken only when its origin stands in
``epcis.toml`` of the hub's data folder::

    [webhooks]
    allow = ["https://erp.partner.example", "http://10.1.2.3:8080"]

When a delivery is made, the name is resolved once and that address is connected to, so that a name that leads somewhere
else in between changes nothing. Loopback, link-local and multicast addresses are refused unless the origin names such
an address itself. Redirects are not followed, proxies not used.
"""

import hmac
import http.client
import ipaddress
import socket
import ssl
import tomllib
from collections.abc import Callable
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

import msgspec

from hub.epcis.problems import EpcisRefused, Kind
from hub.errors import DataDirectory

FILE = "epcis.toml"
TIMEOUT_S = 20.0
_PORTS = {"http": 80, "https": 443}
Send = Callable[[str, bytes, dict[str, str]], int]
"""Posts a body to an address; the status, or ``OSError`` saying why not."""


class Allowed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Origins to which the hub may send."""

    allow: tuple[str, ...] = ()


class EpcisFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file ``epcis.toml``."""

    webhooks: Allowed = Allowed()


class NotAllowedTarget(OSError):
    """The address may not be sent to; the text says why."""


def read_allowed(data: Path) -> frozenset[str]:
    """The origins that the operator allowed; ``DataDirectory`` when the file can't be read."""
    path = data / FILE
    if not path.exists():
        return frozenset()
    try:
        found = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), EpcisFile)
        return frozenset(origin_of(urlsplit(address)) for address in found.webhooks.allow)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError, ValueError) as error:
        raise DataDirectory(str(error), where=str(path), advice="correct the file") from None


def check_target(dest: str, data: Path) -> None:
    """``EpcisRefused`` unless ``dest`` is a web address whose origin is allowed."""
    try:
        origin = origin_of(urlsplit(dest))
    except ValueError as error:
        raise EpcisRefused(Kind.INVALID_URI, 400, str(error), where="dest") from None
    if origin not in read_allowed(data):
        raise EpcisRefused(
            Kind.SUBSCRIPTION_CONTROLS,
            400,
            f"the hub may not send to {origin}",
            where="dest",
            advice=f"the operator allows it under [webhooks] in {FILE} of the hub's data folder",
        )


def origin_of(address: SplitResult) -> str:
    """Scheme, host and port of an http(s) address without user; ``ValueError`` for another one."""
    if address.scheme not in _PORTS or not address.hostname or "@" in address.netloc:
        raise ValueError(f"{address.geturl()[:200]!r} is no http or https address")
    host = f"[{address.hostname}]" if ":" in address.hostname else address.hostname
    port = address.port or _PORTS[address.scheme]
    return f"{address.scheme}://{host}:{port}"


def send_to(data: Path) -> Send:
    """Sends to what is allowed at that moment."""

    def send(dest: str, body: bytes, headers: dict[str, str]) -> int:
        address = urlsplit(dest)
        origin = origin_of(address)
        if origin not in read_allowed(data):
            raise NotAllowedTarget(f"{origin} does not stand in {FILE} any more")
        return _post(address, body, headers)

    return send


def signed(body: bytes, token: str) -> str:
    """What stands in ``GS1-Signature``: HMAC-SHA256 of the body by the subscriber's token, in hex."""
    return hmac.new(token.encode(), body, "sha256").hexdigest()


def _post(address: SplitResult, body: bytes, headers: dict[str, str]) -> int:
    host, port = address.hostname or "", address.port or _PORTS[address.scheme]
    peer = _resolved(host, port)
    connection: http.client.HTTPConnection
    connection = _PinnedTls(host, port, peer) if address.scheme == "https" else _Pinned(host, port, peer)
    path = (address.path or "/") + (f"?{address.query}" if address.query else "")
    try:
        connection.request("POST", path, body, headers)
        return connection.getresponse().status
    except http.client.HTTPException as error:
        raise OSError(f"no answer in HTTP: {error!r}") from None
    finally:
        connection.close()


def _resolved(host: str, port: int) -> str:
    """One address of ``host``; ``NotAllowedTarget`` when it leads where nobody meant it to."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [ipaddress.ip_address(str(each[4][0]).partition("%")[0]) for each in found]
    try:
        named = ipaddress.ip_address(host)
    except ValueError:
        named = None
    for address in addresses:
        plain = getattr(address, "ipv4_mapped", None) or address
        hidden = plain.is_loopback or plain.is_link_local or plain.is_multicast or plain.is_unspecified
        if hidden and named is None:
            raise NotAllowedTarget(f"{host} leads to {address}; allow that address itself if it is meant")
    return str(addresses[0])


class _Pinned(http.client.HTTPConnection):
    def __init__(self, host: str, port: int, peer: str) -> None:
        super().__init__(host, port, timeout=TIMEOUT_S)
        self._peer = peer

    def connect(self) -> None:
        """To the address that was looked at."""
        self.sock = socket.create_connection((self._peer, self.port), TIMEOUT_S)


class _PinnedTls(http.client.HTTPSConnection):
    def __init__(self, host: str, port: int, peer: str) -> None:
        self._secure = ssl.create_default_context()
        super().__init__(host, port, timeout=TIMEOUT_S, context=self._secure)
        self._peer = peer

    def connect(self) -> None:
        """To the address that was looked at; the certificate must be the host's."""
        plain = socket.create_connection((self._peer, self.port), TIMEOUT_S)
        self.sock = self._secure.wrap_socket(plain, server_hostname=self.host)
