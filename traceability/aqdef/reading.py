"""Reading AQDEF files (``.dfq``, or ``.dfd`` with the description and ``.dfx`` with the values).

A line of the description is ``Kxxxx/index value``: K1xxx belong to the part, K2xxx to the characteristic of that index
(1 is the first, also where no index is written), index 0 to all of them. The values of one part follow either in one
line, the characteristics separated by 0x0F and, inside each, 0x14 between value, attribute, time and so on; or as lines
``K0001/index value``, where a new part begins when a key comes again for the same index, or with the next number in
``K0001/index/number``. Both may be mixed: K-lines stand before or after the line of values they belong to. K0100 says
how many characteristics there are. K2004 makes a characteristic attributive (1, and 5 and 6 of error log sheets): then
the entries are sample size (K0020, in thousandths), defects (K0021), one that means nothing, attribute, time ...

Numbers may have a decimal comma and an exponent of four digits; times are ``d.m.y/h:m:s`` of the device's own clock.
Not read: several parts described in one file (refused), catalogues (K4xxx: operator, machine, gage and so on stay the
numbers they are), groups and hierarchies (K5xxx), and what a maker adds to K2998, K2999 and K8xxx.

What is wrong is ``Malformed`` (``LimitExceeded`` for too much) with the line as its place.
"""

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal

import msgspec

from traceability.errors import LimitExceeded, Malformed

BETWEEN_CHARACTERISTICS = "\x0f"
BETWEEN_PARTS_OF_VALUE = "\x14"
VARIABLE_ORDER = ("K0001", "K0002", "K0004", "K0005", "K0006", "K0007", "K0008", "K0010", "K0011", "K0012")
ATTRIBUTIVE_ORDER = ("K0020", "K0021", "", *VARIABLE_ORDER[1:])
_ATTRIBUTIVE_KINDS = ("1", "5", "6")
_KEY_LINE = re.compile(r"(K[0-9]{4})(?:/([0-9]{1,5})?(?:/([0-9]{1,9}))?)?(?:[ \t]+(.*))?")
_NUMBER = re.compile(r"[+-]?([0-9]{1,30}([.,][0-9]{0,30})?|[.,][0-9]{1,30})([eE][+-]?[0-9]{1,4})?")
_LARGEST_EXPONENT = 99
SIZE_IN = Decimal(1000)
"""K0020 counts thousandths."""
MOST_PARTS = 100_000
_VALUES = ("K0001", "K0002", "K0020")
_MAX_CHARACTERISTICS = 10_000

Keys = dict[str, str]


class Description(msgspec.Struct, frozen=True):
    """The part's keys and those of each characteristic, in their order."""

    part: Keys
    characteristics: tuple[Keys, ...]


class AqdefFile(msgspec.Struct, frozen=True):
    """What was measured: of each part a dict of K-keys for each characteristic, in the order of the description."""

    description: Description
    parts: tuple[tuple[Keys, ...], ...]


def read_aqdef(content: bytes, encoding: str, description: bytes | None = None) -> AqdefFile:
    """Every part in a ``.dfq``, or in a ``.dfx`` whose ``.dfd`` is ``description``."""
    lines = _lines(content, encoding)
    described = lines if description is None else _lines(description, encoding)
    header = parse_description(described)
    parts: list[tuple[Keys, ...]] = []
    for values in _parts(lines, header):
        if len(parts) == MOST_PARTS:
            raise LimitExceeded(f"holds more than {MOST_PARTS} parts")
        parts.append(tuple(values))
    if not parts:
        raise Malformed("holds no values")
    return AqdefFile(header, tuple(parts))


def parse_description(lines: Iterable[tuple[int, str]]) -> Description:
    """Part and characteristics from the lines of a ``.dfd`` or the head of a ``.dfq``."""
    part: Keys = {}
    shared: Keys = {}
    single: dict[int, Keys] = {}
    count = None
    for number, line in lines:
        key, index, value, text = _key_line(number, line)
        if value is not None and not key.startswith("K00"):
            raise Malformed(f"numbers a value, which {key} is not", where=f"line {number}")
        if key == "K0100":
            count = _count(number, text)
        elif key.startswith("K1"):
            if index > 1:
                raise Malformed("describes another part; files of several parts are not read", where=f"line {number}")
            part.setdefault(key, text)
        elif key.startswith("K2"):
            (single.setdefault(index, {}) if index else shared)[key] = text
    count = max(single, default=0) if count is None else count
    if not 1 <= count <= _MAX_CHARACTERISTICS or max(single, default=0) > count:
        raise Malformed(f"describes {len(single)} characteristics, K0100 says {count}")
    return Description(part, tuple(shared | single.get(index, {}) for index in range(1, count + 1)))


