"""Raw content of a point to its value. Pure, exact: scaled numbers are Decimals, never binary floats.

A float becomes the shortest decimal that reads back as the same float of its width: the register pair of 12.1 is
Decimal("12.1"), not 12.1000003815. NaN, infinities, codes without a name and broken text are DecodeFaults.
"""

import math
import struct
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Context, Decimal, Inexact
from functools import cache
from typing import Literal

from firmware_profiles.errors import DecodeFault
from firmware_profiles.field import field_scalar
from firmware_profiles.format import REGISTERS, DataType, Encoding, Order, Point, Value

RawScalar = bool | int | float | str | datetime | None

INTEGER_BITS: dict[DataType, tuple[int, bool]] = {
    DataType.INT8: (8, True),
    DataType.UINT8: (8, False),
    DataType.INT16: (16, True),
    DataType.UINT16: (16, False),
    DataType.INT32: (32, True),
    DataType.UINT32: (32, False),
    DataType.INT64: (64, True),
    DataType.UINT64: (64, False),
}
"""Width and signedness of the integer types."""

DECIMAL_DIGITS = {DataType.BCD16: 4, DataType.BCD32: 8, DataType.BCD64: 16}
"""Decimal digits of the BCD types."""

FLOATS = {DataType.FLOAT32: ">f", DataType.FLOAT64: ">d"}
EXACT = Context(prec=1100, traps=[Inexact])
"""Wide enough that scaling any 64-bit number is exact."""

_BOOL, _STRING, _FLOAT64, _ABCD = DataType.BOOL, DataType.STRING, DataType.FLOAT64, Order.ABCD
_SMALLEST_NORMAL = 2.0**-126
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EIGHT = {
    Order.ABCD: "ABCDEFGH",
    Order.BADC: "BADCFEHG",
    Order.CDAB: "GHEFCDAB",
    Order.DCBA: "HGFEDCBA",
    Order.CDABGHEF: "CDABGHEF",
    Order.EFGHABCD: "EFGHABCD",
}


def decode(point: Point, raw: Sequence[int] | RawScalar | Decimal | bytes) -> Value:
    """The value of what a driver read: registers or bits of a Modbus point, a scalar of a node, a told field."""
    if point.field is not None:
        return decode_field(point, raw)
    if type(raw) is tuple:  # what drivers give for registers; the check below is slow
        return decode_registers(point, raw)
    if isinstance(raw, Decimal | bytes):
        raise DecodeFault(point.name, f"expected {point.type}, the device gave {type(raw).__name__} {raw!r}")
    if isinstance(raw, Sequence) and not isinstance(raw, str):
        return decode_registers(point, raw)
    return decode_scalar(point, raw)


def decode_field(point: Point, raw: object) -> Value:
    """The value of a field of a told result."""
    scalar = field_scalar(point, raw)
    if isinstance(scalar, Decimal):
        return _scaled(point, scalar)
    if isinstance(scalar, str) and point.words is not None:
        if scalar not in point.words:
            raise DecodeFault(point.name, f"the word {scalar[:60]!r} has no name; known are {sorted(point.words)}")
        return point.words[scalar]
    return decode_scalar(point, scalar)


def decode_registers(point: Point, registers: Sequence[int]) -> Value:
    """The value of a Modbus point from exactly the registers (or the one bit) it spans."""
    kind = point.type
    width = point.length or 0 if kind is _STRING else REGISTERS.get(kind)
    if width is None:
        raise DecodeFault(point.name, f"{kind} does not come in registers")
    if len(registers) != width:
        raise DecodeFault(point.name, f"{kind} takes {width} registers, got {len(registers)}")
    try:
        content = struct.pack(f">{width}H", *registers)
    except struct.error:
        raise DecodeFault(point.name, "a register is not a 16-bit number") from None
    if kind is _BOOL:
        return _bit(point, registers[0])
    if kind is _STRING:
        return _text(point, content)
    packed = most_significant_first(point.order, len(content), content)
    if (form := FLOATS.get(kind)) is not None:
        return _finite(point, struct.unpack(form, packed)[0])
    if kind in DECIMAL_DIGITS:
        return _integer(point, _decimal_digits(point, packed))
    signed = INTEGER_BITS[kind][1]
    if point.mask is not None:
        return _integer(point, _masked(point.mask, int.from_bytes(packed, "big"), signed))
    return _integer(point, int.from_bytes(packed, "big", signed=signed))


def decode_scalar(point: Point, scalar: RawScalar) -> Value:
    """The value of an OPC UA node; the server's type must be the profile's, nothing is coerced."""
    match scalar:
        case bool() if point.type is DataType.BOOL:
            return scalar
        case str() if point.type is DataType.STRING:
            return scalar.rstrip("\0 ")
        case None if point.type is DataType.STRING:
            return ""  # a null String is an empty one (OPC 10000-6, 5.2.2.4)
        case datetime() if point.type is DataType.DATETIME:
            return milliseconds(scalar)
        case float() if point.type in FLOATS:
            return _float(point, scalar)
        case int() if point.type in INTEGER_BITS and not isinstance(scalar, bool):
            return _integer(point, _in_range(point, scalar))
    raise DecodeFault(point.name, f"expected {point.type}, the device gave {type(scalar).__name__} {scalar!r}")


