"""Which endpoint of a server to use, and whether the certificate it shows is one to talk to.

The certificate is pinned: it must be in the trust list itself, in its time, for the host of the address and for the
application that the server says it is (OPC 10000-4, 6.1.3). One that is not trusted is kept under ``opcua/rejected``
for a person to compare and to copy into the trust list.
"""

import ipaddress
import socket
from collections.abc import Sequence
from urllib.parse import urlsplit

from asyncua import ua
from asyncua.crypto.security_policies import (
    SecurityPolicy,
    SecurityPolicyAes256Sha256RsaPss,
    SecurityPolicyBasic256Sha256,
)
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from edge_agent.drivers.interface import DriverContext
from edge_agent.drivers.opcua.identity import fingerprint, load_trusted
from edge_agent.drivers.opcua.settings import OpcUaSettings
from edge_agent.errors import DeviceRefused, DeviceUntrusted

POLICIES: dict[str, type[SecurityPolicy]] = {
    "Basic256Sha256": SecurityPolicyBasic256Sha256,
    "Aes256Sha256RsaPss": SecurityPolicyAes256Sha256RsaPss,
}
MODES = {"Sign": ua.MessageSecurityMode.Sign, "SignAndEncrypt": ua.MessageSecurityMode.SignAndEncrypt}


class ServerTrust:
    """The rules of one device; ``where`` is its name and address for messages."""

    def __init__(self, settings: OpcUaSettings, context: DriverContext) -> None:
        self._settings = settings
        self._context = context
        self._where = (context.device, settings.url)

    def choose(self, endpoints: Sequence[ua.EndpointDescription]) -> ua.EndpointDescription:
        """The endpoint with the policy and mode of the settings; DeviceRefused names what there is instead."""
        mode, policy = MODES[self._settings.mode], POLICIES[self._settings.security].URI
        for endpoint in endpoints:
            if endpoint.SecurityMode == mode and endpoint.SecurityPolicyUri == policy and endpoint.ServerCertificate:
                return endpoint
        offered = sorted({f"{_policy_name(each)} {each.SecurityMode.name}" for each in endpoints})
        what = (
            f"it offers no {self._settings.security} {self._settings.mode}; it offers {', '.join(offered) or 'nothing'}"
        )
        raise DeviceRefused(*self._where, what, "switch that on in the server, or change security and mode")

    def checked(self, endpoint: ua.EndpointDescription) -> x509.Certificate:
        """The certificate of an endpoint; DeviceUntrusted says what is wrong with it and what to do."""
        try:
            presented = x509.load_der_x509_certificate(_first_of_chain(endpoint.ServerCertificate))
        except ValueError as problem:
            what = f"its certificate cannot be read ({problem})"
            raise DeviceUntrusted(*self._where, what, "give the server a valid certificate") from problem
        self._check_listed(presented)
        self._check_time(presented)
        self._check_names(presented, endpoint.Server.ApplicationUri)
        return presented

    def _check_listed(self, presented: x509.Certificate) -> None:
        trust = self._settings.trust
        if trust is None or presented not in load_trusted(trust):
            kept = self._keep_rejected(presented)
            what = f"its certificate is not trusted (SHA-256 {fingerprint(presented)})"
            todo = f"compare that with the server, then copy {kept} to {trust or 'the file that trust = names'}"
            raise DeviceUntrusted(*self._where, what, todo)

    def _check_time(self, presented: x509.Certificate) -> None:
        now = self._context.clock()
        if not presented.not_valid_before_utc <= now <= presented.not_valid_after_utc:
            valid = f"{presented.not_valid_before_utc:%Y-%m-%d} to {presented.not_valid_after_utc:%Y-%m-%d}"
            what = f"its certificate is valid from {valid}, the clock says {now:%Y-%m-%d}"
            raise DeviceUntrusted(*self._where, what, "renew the server's certificate or set the clock")

    def _check_names(self, presented: x509.Certificate, application: str | None) -> None:
        hosts, uris = _names(presented)
        if application and uris and application not in uris:
            what = f"its certificate is for the application {', '.join(uris)}, but it says it is {application}"
            raise DeviceUntrusted(*self._where, what, "make the server's application URI and its certificate agree")
        wanted = self._hosts()
        if self._settings.check_host and not wanted & {host.lower() for host in hosts}:
            asked = urlsplit(self._settings.url).hostname
            what = f"its certificate is for the host {', '.join(hosts) or '(none)'}, not for {asked}"
            todo = "use that name in url, or renew the certificate, or set check_host = false: its key is pinned anyway"
            raise DeviceUntrusted(*self._where, what, todo)

    def _hosts(self) -> set[str]:
        """The names under which the host of the address may be known; this machine also goes by its own names."""
        host = (urlsplit(self._settings.url).hostname or "").lower()
        try:
            loopback = ipaddress.ip_address(host).is_loopback
        except ValueError:
            loopback = host == "localhost"
        own = {"localhost", "127.0.0.1", "::1", socket.gethostname().lower()}
        return own | {host} if loopback else {host}

    def _keep_rejected(self, presented: x509.Certificate) -> str:
        folder = self._context.data / "opcua" / "rejected"
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{fingerprint(presented).replace(':', '')}.der"
        path.write_bytes(presented.public_bytes(Encoding.DER))
        return str(path)


def _names(certificate: x509.Certificate) -> tuple[list[str], list[str]]:
    """Hosts and application URIs in the subject alternative name."""
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, ValueError):
        return [], []
    addresses = [str(address) for address in names.get_values_for_type(x509.IPAddress)]
    return [*names.get_values_for_type(x509.DNSName), *addresses], names.get_values_for_type(
        x509.UniformResourceIdentifier
    )


def _policy_name(endpoint: ua.EndpointDescription) -> str:
    return str(endpoint.SecurityPolicyUri or "").rpartition("#")[2]


def _first_of_chain(der: bytes) -> bytes:
    # A server may send its issuers after its own certificate; the outer SEQUENCE says where the first one ends.
    return der[: int.from_bytes(der[2:4], "big") + 4]