def number_of(text: str) -> Decimal | None:
    """A number as AQDEF writes it, or None."""
    if not _NUMBER.fullmatch(text):
        return None
    number = Decimal(text.replace(",", "."))
    return number if abs(number.adjusted()) <= _LARGEST_EXPONENT or not number else None


def _lines(content: bytes, encoding: str) -> list[tuple[int, str]]:
    text = _decoded(content, encoding)
    if text and not text.endswith(("\n", "\r", "\x1a")):
        raise Malformed("has no end; the file is not finished", where=f"line {text.count(chr(10)) + 1}")
    lines = enumerate(text.removesuffix("\x1a").replace("\r\n", "\n").replace("\r", "\n").split("\n"), start=1)
    return [(number, line) for number, line in lines if line.strip(" \t")]


def _key_line(number: int, line: str) -> tuple[str, int, int | None, str]:
    """(key, index, number of the value if it is given, text); the key is empty for a line of values."""
    found = _KEY_LINE.fullmatch(line)
    if found is not None:
        value = None if found[3] is None else int(found[3])
        return found[1], int(found[2] or 1), value, (found[4] or "").strip()
    if line[:1] == "K" and BETWEEN_CHARACTERISTICS not in line and BETWEEN_PARTS_OF_VALUE not in line:
        raise Malformed(f"is no AQDEF line: {line[:40]!r}", where=f"line {number}")
    return "", 0, None, line


def _count(number: int, text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 6):
        raise Malformed(f"K0100 is {text[:20]!r}, expected a number of characteristics", where=f"line {number}")
    return int(text)


def _parts(lines: list[tuple[int, str]], header: Description) -> Iterator[list[Keys]]:
    """The values of one part after the other: a dict of K-keys for each characteristic."""
    part = _Part(header)
    for number, line in lines:
        key, index, value, text = _key_line(number, line)
        if key and not key.startswith("K00"):
            continue
        targets = _targets(number, index, header)
        if part.full if not key else part.has(key, targets, value):
            yield part.complete(number)
            part = _Part(header)
        if key:
            part.add(key, text, targets, value)
        else:
            part.fill(_value_line(number, line, header))
    if part.begun:
        yield part.complete(lines[-1][0])


class _Part:
    """The values of one part as they are found; lines of keys may stand before or after its line of values."""

    def __init__(self, header: Description) -> None:
        self.keys: list[Keys] = [{} for _ in header.characteristics]
        self.begun = False
        self.full = False
        self.number: int | None = None

    def has(self, key: str, targets: range, number: int | None) -> bool:
        """Whether this line belongs to another part, by its number or because the key is there already."""
        if number is not None and self.number is not None and number != self.number:
            return True
        return any(key in self.keys[place] for place in targets)

    def add(self, key: str, text: str, targets: range, number: int | None) -> None:
        self.begun = True
        self.number = self.number if number is None else number
        self.full = self.full or key in _VALUES
        for place in targets:
            self.keys[place][key] = text

    def fill(self, values: list[Keys]) -> None:
        self.begun = self.full = True
        self.keys = [there | here for there, here in zip(self.keys, values, strict=True)]

    def complete(self, number: int) -> list[Keys]:
        if not self.full:
            raise Malformed("ends a part that has no values", where=f"line {number}")
        return self.keys


def _targets(number: int, index: int, header: Description) -> range:
    count = len(header.characteristics)
    if index > count:
        raise Malformed(f"is for characteristic {index}, there are {count}", where=f"line {number}")
    return range(count) if index == 0 else range(index - 1, index)


def _value_line(number: int, line: str, header: Description) -> list[Keys]:
    pieces = line.removesuffix(BETWEEN_CHARACTERISTICS).split(BETWEEN_CHARACTERISTICS)
    if len(pieces) != len(header.characteristics):
        expected = f"has values of {len(pieces)} characteristics, expected {len(header.characteristics)}"
        raise Malformed(expected, where=f"line {number}")
    values = []
    for piece, characteristic in zip(pieces, header.characteristics, strict=True):
        order = ATTRIBUTIVE_ORDER if is_attributive(characteristic) else VARIABLE_ORDER
        texts = [text.strip() for text in piece.split(BETWEEN_PARTS_OF_VALUE)]
        if len(texts) > len(order):
            raise Malformed(
                f"has {len(texts)} entries in one value, at most {len(order)} are known", where=f"line {number}"
            )
        values.append({key: text for key, text in zip(order, texts, strict=False) if key and text})
    return values


def is_attributive(characteristic: Keys) -> bool:
    """Whether defects are counted, not values measured."""
    return characteristic.get("K2004", "0") in _ATTRIBUTIVE_KINDS


def _decoded(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as broken:
        line = content[: broken.start].count(b"\n") + 1
        raise Malformed(f"is not {encoding}: {broken.reason}", where=f"line {line}") from None
    except UnicodeError as broken:
        raise Malformed(f"is not {encoding}: {broken}") from None
