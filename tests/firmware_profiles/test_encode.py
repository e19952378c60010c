from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_profiles.decode import INTEGER_BITS, decode, shortest
from firmware_profiles.encode import encode, encode_registers, encode_scalar
from firmware_profiles.errors import EncodeFault
from firmware_profiles.format import REGISTERS, DataType, Encoding, Order, Point, Table, span

FOUR_LETTERS = [Order.ABCD, Order.BADC, Order.CDAB, Order.DCBA]
scales = st.sampled_from([Decimal(1), Decimal("0.001"), Decimal("-0.5"), Decimal(25), Decimal("1e-9")])
offsets = st.sampled_from([Decimal(0), Decimal("-273.15"), Decimal(40)])


@st.composite
def numbers(draw):
    """A numeric point and a raw number of its type."""
    kind = draw(st.sampled_from(sorted(INTEGER_BITS)))
    orders = list(Order) if REGISTERS.get(kind) == 4 else FOUR_LETTERS
    bits, signed = INTEGER_BITS[kind]
    low = -(1 << bits - 1) if signed else 0
    places = [{"node": "ns=2;s=p"}] + [{"table": Table.HOLDING, "address": 0}] * (kind in REGISTERS)
    where = draw(st.sampled_from(places))
    point = Point(
        name="p", type=kind, order=draw(st.sampled_from(orders)), scale=draw(scales), offset=draw(offsets), **where
    )
    return point, draw(st.integers(low, low + (1 << bits) - 1))


@given(numbers())
def test_every_step_of_every_integer_comes_back(case):
    point, raw = case
    value = raw * point.scale + point.offset
    encoded = encode(point, value)
    assert decode(point, encoded) == value
    if point.node is None:
        assert len(encoded) == span(point)


@given(st.floats(width=32, allow_nan=False, allow_infinity=False), st.sampled_from(FOUR_LETTERS))
def test_float32_comes_back(number, order):
    point = Point(name="p", table=Table.HOLDING, address=0, type=DataType.FLOAT32, order=order)
    value = shortest(number, DataType.FLOAT32)
    assert decode(point, encode(point, value)) == value


@given(st.floats(allow_nan=False, allow_infinity=False), st.sampled_from(Order))
def test_float64_comes_back(number, order):
    value = shortest(number, DataType.FLOAT64)
    for point in (
        Point(name="p", table=Table.HOLDING, address=0, type=DataType.FLOAT64, order=order),
        Point(name="p", node="ns=2;s=p", type=DataType.FLOAT64),
    ):
        assert decode(point, encode(point, value)) == value


@given(st.text(max_size=20), st.sampled_from(Encoding), st.sampled_from(FOUR_LETTERS))
def test_text_that_fits_comes_back(text, encoding, order):
    point = Point(
        name="p", table=Table.HOLDING, address=0, type=DataType.STRING, length=8, encoding=encoding, order=order
    )
    try:
        registers = encode_registers(point, text)
    except EncodeFault:
        return
    assert len(registers) == 8
    assert decode(point, registers) == text


@given(st.sampled_from([DataType.BCD16, DataType.BCD32, DataType.BCD64]), st.sampled_from(FOUR_LETTERS), st.data())
def test_decimal_digits_come_back(kind, order, data):
    point = Point(name="p", table=Table.HOLDING, address=0, type=kind, order=order)
    digits = 4 * REGISTERS[kind]
    number = data.draw(st.integers(0, 10**digits - 1))
    assert decode(point, encode(point, number)) == number
    with pytest.raises(EncodeFault):
        encode(point, 10**digits)


@given(st.booleans())
def test_bools_come_back(value):
    for point in (
        Point(name="p", table=Table.COIL, address=0, type=DataType.BOOL),
        Point(name="p", node="ns=2;s=p", type=DataType.BOOL),
    ):
        assert decode(point, encode(point, value)) is value


@given(st.integers(0, 253_402_300_799_999))
def test_times_come_back(milliseconds):
    point = Point(name="p", node="ns=2;s=p", type=DataType.DATETIME)
    assert decode(point, encode(point, milliseconds)) == milliseconds


def test_codes_and_absence_come_back():
    point = Point(name="p", table=Table.HOLDING, address=0, type=DataType.UINT16, enum={4: "run"}, absent=9)
    assert encode(point, "run") == (4,)
    assert encode(point, None) == (9,)


def holding(kind, **given):
    return Point(name="p", table=Table.HOLDING, address=0, type=DataType(kind), **given)


@pytest.mark.parametrize(
    ("point", "value"),
    [
        (holding("uint16"), 65_536),
        (holding("uint16"), -1),
        (holding("uint16"), True),
        (holding("uint16"), "1"),
        (holding("uint16"), None),
        (holding("uint16"), Decimal("NaN")),
        (holding("uint16", scale=Decimal("0.1")), Decimal("0.15")),
        (holding("uint16", scale=Decimal(3)), 1),
        (holding("uint16", enum={1: "on"}), "off"),
        (holding("float32"), Decimal("1e39")),
        (holding("float64"), Decimal("1e309")),
        (holding("float64"), Decimal("Infinity")),
        (holding("bool", bit=3), True),
        (holding("string", length=2), "12345"),
        (holding("string", length=2), "越"),
        (holding("string", length=2), "a "),
        (holding("string", length=2), 5),
    ],
)
def test_what_does_not_fit_exactly_is_refused(point, value):
    with pytest.raises(EncodeFault, match="point p"):
        encode_registers(point, value)


def test_a_time_past_the_calendar_is_refused():
    with pytest.raises(EncodeFault):
        encode_scalar(Point(name="p", node="ns=2;s=p", type=DataType.DATETIME), 10**18)
