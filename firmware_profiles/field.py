"""What a told field holds, as a scalar of its point's type. Pure and exact: text never passes through a binary float.

A field comes as text (of a code reader, a CSV cell), as exact bytes, or already typed (JSON). Text of a number is its
plain decimal form, without signs of grouping; text of a time is ISO 8601 with its zone. Nothing else is guessed.
"""

import math
import re
from datetime import datetime
from decimal import Decimal

from firmware_profiles.errors import DecodeFault
from firmware_profiles.format import DataType, Point

FieldRaw = bool | int | float | Decimal | str | bytes | datetime | None
FieldScalar = bool | int | Decimal | str | datetime

_FLOATS = (DataType.FLOAT32, DataType.FLOAT64)
_INTEGERS = frozenset(kind for kind in DataType if kind.value.startswith(("int", "uint")))
_WHOLE = re.compile(r"[+-]?[0-9]{1,20}")
_NUMBER = re.compile(r"[+-]?([0-9]{1,40}(\.[0-9]{0,40})?|\.[0-9]{1,40})([eE][+-]?[0-9]{1,3})?")
_WORDS = {"true": True, "1": True, "false": False, "0": False}
_LARGEST_EXPONENT = 308  # as a float64; exact arithmetic stays cheap


def field_scalar(point: Point, raw: object) -> FieldScalar:
    """The scalar in a field; DecodeFault when it holds none of the point's type."""
    if isinstance(raw, bytes):
        raw = _decoded(point, raw)
    if point.type is DataType.STRING:
        return _text(point, raw)
    if isinstance(raw, str):
        return _parsed(point, raw.strip())
    return _typed(point, raw)


def _decoded(point: Point, raw: bytes) -> str:
    try:
        return raw.decode(point.encoding)
    except UnicodeDecodeError as broken:
        raise DecodeFault(point.name, f"the text is not {point.encoding}: {broken.reason}") from None


def _text(point: Point, raw: object) -> str:
    if raw is None:
        return ""
    if isinstance(raw, str):
        return raw.strip(" \0")
    if isinstance(raw, int) and not isinstance(raw, bool):
        return str(raw)
    raise _wrong(point, raw)


def _parsed(point: Point, text: str) -> FieldScalar:
    if point.type in _INTEGERS and _WHOLE.fullmatch(text):
        return int(text)
    if point.type in _FLOATS and _NUMBER.fullmatch(text):
        return _bounded(point, Decimal(text))
    if point.type is DataType.BOOL and text.lower() in _WORDS:
        return _WORDS[text.lower()]
    if point.type is DataType.DATETIME:
        return _time(point, text)
    raise _wrong(point, text)


def _time(point: Point, text: str) -> datetime:
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise _wrong(point, text) from None
    if time.tzinfo is None:
        raise DecodeFault(point.name, f"{text!r} is a time without its zone; set the device's utc_offset")
    return time


def _typed(point: Point, raw: object) -> FieldScalar:
    if isinstance(raw, datetime) and point.type is DataType.DATETIME and raw.tzinfo is not None:
        return raw
    if isinstance(raw, bool):
        if point.type is DataType.BOOL:
            return raw
        raise _wrong(point, raw)
    if isinstance(raw, int | Decimal | float) and point.type in _FLOATS:
        if isinstance(raw, float) and not math.isfinite(raw):
            raise DecodeFault(point.name, f"the device gave {raw}, which is no number")
        return _bounded(point, Decimal(repr(raw)) if isinstance(raw, float) else Decimal(raw))
    if isinstance(raw, int) and point.type in _INTEGERS:
        return raw
    if isinstance(raw, int) and point.type is DataType.BOOL and raw in (0, 1):
        return raw == 1
    raise _wrong(point, raw)


def _bounded(point: Point, number: Decimal) -> Decimal:
    if not number.is_finite() or (number != 0 and abs(number.adjusted()) > _LARGEST_EXPONENT):
        raise DecodeFault(point.name, f"the device gave {number}, which is no number of this type")
    return number if number != 0 else Decimal(0)


def _wrong(point: Point, raw: object) -> DecodeFault:
    spelt = repr(raw)
    return DecodeFault(point.name, f"expected {point.type}, the device gave {type(raw).__name__} {spelt[:60]}")
