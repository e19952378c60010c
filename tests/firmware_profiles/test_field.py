"""Fields of told results become values as exactly as they were written, or faults."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_profiles.decode import decode
from firmware_profiles.errors import DecodeFault, ProfileInvalid
from firmware_profiles.format import DataType, Encoding, Point, Protocol
from firmware_profiles.rules import check_point


def point(kind, **more):
    return Point(name="p", field="f", type=DataType(kind), **more)


@pytest.mark.parametrize(
    ("kind", "raw", "value"),
    [
        ("float64", "12.10", Decimal("12.10")),
        ("float64", " -1e-3 ", Decimal("-0.001")),
        ("float64", Decimal("0.1"), Decimal("0.1")),
        ("float64", 5, Decimal(5)),
        ("float64", 0.1, Decimal("0.1")),
        ("int16", "-7", -7),
        ("uint32", 17, 17),
        ("bool", "True", True),
        ("bool", 0, False),
        ("string", " S1\0", "S1"),
        ("string", 4711, "4711"),
        ("string", None, ""),
        ("string", b"S1", "S1"),
        ("datetime", "2026-03-01T08:00:00+08:00", 1772323200000),
        ("datetime", datetime(2026, 3, 1, tzinfo=UTC), 1772323200000),
    ],
)
def test_values(kind, raw, value):
    assert decode(point(kind), raw) == value


@pytest.mark.parametrize(
    ("kind", "raw"),
    [
        ("float64", "12,1"),
        ("float64", "1.234.5"),
        ("float64", "nan"),
        ("float64", "inf"),
        ("float64", "1e999"),
        ("float64", float("nan")),
        ("float64", Decimal("Infinity")),
        ("float64", True),
        ("float64", ""),
        ("float64", "１２"),
        ("int16", "40000"),
        ("int16", "1.0"),
        ("int16", None),
        ("uint16", -1),
        ("bool", "yes"),
        ("bool", 2),
        ("string", b"\xb5"),
        ("string", 1.5),
        ("datetime", "2026-03-01T08:00:00"),
        ("datetime", "yesterday"),
        ("datetime", datetime(2026, 3, 1)),
    ],
)
def test_faults(kind, raw):
    with pytest.raises(DecodeFault):
        decode(point(kind), raw)


def test_words_codes_scales_and_encodings_apply():
    verdict = point("string", words={"合格": "OK", "": "UNDEFINED"}, encoding=Encoding.GB18030)
    assert decode(verdict, "合格".encode("gb18030")) == "OK"
    assert decode(verdict, None) == "UNDEFINED"
    with pytest.raises(DecodeFault, match="has no name"):
        decode(verdict, "NG")
    assert decode(point("uint16", enum={1: "OK"}), "1") == "OK"
    assert decode(point("float64", scale=Decimal("0.01")), "250") == Decimal("2.50")


@given(st.text(max_size=30) | st.binary(max_size=30) | st.floats() | st.integers() | st.booleans() | st.none(),
       st.sampled_from(["float64", "int32", "uint8", "bool", "string", "datetime"]))  # fmt: skip
def test_anything_is_a_value_or_a_fault(raw, kind):
    try:
        value = decode(point(kind), raw)
    except DecodeFault:
        return
    assert not isinstance(value, float)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**9), max_value=10**9))
def test_no_decimal_is_ever_rounded(number):
    assert decode(point("float64"), f"{number:f}") == number


@pytest.mark.parametrize(
    ("protocol", "wrong", "key"),
    [
        (Protocol.FILE, {"field": None}, "field"),
        (Protocol.FILE, {"field": "f", "node": "ns=2;s=x"}, "field"),
        (Protocol.FILE, {"field": "f", "writable": True}, "writable"),
        (Protocol.FILE, {"field": "f", "words": {"a": "b"}}, "words"),
        (Protocol.OPCUA, {"field": "f", "node": "ns=2;s=x"}, "field"),
        (Protocol.MODBUS, {"field": "f"}, "field"),
    ],
)
def test_a_point_belongs_to_one_kind_of_device(protocol, wrong, key):
    with pytest.raises(ProfileInvalid, match=rf"point p\.{key}"):
        check_point("x.toml", protocol, Point(name="p", type=DataType.UINT16, **wrong))
