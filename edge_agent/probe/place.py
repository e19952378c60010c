"""Where to probe: ``host:port`` of a Modbus TCP device or gateway, or the URL of an OPC UA server."""

import re
from typing import Annotated

import msgspec

from edge_agent.errors import AgentError
from edge_agent.probe.scan import Range
from firmware_profiles.format import Table

_MODBUS = re.compile(r"(?:modbus\.tcp://|tcp://)?(\[[0-9A-Fa-f:]+\]|[^:/\s]+)(?::([0-9]{1,5}))?")
_RANGE = re.compile(r"(holding|input):([0-9]{1,5})-([0-9]{1,5})")
_USUAL_PORT = 502
_LAST = 0xFFFF
_MOST_UNITS = 64

Unit = Annotated[int, msgspec.Meta(ge=0, le=255)]


class ModbusPlace(msgspec.Struct, frozen=True):
    """A host and a port."""

    host: str
    port: int


class OpcUaPlace(msgspec.Struct, frozen=True):
    """A URL."""

    url: str


def read_place(text: str) -> ModbusPlace | OpcUaPlace:
    """The address of a device; AgentError when it is none."""
    if text.startswith("opc.tcp://"):
        return OpcUaPlace(text)
    found = _MODBUS.fullmatch(text)
    port = int(found[2] or _USUAL_PORT) if found else 0
    if found is None or not 0 < port <= _LAST:
        raise AgentError("is no address", where=text, advice="give HOST:PORT of Modbus TCP, or an opc.tcp:// URL")
    return ModbusPlace(found[1].strip("[]"), port)


def read_units(text: str) -> list[int]:
    """``1-10,247`` as numbers, at most 64 of them."""
    units: list[int] = []
    for part in text.split(","):
        first, _, last = part.strip().partition("-")
        if not first.isdecimal() or not (last or "0").isdecimal():
            raise AgentError(f"{part.strip()!r} is no unit id", where="--units", advice="write them like 1-10,247")
        units += range(int(first), int(last or first) + 1)
    if not units or not 0 <= min(units) <= max(units) <= 255 or len(units) > _MOST_UNITS:
        raise AgentError(f"expected 1 to {_MOST_UNITS} unit ids from 0 to 255", where="--units")
    return units


def read_range(text: str) -> Range:
    """``holding:0-199`` as a range."""
    found = _RANGE.fullmatch(text.strip())
    if found is None or not int(found[2]) <= int(found[3]) <= _LAST:
        raise AgentError(f"{text!r} is no range", where="--range", advice="write it like holding:0-199 or input:0-99")
    return Range(table=Table(found[1]), first=int(found[2]), last=int(found[3]))
