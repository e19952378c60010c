"""Every driver there is, with the settings it takes.

A driver's module is imported only when the driver is made, so an installation without its package can still check a
configuration, and says what to install.
"""

from collections.abc import Callable
from enum import StrEnum
from importlib import import_module
from typing import Annotated, Any

import msgspec

from edge_agent.drivers.interface import Driver, DriverContext, ResultSource
from edge_agent.drivers.llrp.settings import LlrpSettings
from edge_agent.drivers.modbus.settings import ModbusRtuOverTcpSettings, ModbusRtuSettings
from edge_agent.drivers.opcua.settings import OpcUaEventsSettings, OpcUaSettings
from edge_agent.drivers.open_protocol.settings import OpenProtocolSettings
from edge_agent.drivers.setting_types import Port, Seconds
from edge_agent.drivers.told_settings import (
    AqdefFolderSettings,
    CodeReaderSerialSettings,
    CodeReaderTcpSettings,
    CsvFolderSettings,
    JsonFolderSettings,
)
from edge_agent.errors import DriverUnknown, ExtraMissing


class ModbusTcpSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a Modbus TCP device is. ``timeout`` is in seconds and bounds the connection and each request."""

    host: str
    port: Port = 502
    unit_id: Annotated[int, msgspec.Meta(ge=0, le=255)] = 1
    timeout: Seconds = 2.0


class Manner(StrEnum):
    """How results come: stations poll a ``Driver`` and shake hands, or a ``ResultSource`` tells them."""

    POLLED = "polled"
    TOLD = "told"


class DriverKind(msgspec.Struct, frozen=True, kw_only=True):
    """A driver by name: what it needs, and where its class is."""

    settings: type[msgspec.Struct]
    module: str
    factory: str
    protocol: str
    manner: Manner = Manner.POLLED
    extra: str = "agent"


DRIVERS: dict[str, DriverKind] = {
    "modbus-tcp": DriverKind(
        settings=ModbusTcpSettings, module="edge_agent.drivers.modbus.tcp", factory="ModbusTcpDriver", protocol="modbus"
    ),
    "modbus-rtu": DriverKind(
        settings=ModbusRtuSettings, module="edge_agent.drivers.modbus.rtu", factory="ModbusRtuDriver", protocol="modbus"
    ),
    "modbus-rtu-over-tcp": DriverKind(
        settings=ModbusRtuOverTcpSettings,
        module="edge_agent.drivers.modbus.rtu",
        factory="ModbusRtuOverTcpDriver",
        protocol="modbus",
    ),
    "opcua": DriverKind(
        settings=OpcUaSettings, module="edge_agent.drivers.opcua.driver", factory="OpcUaDriver", protocol="opcua"
    ),
    "opcua-events": DriverKind(
        settings=OpcUaEventsSettings,
        module="edge_agent.drivers.opcua.events",
        factory="OpcUaEventSource",
        protocol="opcua-events",
        manner=Manner.TOLD,
    ),
    "code-reader-tcp": DriverKind(
        settings=CodeReaderTcpSettings,
        module="edge_agent.drivers.code_reader.tcp_line",
        factory="code_reader_tcp",
        protocol="code-reader",
        manner=Manner.TOLD,
    ),
    "code-reader-serial": DriverKind(
        settings=CodeReaderSerialSettings,
        module="edge_agent.drivers.code_reader.serial_line",
        factory="code_reader_serial",
        protocol="code-reader",
        manner=Manner.TOLD,
    ),
    "csv-folder": DriverKind(
        settings=CsvFolderSettings,
        module="edge_agent.drivers.files.watched_folder",
        factory="csv_folder",
        protocol="file",
        manner=Manner.TOLD,
    ),
    "json-folder": DriverKind(
        settings=JsonFolderSettings,
        module="edge_agent.drivers.files.watched_folder",
        factory="json_folder",
        protocol="file",
        manner=Manner.TOLD,
    ),
    "aqdef-folder": DriverKind(
        settings=AqdefFolderSettings,
        module="edge_agent.drivers.files.watched_folder",
        factory="aqdef_folder",
        protocol="file",
        manner=Manner.TOLD,
    ),
    "llrp": DriverKind(
        settings=LlrpSettings,
        module="edge_agent.drivers.llrp.source",
        factory="LlrpSource",
        protocol="llrp",
        manner=Manner.TOLD,
    ),
    "open-protocol": DriverKind(
        settings=OpenProtocolSettings,
        module="edge_agent.drivers.open_protocol.source",
        factory="OpenProtocolSource",
        protocol="open-protocol",
        manner=Manner.TOLD,
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
    """Make a polled driver; connects to nothing. ``settings`` is an instance of the driver's settings type."""
    made: Driver = _factory(name, context, Manner.POLLED)(settings, context)
    return made


def create_source(name: str, settings: msgspec.Struct, context: DriverContext) -> ResultSource:
    """Make a source of results; connects to nothing."""
    made: ResultSource = _factory(name, context, Manner.TOLD)(settings, context)
    return made


def _factory(name: str, context: DriverContext, manner: Manner) -> Callable[[Any, DriverContext], Any]:
    kind = driver_kind(name)
    if kind.manner is not manner:
        message = f"device {context.device}: driver {name} is {kind.manner}, not {manner}"
        raise DriverUnknown(message)
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
    factory: Callable[[Any, DriverContext], Any] = getattr(module, kind.factory)
    return factory
