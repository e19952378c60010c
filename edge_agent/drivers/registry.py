"""Every driver there is, with the settings it takes.

A driver's module is imported only when the driver is made, so an installation without its package can still check a
configuration, and says what to install.
"""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from edge_agent.drivers.interface import Driver, DriverContext
from edge_agent.errors import DriverUnknown, ExtraMissing

Port = Annotated[int, msgspec.Meta(ge=1, le=65535)]
Seconds = Annotated[float, msgspec.Meta(gt=0, le=60)]


class ModbusTcpSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a Modbus TCP device is. ``timeout`` is in seconds and bounds the connection and each request."""

    host: str
    port: Port = 502
    unit_id: Annotated[int, msgspec.Meta(ge=0, le=255)] = 1
    timeout: Seconds = 2.0


class OpcUaSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where an OPC UA server is and whom to trust.

    ``trust`` is a certificate file (DER or PEM) or a folder of them; it is needed unless ``security`` is "None".
    ``application_uri`` names this agent to the server and stands in its certificate.
    """

    url: Annotated[str, msgspec.Meta(pattern=r"^opc\.tcp://[^/\s]+")]
    security: Literal["Basic256Sha256", "None"] = "Basic256Sha256"
    trust: Path | None = None
    application_uri: str = "urn:zhuoyue:edge-agent"
    timeout: Seconds = 4.0


class DriverKind(msgspec.Struct, frozen=True, kw_only=True):
    """A driver by name: what it needs, and where its class is."""

    settings: type[msgspec.Struct]
    module: str
    factory: str
    protocol: str
    extra: str = "agent"


DRIVERS: dict[str, DriverKind] = {
    "modbus-tcp": DriverKind(
        settings=ModbusTcpSettings, module="edge_agent.drivers.modbus_tcp", factory="ModbusTcpDriver", protocol="modbus"
    ),
    "opcua": DriverKind(
        settings=OpcUaSettings, module="edge_agent.drivers.opcua", factory="OpcUaDriver", protocol="opcua"
    ),
}


def driver_kind(name: str) -> DriverKind:
    """The driver of that name; DriverUnknown names those there are."""
    try:
        return DRIVERS[name]
    except KeyError:
        message = f"driver {name!r} is unknown; use one of {', '.join(sorted(DRIVERS))}"
        raise DriverUnknown(message) from None


def create_driver(name: str, settings: msgspec.Struct, context: DriverContext) -> Driver:
    """Make a driver; connects to nothing. ``settings`` is an instance of the driver's settings type."""
    kind = driver_kind(name)
    try:
        module = import_module(kind.module)
    except ModuleNotFoundError as missing:
        if (missing.name or "").startswith("edge_agent"):
            raise
        message = (
            f"device {context.device}: driver {name} needs the package {missing.name!r}, which is not installed; "
            f"run: pip install 'zhuoyue[{kind.extra}]'"
        )
        raise ExtraMissing(message) from missing
    factory: Callable[[Any, DriverContext], Driver] = getattr(module, kind.factory)
    return factory(settings, context)
