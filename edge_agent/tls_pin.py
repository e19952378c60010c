"""TLS by which a pinned hub is known: by the key in its certificate, whoever signed that or nobody.

The key is compared inside the handshake, so nothing of a request is ever sent to somebody else, and no proxy or
library between can forget to ask.
"""

import ssl
from pathlib import Path

from traceability.enrolment import certificate_pin
from traceability.errors import Malformed


def tls_context(pins: tuple[str, ...], ca_file: Path | None = None) -> ssl.SSLContext | bool:
    """What httpx verifies a hub by: one of the pins, else the certificates in ``ca_file``, else the public ones.

    With a pin, names and dates in the certificate do not count. With a pin and a ``ca_file`` both must hold. A second
    pin is that of the certificate the hub will have next.
    """
    if not pins:
        return ssl.create_default_context(cafile=ca_file) if ca_file is not None else True
    context = _Pinned(ssl.PROTOCOL_TLS_CLIENT)
    context.pins = pins
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.check_hostname = False
    context.sslobject_class = _PinnedObject
    context.sslsocket_class = _PinnedSocket
    if ca_file is None:
        context.verify_mode = ssl.CERT_NONE
    else:
        context.load_verify_locations(cafile=ca_file)
    return context


class _Pinned(ssl.SSLContext):
    """Takes only a certificate whose key has one of these pins."""

    pins: tuple[str, ...] = ()


class _PinnedObject(ssl.SSLObject):
    def do_handshake(self) -> None:
        super().do_handshake()
        _check(self.getpeercert(binary_form=True), self.context)


class _PinnedSocket(ssl.SSLSocket):
    def do_handshake(self, block: bool = False) -> None:
        super().do_handshake(block)
        _check(self.getpeercert(binary_form=True), self.context)


def _check(certificate: bytes | None, context: ssl.SSLContext) -> None:
    assert isinstance(context, _Pinned)
    try:
        found = certificate_pin(certificate or b"")
    except Malformed:
        found = "none that can be read"
    if found not in context.pins:
        message = f"the hub's certificate has the pin {found}, hub.tls_pin is {' or '.join(context.pins)}"
        raise ssl.SSLCertVerificationError(ssl.SSLErrorNumber.SSL_ERROR_SSL, message)
