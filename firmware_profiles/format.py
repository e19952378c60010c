"""The types of a device profile: how one model of a device is read and what may be written to it.

A profile is a TOML file; ``firmware_profiles.parse`` reads it, ``firmware_profiles.check`` proves it. Addresses count
from 0 and are relative to the base of a station, so that one profile serves every station of a controller.
Limits of characteristics are not here: they belong to the control plan.
"""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

import msgspec

Value = bool | int | Decimal | str | None
"""A decoded value: exact, never a binary float. ``None`` is the device's own way to say it has no value."""


class Protocol(StrEnum):
    """What the device speaks."""

    MODBUS = "modbus"
    OPCUA = "opcua"
    OPCUA_EVENTS = "opcua-events"
    CODE_READER = "code-reader"
    FILE = "file"
    OPEN_PROTOCOL = "open-protocol"
    LLRP = "llrp"

    @property
    def told(self) -> bool:
        """Whether the device tells complete results by itself; its points name fields of what it tells."""
        return self not in (Protocol.MODBUS, Protocol.OPCUA)


class Table(StrEnum):
    """The four tables of a Modbus device (Modbus Application Protocol 1.1b3, 4.3)."""

    HOLDING = "holding"
    INPUT = "input"
    COIL = "coil"
    DISCRETE = "discrete"


class DataType(StrEnum):
    """How the device stores a value.

    ``datetime``, ``int8`` and ``uint8`` exist in OPC UA only; a ``datetime`` is read as ms since 1970 UTC. A ``bcd``
    keeps one decimal digit in every four bits. A byte in a register is an int16 or uint16 with a mask.
    """

    BOOL = "bool"
    INT8 = "int8"
    UINT8 = "uint8"
    INT16 = "int16"
    UINT16 = "uint16"
    INT32 = "int32"
    UINT32 = "uint32"
    INT64 = "int64"
    UINT64 = "uint64"
    FLOAT32 = "float32"
    FLOAT64 = "float64"
    BCD16 = "bcd16"
    BCD32 = "bcd32"
    BCD64 = "bcd64"
    STRING = "string"
    DATETIME = "datetime"


class Order(StrEnum):
    """The bytes as they come over the wire; A is the most significant one.

    For 64 bits the four-letter names mean ABCDEFGH, BADCFEHG, GHEFCDAB and HGFEDCBA; the two eight-letter names are
    the mixed orders of devices that join two 32-bit halves. For 16 bits and text only the order within a register
    counts: A before B, or B before A.
    """

    ABCD = "ABCD"
    BADC = "BADC"
    CDAB = "CDAB"
    DCBA = "DCBA"
    CDABGHEF = "CDABGHEF"
    EFGHABCD = "EFGHABCD"


class Encoding(StrEnum):
    """Character sets of text in registers; ``utf-16-be`` with the order BADC is the little-endian one."""

    ASCII = "ascii"
    UTF_8 = "utf-8"
    GB18030 = "gb18030"
    LATIN_1 = "latin-1"
    SHIFT_JIS = "shift_jis"
    UTF_16 = "utf-16-be"


