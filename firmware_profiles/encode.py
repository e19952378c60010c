"""A value to the raw content of a point: the inverse of ``decode``, for writes and for simulated devices.

Exact or refused: a value between two steps of a scaled integer is an EncodeFault. Only floats round, to the nearest
float of their width.
"""

import math
import struct
from datetime import UTC, datetime, timedelta
from decimal import Decimal, DivisionByZero, Inexact, InvalidOperation
from fractions import Fraction

from firmware_profiles.decode import DECIMAL_DIGITS, EXACT, FLOATS, INTEGER_BITS, RawScalar, text_endian, wire_letters
from firmware_profiles.errors import EncodeFault
from firmware_profiles.format import DataType, Point, Value, span

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_PADDING = b"\0"


def encode(point: Point, value: Value) -> tuple[int, ...] | RawScalar:
    """Registers or the bit of a Modbus point, the scalar of an OPC UA node."""
    return encode_scalar(point, value) if point.node is not None else encode_registers(point, value)


def encode_registers(point: Point, value: Value) -> tuple[int, ...]:
    """The registers of a Modbus point (or its one bit). Some bits of a word cannot be written by themselves."""
    if point.bit is not None or point.mask is not None:
        raise EncodeFault(point.name, "some bits of a word cannot be written without the others")
    if point.type is DataType.BOOL:
        return (int(_bool(point, value)),)
    if point.type is DataType.STRING:
        return _text_registers(point, _text(point, value))
    size = 2 * span(point)
    if point.type in FLOATS:
        packed = struct.pack(FLOATS[point.type], _float(point, value))
    elif point.type in DECIMAL_DIGITS:
        packed = bytes.fromhex(f"{_integer(point, value):0{DECIMAL_DIGITS[point.type]}d}")
    else:
        packed = _integer(point, value).to_bytes(size, "big", signed=INTEGER_BITS[point.type][1])
    wire = bytes(packed[ord(letter) - ord("A")] for letter in wire_letters(point.order, size))
    return tuple(int.from_bytes(wire[at : at + 2], "big") for at in range(0, size, 2))


def encode_scalar(point: Point, value: Value) -> RawScalar:
    """The scalar of an OPC UA node; a ``datetime`` is given in ms since 1970 UTC."""
    if point.type is DataType.BOOL:
        return _bool(point, value)
    if point.type is DataType.STRING:
        return _text(point, value)
    if point.type is DataType.DATETIME:
        if isinstance(value, bool) or not isinstance(value, int):
            raise EncodeFault(point.name, f"a datetime is written in ms since 1970 UTC, not {value!r}")
        try:
            return _EPOCH + timedelta(milliseconds=value)
        except OverflowError:
            raise EncodeFault(point.name, f"{value} ms is past the last year of the calendar") from None
    if point.type in FLOATS:
        return _float(point, value)
    return _integer(point, value)


def _bool(point: Point, value: Value) -> bool:
    if not isinstance(value, bool):
        raise EncodeFault(point.name, f"expected true or false, got {value!r}")
    return value


def _text(point: Point, value: Value) -> str:
    if not isinstance(value, str):
        raise EncodeFault(point.name, f"expected text, got {value!r}")
    if "\0" in value or value.endswith(" "):
        raise EncodeFault(point.name, "NUL and spaces at the end cannot be told from padding")
    return value


def _text_registers(point: Point, text: str) -> tuple[int, ...]:
    size = 2 * span(point)
    try:
        content = text.encode(point.encoding)
    except UnicodeEncodeError as broken:
        raise EncodeFault(point.name, f"{text!r} is not {point.encoding}: {broken.reason}") from None
    if content.decode(point.encoding) != text:
        raise EncodeFault(point.name, f"{text!r} reads back otherwise in {point.encoding}")
    if len(content) > size:
        raise EncodeFault(point.name, f"{text!r} takes {len(content)} bytes, there are {size}")
    padded = content.ljust(size, _PADDING)
    return tuple(int.from_bytes(padded[at : at + 2], text_endian(point)) for at in range(0, size, 2))


def _number(point: Point, value: Value) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise EncodeFault(point.name, f"expected a number, got {value!r}")
    try:
        return EXACT.divide(EXACT.subtract(Decimal(value), point.offset), point.scale)
    except (Inexact, InvalidOperation, DivisionByZero):
        raise EncodeFault(point.name, f"{value} is no multiple of the scale {point.scale}") from None


def _integer(point: Point, value: Value) -> int:
    if value is None:
        if point.absent is None:
            raise EncodeFault(point.name, "the profile has no raw value for 'no value'")
        return point.absent
    if point.enum is not None:
        for code, name in point.enum.items():
            if name == value:
                return code
        raise EncodeFault(point.name, f"{value!r} is not one of {', '.join(point.enum.values())}")
    number = _number(point, value)
    low, end = _integer_range(point.type)
    if number != number.to_integral_value() or not low <= number < end:
        raise EncodeFault(point.name, f"{value} is no {point.type} with scale {point.scale}")
    return int(number)


def _integer_range(kind: DataType) -> tuple[int, int]:
    if kind in DECIMAL_DIGITS:
        return 0, 10 ** DECIMAL_DIGITS[kind]
    bits, signed = INTEGER_BITS[kind]
    low = -(1 << bits - 1) if signed else 0
    return low, low + (1 << bits)


def _float(point: Point, value: Value) -> float:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise EncodeFault(point.name, f"expected a number, got {value!r}")
    code = FLOATS[point.type]
    try:
        number = float((Fraction(value) - Fraction(point.offset)) / Fraction(point.scale))
        number = float(struct.unpack(code, struct.pack(code, number))[0])
    except (OverflowError, ValueError):
        number = math.inf
    if not math.isfinite(number):
        raise EncodeFault(point.name, f"{value} is out of the range of {point.type}")
    return number
