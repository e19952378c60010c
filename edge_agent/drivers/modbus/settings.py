"""Where a Modbus unit on a serial line is."""

from typing import Annotated, Literal

import msgspec

from edge_agent.drivers.setting_types import Port, Seconds

Unit = Annotated[int, msgspec.Meta(ge=1, le=247)]


class ModbusRtuSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A unit on a serial line; the defaults are those of Modbus over Serial Line 1.02.

    ``timeout`` (seconds) is how long the unit may think; the time that the characters take on the line is added.
    Devices on one line must agree in everything but ``unit_id``.
    """

    port: Annotated[str, msgspec.Meta(min_length=1)]
    baud: Annotated[int, msgspec.Meta(ge=300, le=4_000_000)] = 19_200
    parity: Literal["E", "O", "N"] = "E"
    stop_bits: Literal[1, 2] = 1
    unit_id: Unit = 1
    timeout: Seconds = 0.5


class ModbusRtuOverTcpSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A unit behind a serial device server that passes RTU frames through; such servers have no usual port.

    ``timeout`` (seconds) bounds the connection and each answer, with all its characters on the serial line.
    """

    host: str
    port: Port
    unit_id: Unit = 1
    timeout: Seconds = 1.0