def milliseconds(time: datetime) -> int:
    """ms since 1970 UTC; times before count as 0 (OPC UA writes 1601 for a clock that was never set)."""
    if time.tzinfo is None:
        time = time.replace(tzinfo=UTC)
    return max(0, (time - _EPOCH) // timedelta(milliseconds=1))


def most_significant_first(order: Order, size: int, content: bytes) -> bytes:
    """Bytes as they came over the wire, most significant first."""
    if order is _ABCD:
        return content
    return bytes([content[at] for at in _places(order, size)])


@cache
def _places(order: Order, size: int) -> tuple[int, ...]:
    """Where each byte is on the wire, the most significant one first."""
    letters = wire_letters(order, size)
    return tuple(letters.index(letter) for letter in sorted(letters))


def wire_letters(order: Order, size: int) -> str:
    """The order as letters for a number of ``size`` bytes: 2, 4 or 8."""
    if size == 8:
        return _EIGHT[order]
    if size == 4:
        return order.value[:4]
    return "BA" if order in (Order.BADC, Order.DCBA) else "AB"


def text_endian(point: Point) -> Literal["big", "little"]:
    """Which of a register's two characters comes first."""
    return "little" if wire_letters(point.order, 2) == "BA" else "big"


def shortest(number: float, width: DataType) -> Decimal:
    """The shortest decimal that reads back as the same float32 or float64; of several, the closest."""
    if width is _FLOAT64:
        return Decimal(repr(number))
    packed = struct.pack(">f", number)
    first = 1
    if abs(number) >= _SMALLEST_NORMAL:
        # Every decimal of up to six digits comes back from the nearest normal float when that is rounded to six
        # digits. So a short one is found at once, without its zeros, and only seven and eight digits are left to try.
        mantissa, _, exponent = f"{number:.5e}".partition("e")
        text = f"{mantissa.rstrip('0').rstrip('.')}e{exponent}"
        if _packs_to(text, packed):
            return Decimal(text)
        first = 7
    lopsided = abs(math.frexp(number)[0]) == 0.5
    for digits in range(first, 9):
        text = f"{number:.{digits - 1}e}"
        if _packs_to(text, packed):
            return Decimal(text)
        if lopsided and _packs_to(above := _one_up(text), packed):
            return above
    return Decimal(f"{number:.9g}")


def _one_up(text: str) -> Decimal:
    # Above a power of two floats lie farther apart than below it, so the nearest short decimal may lie below, outside
    # the float's interval, while the next one up in magnitude is inside.
    number = Decimal(text)
    step = Decimal((0, (1,), int(number.as_tuple().exponent)))
    return number + step.copy_sign(number)


def _packs_to(candidate: Decimal | str, packed: bytes) -> bool:
    try:
        return struct.pack(">f", float(candidate)) == packed
    except OverflowError:
        return False


def _bit(point: Point, word: int) -> bool:
    if point.bit is not None:
        return bool(word >> point.bit & 1)
    if word not in (0, 1):
        raise DecodeFault(point.name, f"a bool is 0 or 1, the device gave {word}")
    return word == 1


def _masked(mask: int, word: int, signed: bool) -> int:
    lowest = mask & -mask
    number, width = (word & mask) // lowest, (mask // lowest).bit_length()
    return number - (1 << width) if signed and number >> width - 1 else number


def _decimal_digits(point: Point, packed: bytes) -> int:
    digits = packed.hex()
    if not digits.isdecimal():
        raise DecodeFault(point.name, f"{digits} holds a digit above 9, which BCD does not have")
    return int(digits)


def text_until_nul(content: bytes, encoding: Encoding) -> bytes:
    """What stands before the first NUL character."""
    if encoding is not Encoding.UTF_16:
        return content.split(b"\0", 1)[0]
    ends = (at for at in range(0, len(content) - 1, 2) if content[at : at + 2] == b"\0\0")
    return content[: next(ends, len(content))]


def _text(point: Point, content: bytes) -> str:
    if text_endian(point) == "little":
        swapped = bytearray(len(content))
        swapped[::2], swapped[1::2] = content[1::2], content[::2]
        content = bytes(swapped)
    try:
        text = text_until_nul(content, point.encoding).decode(point.encoding)
    except UnicodeDecodeError as broken:
        raise DecodeFault(point.name, f"the text is not {point.encoding}: {broken.reason}") from None
    return text.rstrip(" ")


def _in_range(point: Point, number: int) -> int:
    bits, signed = INTEGER_BITS[point.type]
    low = -(1 << bits - 1) if signed else 0
    if not low <= number < low + (1 << bits):
        raise DecodeFault(point.name, f"{number} is out of the range of {point.type}")
    return number


def _integer(point: Point, number: int) -> Value:
    if number == point.absent:
        return None
    if point.faults is not None and number in point.faults:
        raise DecodeFault(point.name, f"the device says: {point.faults[number]}")
    if point.enum is not None:
        if number not in point.enum:
            raise DecodeFault(point.name, f"code {number} has no name; known are {sorted(point.enum)}")
        return point.enum[number]
    if point.scale == 1 and point.offset == 0:
        return number
    return _scaled(point, Decimal(number))


def _float(point: Point, number: float) -> Decimal:
    if math.isfinite(number) and point.type is DataType.FLOAT32 and not _is_float32(number):
        raise DecodeFault(point.name, f"{number!r} is no float32")
    return _finite(point, number)


def _finite(point: Point, number: float) -> Decimal:
    """A float of the point's own width."""
    if not math.isfinite(number):
        raise DecodeFault(point.name, f"the device gave {number}, which is no number")
    return _scaled(point, shortest(number, point.type))


def _is_float32(number: float) -> bool:
    try:
        return bool(struct.unpack(">f", struct.pack(">f", number))[0] == number)
    except OverflowError:
        return False


def _scaled(point: Point, number: Decimal) -> Decimal:
    if point.scale == 1 and point.offset == 0:
        return number
    try:
        return EXACT.fma(number, point.scale, point.offset)
    except Inexact:
        raise DecodeFault(point.name, f"{number} cannot be scaled exactly") from None
