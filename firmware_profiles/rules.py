"""What a single point must hold to be readable at all; each rule names its key and what was expected."""

from firmware_profiles.errors import ProfileInvalid
from firmware_profiles.format import REGISTERS, DataType, Encoding, Order, Point, Protocol, Table

_BIT_TABLES = (Table.COIL, Table.DISCRETE)
_MIXED = (Order.CDABGHEF, Order.EFGHABCD)
_BYTES = (DataType.INT8, DataType.UINT8)
_DECIMALS = frozenset(kind for kind in REGISTERS if kind.value.startswith("bcd"))
_MASKABLE = frozenset(kind for kind in REGISTERS if kind.value.startswith(("int", "uint")))
_INTEGERS = _MASKABLE | _DECIMALS | frozenset(_BYTES)


def check_point(file: str, protocol: Protocol, point: Point) -> None:
    """ProfileInvalid at the first rule the point breaks."""
    for key, wrong, expected in _rules(protocol, point):
        if wrong:
            raise ProfileInvalid(file, f"point {point.name}.{key}", expected)


def _rules(protocol: Protocol, point: Point) -> list[tuple[str, bool, str]]:
    text = point.type is DataType.STRING
    numeric = point.type in _BYTES or (point.type in REGISTERS and point.type is not DataType.BOOL)
    return [
        *_place_rules(protocol, point),
        ("words", point.words is not None and (point.field is None or not text), "only told text has words"),
        ("scale", point.scale == 0, "expected a number other than 0"),
        ("scale", (point.scale != 1 or point.offset != 0) and not numeric, f"a {point.type} cannot be scaled"),
        ("enum", point.enum is not None and point.type not in _INTEGERS, "only integers have codes"),
        ("flags", point.flags is not None and point.type is not DataType.UINT16, "only a uint16 has flags"),
        ("flags", any(not 0 <= bit <= 15 for bit in point.flags or ()), "expected bits from 0 to 15"),
        ("absent", point.absent is not None and point.type not in _INTEGERS, "only integers have an absent value"),
        ("order", point.order in _MIXED and REGISTERS.get(point.type) != 4, "eight letters are for 64-bit types"),
        ("faults", point.faults is not None and point.type not in _INTEGERS, "only integers have fault codes"),
        ("faults", point.absent is not None and point.absent in (point.faults or ()), "absent is no fault"),
        ("encoding", not text and point.encoding is not Encoding.ASCII, "only a string has an encoding"),
    ]


def _place_rules(protocol: Protocol, point: Point) -> list[tuple[str, bool, str]]:
    if protocol.told:
        return _told_rules(protocol, point)
    field = ("field", point.field is not None, f"a {protocol} device tells no fields")
    return [field, *(_modbus_rules(point) if protocol is Protocol.MODBUS else _opcua_rules(point))]


def _told_rules(protocol: Protocol, point: Point) -> list[tuple[str, bool, str]]:
    event = protocol is Protocol.OPCUA_EVENTS
    elsewhere = (point.table, point.address, None if event else point.node, point.bit, point.length, point.mask)
    return [
        ("node", event and not point.node, "a point of an event needs the type of the event as node"),
        ("field", not point.field, "a told point needs a field, the name of the value in what the device tells"),
        ("field", any(part is not None for part in elsewhere), "a told point has a field and no other place"),
        ("type", point.type in _DECIMALS, "a told number is an integer or a float"),
        ("writable", point.writable, "nothing is written to a device that tells its results"),
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
        ("type", point.type in _BYTES, "a byte in a register is a 16-bit integer with a mask"),
        ("type", in_bits and point.type is not DataType.BOOL, "coils and discrete inputs are bool"),
        (
            "bit",
            needs_bit and (point.bit is None or not 0 <= point.bit <= 15),
            "a bool in a register needs bit 0 to 15",
        ),
        ("bit", not needs_bit and point.bit is not None, "only a bool in a register has a bit"),
        ("length", text and not 1 <= (point.length or 0) <= 125, "a string needs a length of 1 to 125 registers"),
        ("length", not text and point.length is not None, "only a string has a length"),
        ("mask", point.mask is not None and point.type not in _MASKABLE, "only integers have a mask"),
        ("mask", point.mask is not None and not _neighbouring(point), "expected neighbouring bits within the type"),
        ("writable", point.writable and point.bit is not None, "one bit of a register cannot be written"),
        ("writable", point.writable and point.mask is not None, "some bits of a register cannot be written"),
        ("writable", point.writable and point.table in (Table.INPUT, Table.DISCRETE), "inputs cannot be written"),
    ]


def _neighbouring(point: Point) -> bool:
    mask = point.mask or 0
    if mask <= 0 or mask.bit_length() > 16 * REGISTERS[point.type]:
        return False
    lowest = mask & -mask
    return mask + lowest == 1 << mask.bit_length()


def _opcua_rules(point: Point) -> list[tuple[str, bool, str]]:
    return [
        ("node", not point.node, "an OPC UA point needs a node, such as 'ns=2;s={base}.Cycle'"),
        ("table", point.table is not None or point.address is not None, "an OPC UA point has a node only"),
        ("bit", point.bit is not None or point.length is not None, "bit and length belong to Modbus points"),
        ("mask", point.mask is not None, "a mask belongs to Modbus points"),
        ("type", point.type in _DECIMALS, "an OPC UA point has an OPC UA type"),
    ]
