import struct
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from firmware_profiles.decode import decode, decode_registers, decode_scalar, shortest
from firmware_profiles.errors import DecodeFault
from firmware_profiles.format import DataType, Encoding, Order, Point, Table


def point(kind, **given):
    return Point(name="p", table=Table.HOLDING, address=0, type=DataType(kind), **given)


def node(kind, **given):
    return Point(name="p", node="ns=2;s=p", type=DataType(kind), **given)


# 0x0A0B0C0D and 0x0102030405060708, with the bytes as each order puts them on the wire.
@pytest.mark.parametrize(
    ("order", "registers"),
    [
        (Order.ABCD, (0x0A0B, 0x0C0D)),
        (Order.BADC, (0x0B0A, 0x0D0C)),
        (Order.CDAB, (0x0C0D, 0x0A0B)),
        (Order.DCBA, (0x0D0C, 0x0B0A)),
    ],
)
def test_orders_of_32_bits(order, registers):
    assert decode_registers(point("uint32", order=order), registers) == 0x0A0B0C0D


@pytest.mark.parametrize(
    ("order", "registers"),
    [
        (Order.ABCD, (0x0102, 0x0304, 0x0506, 0x0708)),
        (Order.BADC, (0x0201, 0x0403, 0x0605, 0x0807)),
        (Order.CDAB, (0x0708, 0x0506, 0x0304, 0x0102)),
        (Order.DCBA, (0x0807, 0x0605, 0x0403, 0x0201)),
        (Order.CDABGHEF, (0x0304, 0x0102, 0x0708, 0x0506)),
        (Order.EFGHABCD, (0x0506, 0x0708, 0x0102, 0x0304)),
    ],
)
def test_orders_of_64_bits(order, registers):
    assert decode_registers(point("uint64", order=order), registers) == 0x0102030405060708


@pytest.mark.parametrize(("order", "word"), [("ABCD", 0x0102), ("CDAB", 0x0102), ("BADC", 0x0201), ("DCBA", 0x0201)])
def test_orders_of_16_bits(order, word):
    assert decode_registers(point("uint16", order=Order(order)), (word,)) == 0x0102


@pytest.mark.parametrize(
    ("kind", "registers", "value"),
    [
        ("int16", (0xFFFF,), -1),
        ("uint16", (0xFFFF,), 65_535),
        ("int32", (0x8000, 0), -(2**31)),
        ("int64", (0xFFFF,) * 4, -1),
        ("uint64", (0xFFFF,) * 4, 2**64 - 1),
        ("float64", (0x4028, 0x3333, 0x3333, 0x3333), Decimal("12.1")),
        ("float32", (0x4141, 0x999A), Decimal("12.1")),
        ("float32", (0, 0), Decimal(0)),
    ],
)
def test_types(kind, registers, value):
    assert decode_registers(point(kind), registers) == value


def test_scaling_is_exact():
    scaled = point("int32", scale=Decimal("0.001"), offset=Decimal("-273.15"))
    assert decode_registers(scaled, (0, 1)) == Decimal("-273.149")
    wide = point("uint64", scale=Decimal("0.1"))
    assert decode_registers(wide, (0xFFFF,) * 4) == Decimal("1844674407370955161.5")
    assert decode_registers(point("float32", scale=Decimal("0.1")), (0x4141, 0x999A)) == Decimal("1.21")


def test_bits_codes_and_absence():
    word = point("bool", bit=3)
    assert decode_registers(word, (8,)) is True
    assert decode_registers(word, (0xFFF7,)) is False
    state = point("uint16", enum={0: "stop", 7: "run"}, absent=0xFFFF)
    assert decode_registers(state, (7,)) == "run"
    assert decode_registers(state, (0xFFFF,)) is None
    with pytest.raises(DecodeFault, match="code 3 has no name"):
        decode_registers(state, (3,))


@pytest.mark.parametrize(
    ("encoding", "order", "content", "text"),
    [
        ("ascii", "ABCD", b"H0001\0\0\0", "H0001"),
        ("ascii", "BADC", b"0H00\x001\0\0", "H0001"),
        ("ascii", "ABCD", b"H1  \0xyz", "H1"),
        ("utf-8", "ABCD", "卓越".encode() + b"\0\0", "卓越"),
        ("gb18030", "ABCD", "卓越㐀".encode("gb18030"), "卓越㐀"),
        ("latin-1", "ABCD", b"\xb5m\0x", "µm"),
        ("shift_jis", "ABCD", "検査".encode("shift_jis") + b"\0", "検査"),
        ("utf-16-be", "ABCD", "Ā1\0x".encode("utf-16-be"), "Ā1"),
        ("utf-16-be", "BADC", "卓越".encode("utf-16-le"), "卓越"),
    ],
)
def test_text(encoding, order, content, text):
    content = content.ljust(8, b"\0")
    text_point = point("string", length=4, encoding=Encoding(encoding), order=Order(order))
    assert decode_registers(text_point, struct.unpack(">4H", content)) == text


@pytest.mark.parametrize(
    ("mask", "kind", "registers", "value"),
    [
        (0xFF00, "uint16", (0xAB12,), 0xAB),
        (0x00FF, "uint16", (0xAB12,), 0x12),
        (0x0FF0, "uint16", (0xAB12,), 0xB1),
        (0xFF00, "int16", (0xFE7F,), -2),
        (0xFFFF0000, "uint32", (0x0102, 0x0304), 0x0102),
        (0x8000, "int16", (0x8000,), -1),
    ],
)
def test_a_mask_picks_bits(mask, kind, registers, value):
    assert decode_registers(point(kind, mask=mask), registers) == value


