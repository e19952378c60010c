"""Whatever type, order, address and value: what a display shows is found, and a second value settles it."""

import random
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_agent.errors import AgentError
from edge_agent.probe.candidate import Candidate, candidates, distinct, narrowed
from edge_agent.probe.shown import read_shown
from firmware_profiles.decode import DECIMAL_DIGITS, FLOATS, INTEGER_BITS, wire_letters
from firmware_profiles.encode import encode_registers
from firmware_profiles.format import REGISTERS, DataType, Encoding, Order, Table

FOUR = (Order.ABCD, Order.CDAB, Order.BADC, Order.DCBA)
SIZES = {1: (Order.ABCD, Order.BADC), 2: FOUR, 4: tuple(Order)}
KINDS = [DataType(kind) for kind in ("int16", "uint16", "int32", "uint32", "int64", "uint64", "float32", "float64")]
KINDS += list(DECIMAL_DIGITS)
SCALES = [Decimal(scale) for scale in ("1", "0.1", "0.01", "0.001", "10")]
ADDRESSES = 200


def noise(seed):
    """Registers of a working device: nothing of what is sought."""
    source = random.Random(seed)
    return {Table.HOLDING: {address: source.randrange(1, 0x10000) for address in range(ADDRESSES)}}


@st.composite
def places(draw):
    """A way to keep a number, and two numbers that only fit its whole width."""
    kind = draw(st.sampled_from(KINDS))
    size = REGISTERS[kind]
    order = draw(st.sampled_from(SIZES[size]))
    if kind in FLOATS:
        scale = Decimal(1)
        numbers = [Decimal(draw(st.integers(-(10**7), 10**7).filter(lambda n: abs(n) > 1000))) / 100 for _ in range(2)]
    else:
        scale = draw(st.sampled_from(SCALES))
        numbers = [draw(whole(kind, size)) * scale for _ in range(2)]
    candidate = Candidate(
        table=Table.HOLDING, address=draw(st.integers(0, ADDRESSES - size)), type=kind, order=order, scale=scale
    )
    return candidate, numbers


def whole(kind, size):
    """Raw numbers that need the highest register, and differ in it."""
    if kind in DECIMAL_DIGITS:
        digits = DECIMAL_DIGITS[kind]
        return st.integers(10 ** (digits - 1), min(10**digits - 1, 10**15))
    bits, signed = INTEGER_BITS[kind]
    top = min(1 << bits - 1, 10**15) - 1
    low = 1 << 16 * (size - 1)
    positive = st.integers(max(low, 1000) + 1, top)
    return st.one_of(positive, positive.map(lambda n: -n)) if signed else positive


def shown_in(words, candidate, number):
    """The registers while the device shows the number, and the number as a display writes it."""
    point = candidate.point()
    cells = dict(words[Table.HOLDING])
    for at, word in enumerate(encode_registers(point, number)):
        cells[candidate.address + at] = word
    return {Table.HOLDING: cells}, read_shown(f"{number:f}")


def alike(found, candidate):
    """The same registers read the same way; what a sign would change nobody has seen yet."""
    twin = {"int16": "uint16", "int32": "uint32", "int64": "uint64"}
    if candidate.type is DataType.FLOAT64:  # no display shows what its lower half says, wherever that is kept
        return found.type is candidate.type and leading(found) == leading(candidate)
    return (found.address, found.order, found.scale) == (candidate.address, candidate.order, candidate.scale) and (
        found.type in (candidate.type, twin.get(candidate.type))
    )


def leading(candidate):
    """Where the most significant half of a 64-bit number is kept, and in which order."""
    letters = wire_letters(candidate.order, 8)
    at = candidate.address + letters.index("A") // 2
    return min(at, candidate.address + letters.index("C") // 2), [x for x in letters if x in "ABCD"]


@settings(max_examples=60, deadline=None)
@given(places(), st.integers(0, 1000))
def test_the_right_candidate_is_there_and_first_after_a_second_value(place, seed):
    candidate, (one, other) = place
    words, shown = shown_in(noise(seed), candidate, one)
    found = candidates(words, shown)
    assert candidate in found
    words, shown = shown_in(noise(seed + 1), candidate, other)
    settled = distinct(narrowed(found, words, shown))
    if one != other:
        assert alike(settled[0], candidate), settled[:3]


@given(st.text("ABCDEFGHJKLMNPRSTUVWXYZ0123456789-", min_size=4, max_size=12).filter(lambda t: not t[-1:].isdigit()))
def test_a_text_is_found_in_both_orders(text):
    for order in (Order.ABCD, Order.BADC):
        candidate = Candidate(
            table=Table.INPUT, address=7, type=DataType.STRING, order=order, length=-(-len(text) // 2)
        )
        words = {Table.INPUT: dict(enumerate([0x2323] * 30))}
        for at, word in enumerate(encode_registers(candidate.point(), text)):
            words[Table.INPUT][7 + at] = word
        assert candidate in candidates(words, read_shown(text))


def test_chinese_text_names_its_encoding():
    kept = Candidate(table=Table.HOLDING, address=3, type=DataType.STRING, length=2, encoding=Encoding.GB18030)
    words = {Table.HOLDING: dict(enumerate([0] * 3 + list(encode_registers(kept.point(), "卓越"))))}
    assert candidates(words, read_shown("卓越")) == [kept]


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [
        ("230.5", ["230.45", "230.5", "230.599"], ["230.44", "230.6"]),
        ("-12", ["-12.9", "-12", "-11.5"], ["-13", "-11.4", "12"]),
        ("1,25", ["1.25"], ["1.26"]),
        ("1000", ["999.5", "1000.9"], ["1001"]),
    ],
)
def test_a_display_rounds_or_cuts_off(text, inside, outside):
    shown = read_shown(text)
    assert all(shown.holds(Decimal(number)) for number in inside)
    assert not any(shown.holds(Decimal(number)) for number in outside)


@pytest.mark.parametrize("text", ["0", "0.00", "x"])
def test_what_is_everywhere_is_not_sought(text):
    with pytest.raises(AgentError, match="everywhere"):
        read_shown(text)


def test_registers_that_could_not_be_read_are_no_part_of_a_number():
    words = {Table.HOLDING: {10: 0x4366, 12: 0x8000}}
    assert all(found.type in (DataType.UINT16, DataType.INT16) for found in candidates(words, read_shown("230.5")))
