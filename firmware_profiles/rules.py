"""What a single point must hold to be readable at all; each rule names its key and what was expected."""

from firmware_profiles.errors import ProfileInvalid
from firmware_profiles.format import REGISTERS, DataType, Encoding, Order, Point, Protocol, Table

_BIT_TABLES = (Table.COIL, Table.DISCRETE)
_MIXED = (Order.CDABGHEF, Order.EFGHABCD)
_INTEGERS = frozenset(kind for kind in REGISTERS if kind.value.startswith(("int", "uint")))


def check_point(file: str, protocol: Protocol, point: Point) -> None:
    """ProfileInvalid at the first rule the point breaks."""
    for key, wrong, expected in _rules(protocol, point):
        if wrong:
            raise ProfileInvalid(file, f"point {point.name}.{key}", expected)


def _rules(protocol: Protocol, point: Point) -> list[tuple[str, bool, str]]:
    text = point.type is DataType.STRING
    numeric = point.type in REGISTERS and point.type is not DataType.BOOL
    return [
        *(_modbus_rules(point) if protocol is Protocol.MODBUS else _opcua_rules(point)),
        ("scale", point.scale == 0, "expected a number other than 0"),
        ("scale", (point.scale != 1 or point.offset != 0) and not numeric, f"a {point.type} cannot be scaled"),
        ("enum", point.enum is not None and point.type not in _INTEGERS, "only integers have codes"),
        ("flags", point.flags is not None and point.type is not DataType.UINT16, "only a uint16 has flags"),
        ("flags", any(not 0 <= bit <= 15 for bit in point.flags or ()), "expected bits from 0 to 15"),
        ("absent", point.absent is not None and point.type not in _INTEGERS, "only integers have an absent value"),
        ("order", point.order in _MIXED and REGISTERS.get(point.type) != 4, "eight letters are for 64-bit types"),
        ("encoding", not text and point.encoding is not Encoding.ASCII, "only a string has an encoding"),
    ]


def _modbus_rules(point: Point) -> list[tuple[str, bool, str]]:
    in_bits = point.table in _BIT_TABLES
    needs_bit = point.type is DataType.BOOL and not in_bits
    text = point.type is DataType.STRING
    return [
        ("node", point.node is not None, "a Modbus point has table and address, no node"),
        ("table", point.table is None, "expected holding, input, coil or discrete"),
        ("address", point.address is None or not 0 <= point.address <= 0xFFFF, "expected 0 to 65535"),
        ("type", point.type is DataType.DATETIME, "datetime is an OPC UA type"),
        ("type", in_bits and point.type is not DataType.BOOL, "coils and discrete inputs are bool"),
        (
            "bit",
            needs_bit and (point.bit is None or not 0 <= point.bit <= 15),
            "a bool in a register needs bit 0 to 15",
        ),
        ("bit", not needs_bit and point.bit is not None, "only a bool in a register has a bit"),
        ("length", text and not 1 <= (point.length or 0) <= 125, "a string needs a length of 1 to 125 registers"),
        ("length", not text and point.length is not None, "only a string has a length"),
        ("writable", point.writable and point.bit is not None, "one bit of a register cannot be written"),
        ("writable", point.writable and point.table in (Table.INPUT, Table.DISCRETE), "inputs cannot be written"),
    ]


def _opcua_rules(point: Point) -> list[tuple[str, bool, str]]:
    return [
        ("node", not point.node, "an OPC UA point needs a node, such as 'ns=2;s={base}.Cycle'"),
        ("table", point.table is not None or point.address is not None, "an OPC UA point has a node only"),
        ("bit", point.bit is not None or point.length is not None, "bit and length belong to Modbus points"),
    ]