def test_a_masked_number_is_scaled_like_any_other():
    assert decode_registers(point("uint16", mask=0xFFF0, scale=Decimal("0.1")), (0x00A5,)) == Decimal("1.0")


@pytest.mark.parametrize(
    ("kind", "order", "registers", "value"),
    [
        ("bcd16", "ABCD", (0x1234,), 1234),
        ("bcd32", "CDAB", (0x5678, 0x1234), 12345678),
        ("bcd64", "ABCD", (0x0123, 0x4567, 0x8901, 0x2345), 123456789012345),
    ],
)
def test_digits_of_four_bits(kind, order, registers, value):
    assert decode_registers(point(kind, order=Order(order)), registers) == value


def test_four_bits_above_nine_are_no_digit():
    with pytest.raises(DecodeFault, match="123a"):
        decode_registers(point("bcd16"), (0x123A,))


def test_a_fault_code_says_what_the_device_says():
    sensor = point("int16", scale=Decimal("0.1"), faults={-32765: "sensor broken"})
    assert decode_registers(sensor, (251,)) == Decimal("25.1")
    with pytest.raises(DecodeFault, match="the device says: sensor broken"):
        decode_registers(sensor, (0x8003,))


@pytest.mark.parametrize("encoding", [Encoding.ASCII, Encoding.UTF_8, Encoding.GB18030, Encoding.SHIFT_JIS])
def test_broken_text_is_a_fault(encoding):
    with pytest.raises(DecodeFault, match=encoding):
        decode_registers(point("string", length=1, encoding=encoding), (0x81FF,))


@pytest.mark.parametrize("registers", [(0x7FC0, 0), (0x7F80, 0), (0xFF80, 0), (0x7F80, 1)])
def test_what_is_no_number_is_a_fault(registers):
    with pytest.raises(DecodeFault, match="no number"):
        decode_registers(point("float32"), registers)


@pytest.mark.parametrize("registers", [(), (1, 2), (70_000,), (-1,)])
def test_registers_that_cannot_be_are_a_fault(registers):
    with pytest.raises(DecodeFault):
        decode_registers(point("uint16"), registers)


@pytest.mark.parametrize(
    ("kind", "scalar", "value"),
    [
        ("bool", True, True),
        ("uint16", 7, 7),
        ("float64", 12.1, Decimal("12.1")),
        ("float32", struct.unpack(">f", struct.pack(">f", 12.1))[0], Decimal("12.1")),
        ("string", "H1\0 ", "H1"),
        ("string", None, ""),
        ("datetime", datetime(2025, 1, 1, tzinfo=UTC), 1_735_689_600_000),
        ("datetime", datetime(2025, 1, 1, 8, tzinfo=timezone(timedelta(hours=8))), 1_735_689_600_000),
        ("datetime", datetime(1601, 1, 1, tzinfo=UTC), 0),
    ],
)
def test_scalars(kind, scalar, value):
    got = decode_scalar(node(kind), scalar)
    assert got == value
    assert type(got) is type(value)


@pytest.mark.parametrize(
    ("kind", "scalar"),
    [
        ("uint16", True),
        ("uint16", 65_536),
        ("int16", -32_769),
        ("uint16", "7"),
        ("uint16", None),
        ("bool", 1),
        ("float64", 1),
        ("float64", float("nan")),
        ("float32", 12.1),
        ("float32", 1e300),
        ("string", 5),
        ("datetime", "2025-01-01"),
    ],
)
def test_scalars_of_another_type_are_faults(kind, scalar):
    with pytest.raises(DecodeFault):
        decode_scalar(node(kind), scalar)


finite32 = st.floats(width=32, allow_nan=False, allow_infinity=False)


@given(finite32)
@example(float(np.float32(2.0**87)))
@example(float(np.float32(2.0**-44)))
@example(float(np.float32(1e-45)))
@example(float(np.finfo(np.float32).max))
def test_float32_is_the_decimal_that_numpy_prints(number):
    assert shortest(number, DataType.FLOAT32) == Decimal(str(np.float32(number)))


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_float64_is_the_decimal_that_python_prints(number):
    assert shortest(number, DataType.FLOAT64) == Decimal(repr(number))


kinds = st.sampled_from([kind for kind in DataType if kind is not DataType.DATETIME])
registers = st.lists(st.integers(-1, 0x10000), max_size=6)
scalars = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.datetimes(), st.binary(), registers.map(tuple)
)


@given(kinds, st.sampled_from(Order), st.decimals(-1000, 1000, places=3).filter(bool), scalars)
def test_whatever_comes_is_a_value_or_a_fault(kind, order, scale, raw):
    length = 2 if kind is DataType.STRING else None
    scaled = scale if kind not in (DataType.BOOL, DataType.STRING) else Decimal(1)
    made = [node(kind, scale=scaled)]
    if kind not in (DataType.INT8, DataType.UINT8):  # a byte has no register of its own
        made.append(point(kind, length=length, scale=scaled, order=order))
    for anything in made:
        try:
            value = decode(anything, raw)
        except DecodeFault:
            continue
        assert isinstance(value, bool | int | Decimal | str | None)
        assert not isinstance(value, Decimal) or value.is_finite()
