"""Where a displayed value may be kept in registers: every type, order and usual scale is tried; pure.

Candidates are ranked by how usual they are: straight orders before mixed ones, no scale before a scale, floats and
32-bit numbers before 16-bit ones (which coincide more easily). What tells coincidences apart is a second value.
"""

import struct
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from math import ceil, isfinite

import msgspec

from edge_agent.probe.shown import Shown
from firmware_profiles.decode import DECIMAL_DIGITS, FLOATS, INTEGER_BITS, wire_letters
from firmware_profiles.format import REGISTERS, DataType, Encoding, Order, Point, Table

Words = Mapping[Table, Mapping[int, int]]
"""Registers that could be read, by table and address."""

_FOUR = (Order.ABCD, Order.CDAB, Order.BADC, Order.DCBA)
_ORDERS = {1: (Order.ABCD, Order.BADC), 2: _FOUR, 4: (*_FOUR, Order.EFGHABCD, Order.CDABGHEF)}
_KINDS = (
    DataType.FLOAT32,
    DataType.UINT32,
    DataType.INT32,
    DataType.UINT16,
    DataType.INT16,
    DataType.FLOAT64,
    DataType.UINT64,
    DataType.INT64,
    DataType.BCD32,
    DataType.BCD16,
    DataType.BCD64,
)
_SCALES = tuple(Decimal(scale) for scale in ("1", "0.1", "0.01", "0.001", "0.0001", "10", "100", "1000"))
_ENCODINGS = (Encoding.ASCII, Encoding.UTF_8, Encoding.GB18030, Encoding.UTF_16)
_LONGEST_TEXT = 40
Window = tuple[Decimal, float, float]
_UNSIGNED = {DataType.INT16: DataType.UINT16, DataType.INT32: DataType.UINT32, DataType.INT64: DataType.UINT64}


class Candidate(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One way to read the value; ``scale`` as a profile writes it, ``length`` counts registers of a text."""

    table: Table
    address: int
    type: DataType
    order: Order = Order.ABCD
    scale: Decimal = Decimal(1)
    length: int | None = None
    encoding: Encoding = Encoding.ASCII

    def point(self, name: str = "found") -> Point:
        """The point that a profile would have."""
        return Point(
            name=name, table=self.table, address=self.address, type=self.type, order=self.order, scale=self.scale,
            length=self.length, encoding=self.encoding,
        )  # fmt: skip


def candidates(words: Words, shown: Shown) -> list[Candidate]:
    """Every way in which the registers may show the value, likeliest first."""
    find = _texts if shown.number is None else _numbers
    return sorted((found for table, cells in words.items() for found in find(table, cells, shown)), key=_rank)


def narrowed(before: Iterable[Candidate], words: Words, shown: Shown) -> list[Candidate]:
    """The candidates that show another value too, likeliest first; ``words`` were read while that was on display."""
    again = set(candidates(words, shown))
    return [candidate for candidate in before if candidate in again]


def distinct(found: list[Candidate]) -> list[Candidate]:
    """Without the signed twins of unsigned numbers, which nothing shown so far tells apart."""
    there = set(found)
    return [
        candidate
        for candidate in found
        if candidate.type not in _UNSIGNED
        or msgspec.structs.replace(candidate, type=_UNSIGNED[candidate.type]) not in there
    ]


def _rank(candidate: Candidate) -> tuple[int, int, int, str, int]:
    orders = _ORDERS[4].index(candidate.order)
    kind = _KINDS.index(candidate.type) if candidate.type in _KINDS else 0
    scale = _SCALES.index(candidate.scale)
    return orders, scale, kind, candidate.table, candidate.address


def _numbers(table: Table, cells: Mapping[int, int], shown: Shown) -> Iterator[Candidate]:
    assert shown.number is not None
    negative = shown.number < 0
    for size, orders in _ORDERS.items():
        contents = [(address, content) for address in cells if (content := _content(cells, address, size)) is not None]
        for order in orders:
            picked = _picks(order, 2 * size)
            turned = [(address, bytes(content[at] for at in picked)) for address, content in contents]
            for kind in (kind for kind in _KINDS if REGISTERS[kind] == size):
                for address, scale in _fitting(kind, turned, _windows(kind, shown), negative):
                    yield Candidate(table=table, address=address, type=kind, order=order, scale=scale)


def _fitting(
    kind: DataType, contents: list[tuple[int, bytes]], windows: list[Window], negative: bool
) -> Iterator[tuple[int, Decimal]]:
    lowest, highest = min(low for _, low, _ in windows), max(high for _, _, high in windows)
    for address, content in contents:
        number = _number(kind, content)
        if number is None or (number < 0) != negative or not lowest <= (size := abs(number)) < highest:
            continue
        for scale, low, high in windows:
            if low <= size < high:
                yield address, scale


def _windows(kind: DataType, shown: Shown) -> list[Window]:
    """For each scale, the sizes of raw numbers that could be behind the display: whole ones as integers."""
    bounds = [(scale, shown.low / scale, shown.high / scale) for scale in _SCALES]
    if kind in FLOATS:
        return [(scale, float(low), float(high)) for scale, low, high in bounds]
    return [(scale, ceil(low), ceil(high)) for scale, low, high in bounds]


def _picks(order: Order, size: int) -> list[int]:
    letters = wire_letters(order, size)
    return [letters.index(letter) for letter in sorted(letters)]


def _content(cells: Mapping[int, int], address: int, size: int) -> bytes | None:
    words = [cells.get(address + at) for at in range(size)]
    if any(word is None for word in words):
        return None
    return b"".join(word.to_bytes(2, "big") for word in words if word is not None)


def _number(kind: DataType, content: bytes) -> int | float | None:
    if kind in FLOATS:
        found: float = struct.unpack(FLOATS[kind], content)[0]
        return found if isfinite(found) else None
    if kind in DECIMAL_DIGITS:
        digits = content.hex()
        return int(digits) if digits.isdecimal() else None
    return int.from_bytes(content, "big", signed=INTEGER_BITS[kind][1])


def _texts(table: Table, cells: Mapping[int, int], shown: Shown) -> Iterator[Candidate]:
    for encoding in _ENCODINGS:
        try:
            wanted = shown.text[:_LONGEST_TEXT].encode(encoding)
        except UnicodeEncodeError:
            continue
        size = ceil(len(wanted) / 2)
        for order in _ORDERS[1]:
            for address in cells:
                content = _content(cells, address, size)
                if content is not None and _turned(content, order).startswith(wanted):
                    yield Candidate(
                        table=table, address=address, type=DataType.STRING, order=order, length=size, encoding=encoding
                    )
        if encoding is Encoding.ASCII:
            return  # the other encodings say the same of such a text, or nothing


def _turned(content: bytes, order: Order) -> bytes:
    if order is Order.ABCD:
        return content
    return b"".join(content[at + 1 : at + 2] + content[at : at + 1] for at in range(0, len(content), 2))
