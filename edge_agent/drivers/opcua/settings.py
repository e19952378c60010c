"""Settings of what speaks OPC UA; checked before anything connects."""

from pathlib import Path
from typing import Annotated, Literal

import msgspec

from edge_agent.drivers.setting_types import Seconds
from edge_agent.secret import Secret


class OpcUaSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where an OPC UA server is, whom to trust, and as whom to log in.

    ``trust`` is a certificate file (DER or PEM) or a folder of them; it is needed unless ``security`` is "None".
    ``check_host`` asks that the server's certificate names the host of ``url``. ``application_uri`` names this agent
    to the server and stands in its certificate. ``batch`` is the most nodes of one request; a server's own limits are
    kept besides. ``registered_reads`` has the server prepare the nodes, where it can.
    """

    url: Annotated[str, msgspec.Meta(pattern=r"^opc\.tcp://[^/@\s]+(/\S*)?$")]
    security: Literal["Basic256Sha256", "Aes256Sha256RsaPss", "None"] = "Basic256Sha256"
    mode: Literal["SignAndEncrypt", "Sign"] = "SignAndEncrypt"
    trust: Path | None = None
    check_host: bool = True
    application_uri: str = "urn:zhuoyue:edge-agent"
    user: str | None = None
    password: Secret | None = None
    user_certificate: Path | None = None
    user_key: Path | None = None
    batch: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 100
    registered_reads: bool = False
    timeout: Seconds = 4.0

    def __post_init__(self) -> None:
        if (self.user is None) != (self.password is None):
            message = "expected user together with password"
            raise ValueError(message)
        if (self.user_certificate is None) != (self.user_key is None):
            message = "expected user_certificate together with user_key"
            raise ValueError(message)
        if self.user is not None and self.user_certificate is not None:
            message = "expected user or user_certificate, not both"
            raise ValueError(message)
        if self.security == "None" and (self.user or self.user_certificate):
            message = 'expected security other than "None" for a login: anyone on the line could read it'
            raise ValueError(message)


class OpcUaEventsSettings(OpcUaSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An OPC UA server that tells results as events of the node ``notifier``, by default of the whole server.

    ``results`` is the server's ResultManagement object (OPC 40001-101), where it has one: what was raised without a
    connection is asked for there. Without it such a gap is a loss entry.
    """

    notifier: str = "i=2253"
    results: str | None = None