class Point(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One value of a device.

    Modbus points have ``table`` and ``address``, OPC UA points have ``node``; points of a device that tells results
    have ``field``, the name or path of the value in what it tells, and ``words`` names the texts of such a field.
    The decoded value of a number is
    raw x ``scale`` + ``offset`` in ``uom`` (a UCUM code). ``length`` counts registers of a string. ``bit`` picks one
    bit of a 16-bit word; ``mask`` picks neighbouring bits of an integer, which then are the raw number (in a signed
    type the highest of them is the sign). ``enum`` names the codes of a number; ``flags`` names the bits of one;
    ``absent`` is the raw number by which the device says it has no value; ``faults`` names the raw numbers by which
    it says that something is wrong.
    """

    name: str
    type: DataType
    table: Table | None = None
    address: int | None = None
    node: str | None = None
    field: str | None = None
    words: dict[str, str] | None = None
    length: int | None = None
    encoding: Encoding = Encoding.ASCII
    order: Order = Order.ABCD
    scale: Decimal = Decimal(1)
    offset: Decimal = Decimal(0)
    bit: int | None = None
    mask: int | None = None
    enum: dict[int, str] | None = None
    flags: dict[int, str] | None = None
    absent: int | None = None
    faults: dict[int, str] | None = None
    uom: str | None = None
    writable: bool = False


class Forbidden(msgspec.Struct, frozen=True, kw_only=True):
    """Addresses ``first`` to ``last`` (both included) of ``table`` that no read may touch."""

    table: Table
    first: int
    last: int


class Layout(msgspec.Struct, frozen=True, kw_only=True):
    """What block reads of a device must respect.

    The largest gap to read over, gaps never to read over, and how many registers the device gives in one answer.
    """

    max_gap: int = 0
    max_registers: int = 125
    forbidden: tuple[Forbidden, ...] = ()


class Example(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Proof of a point: this raw content is this value, or is a ``fault``.

    ``raw`` is the list of registers (or the one bit) of a Modbus point, or the scalar of an OPC UA node. Without a
    value and without ``fault`` the device says that it has no value.
    """

    point: str
    raw: list[int] | bool | int | Decimal | str | datetime
    value: Value = None
    fault: bool = False


class Identification(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """By what a device is recognised: patterns with ``*`` and ``?``, whatever the case.

    Modbus function 43/14 gives vendor name, product code and revision (objects 0, 1, 2); OPC UA BuildInfo gives
    ManufacturerName, ProductUri or ProductName, and SoftwareVersion. ``firmware`` is the range of revisions that the
    profile is for, such as ``>=2.0, <4``.
    """

    vendor: str | None = None
    product: str | None = None
    revision: str | None = None
    firmware: str | None = None


class Difference(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What reads differently in firmware of ``range``: points that are new or changed, and points that are gone.

    An example here replaces the profile's own examples of its point.
    """

    range: str
    points: tuple[Point, ...] = ()
    removed: tuple[str, ...] = ()
    examples: tuple[Example, ...] = ()


class Firmware(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The firmware versions a profile is for, dotted numbers, both ends included; open where left out."""

    first: str | None = None
    last: str | None = None


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """How to read one model of a device.

    ``source`` is the document the map comes from, ``checked`` says how it was checked against it. ``roles`` map what
    a station handshake needs (trigger, cycle, serial ...) to the names of points; ``handshake`` is how they are used.
    Addresses are those on the wire, from 0, whatever ``address_base`` the file counts from.
    """

    vendor: str
    model: str
    protocol: Protocol
    source: str
    checked: str
    points: tuple[Point, ...]
    description: str = ""
    firmware: Firmware = Firmware()
    differences: tuple[Difference, ...] = ()
    identification: Identification = Identification()
    address_base: int = 0
    handshake: str = "four-phase"
    roles: dict[str, str] = {}
    layout: Layout = Layout()
    examples: tuple[Example, ...] = ()

    def point(self, name: str) -> Point:
        """The point of that name; KeyError when there is none."""
        for point in self.points:
            if point.name == name:
                return point
        raise KeyError(name)


ROLES = (
    "trigger",
    "status",
    "cycle",
    "cycle_time",
    "verdict",
    "flags",
    "purpose",
    "defect",
    "serial",
    "lot",
    "code",
    "symbology",
    "acknowledge",
    "error",
    "permit_request",
    "permit_serial",
    "permit_answer",
    "permit_reason",
    "recipe",
    "recipe_version",
    "tool",
    "nest",
    "cavity",
    "program",
    "operator",
)
"""Every role a station understands."""

REGISTERS: dict[DataType, int] = {
    DataType.BOOL: 1,
    DataType.INT16: 1,
    DataType.UINT16: 1,
    DataType.INT32: 2,
    DataType.UINT32: 2,
    DataType.FLOAT32: 2,
    DataType.INT64: 4,
    DataType.UINT64: 4,
    DataType.FLOAT64: 4,
    DataType.BCD16: 1,
    DataType.BCD32: 2,
    DataType.BCD64: 4,
}
"""Modbus registers of each type of fixed size."""


def span(point: Point) -> int:
    """How many registers (or bits) of its table a Modbus point occupies."""
    if point.type is DataType.STRING:
        return point.length or 0
    return REGISTERS[point.type]
