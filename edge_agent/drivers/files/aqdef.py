"""Results in AQDEF files (``.dfq``, or ``.dfd`` with the description and ``.dfx`` with the values); pure.

A line of the description is ``Kxxxx/index value``: K1xxx belong to the part, K2xxx to the characteristic of that index
(1 is the first), index 0 to all of them. The values of one part follow either in one line, the characteristics
separated by 0x0F and, inside each, 0x14 between value, attribute, time and so on; or as lines ``K0001/index value``,
where a new part begins when a key comes again for the same index. Both may be mixed: K-lines stand before or after the
line of values they belong to. K0100 says how many characteristics there are.

Fields of a result: the K-keys of the part (``K1001``), those of the values (``K0004`` time, ``K0014`` part id …, of the
first characteristic that has them), and for each characteristic ``value:NAME``, ``time:NAME``, ``size:NAME`` and
``defects:NAME`` (attributive ones), NAME being its number (K2001) or its description (K2002). A value whose attribute
(K0002) is not 0 is no valid value and stays empty. ``within_limits`` compares all values with the limits that the file
itself states: OK, NOT_OK, NOT_DECIDABLE when a value is missing, UNDEFINED when no characteristic has a limit.

Numbers may have a decimal comma; times are ``d.m.y/h:m:s`` of the device's own clock.
"""

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal

import msgspec

from edge_agent.drivers.files.row import MAX_ROWS, FieldValue, FileFault, Row, decoded

BETWEEN_CHARACTERISTICS = "\x0f"
BETWEEN_PARTS_OF_VALUE = "\x14"
_VARIABLE = ("K0001", "K0002", "K0004", "K0005", "K0006", "K0007", "K0008", "K0010", "K0011", "K0012")
_ATTRIBUTIVE = ("K0020", "K0021", "K0004", "K0005", "K0006", "K0007", "K0008", "K0010", "K0011", "K0012")
_KEY_LINE = re.compile(r"(K[0-9]{4})(?:/([0-9]{1,5}))?(?:[ \t]+(.*))?")
_NUMBER = re.compile(r"[+-]?[0-9]{1,30}([.,][0-9]{0,30})?([eE][+-]?[0-9]{1,2})?|[+-]?[.,][0-9]{1,30}")
_VALUES = ("K0001", "K0002", "K0020")
_MAX_CHARACTERISTICS = 10_000

Keys = dict[str, str]


class Description(msgspec.Struct, frozen=True):
    """The part's keys and those of each characteristic, in their order."""

    part: Keys
    characteristics: tuple[Keys, ...]


def parse_aqdef(content: bytes, encoding: str, description: bytes | None = None) -> tuple[Row, ...]:
    """Every part in a ``.dfq``, or in a ``.dfx`` whose ``.dfd`` is ``description``; FileFault names the line."""
    lines = _lines(content, encoding)
    described = lines if description is None else _lines(description, encoding)
    header = parse_description(described)
    rows: list[Row] = []
    for values in _parts(lines, header):
        if len(rows) == MAX_ROWS:
            raise FileFault("", f"holds more than {MAX_ROWS} parts")
        rows.append(Row(len(rows) + 1, _fields(header, values)))
    if not rows:
        raise FileFault("", "holds no values")
    return tuple(rows)


def parse_description(lines: Iterable[tuple[int, str]]) -> Description:
    """Part and characteristics from the lines of a ``.dfd`` or the head of a ``.dfq``."""
    part: Keys = {}
    shared: Keys = {}
    single: dict[int, Keys] = {}
    count = None
    for number, line in lines:
        key, index, text = _key_line(number, line)
        if key == "K0100":
            count = _count(number, text)
        elif key.startswith("K1"):
            part.setdefault(key, text)
        elif key.startswith("K2"):
            (single.setdefault(index, {}) if index else shared)[key] = text
    count = max(single, default=0) if count is None else count
    if not 1 <= count <= _MAX_CHARACTERISTICS or max(single, default=0) > count:
        raise FileFault("", f"describes {len(single)} characteristics, K0100 says {count}")
    return Description(part, tuple(shared | single.get(index, {}) for index in range(1, count + 1)))


def number_of(text: str) -> Decimal | None:
    """A number as AQDEF writes it, or None."""
    return Decimal(text.replace(",", ".")) if _NUMBER.fullmatch(text) else None


def _lines(content: bytes, encoding: str) -> list[tuple[int, str]]:
    text = decoded(content, encoding)
    if text and not text.endswith(("\n", "\r", "\x1a")):
        raise FileFault(f"line {text.count(chr(10)) + 1}", "has no end; the file is not finished")
    lines = enumerate(text.removesuffix("\x1a").replace("\r\n", "\n").replace("\r", "\n").split("\n"), start=1)
    return [(number, line) for number, line in lines if line.strip(" \t")]


def _key_line(number: int, line: str) -> tuple[str, int, str]:
    """(key, index, text); the key is empty for a line of values."""
    found = _KEY_LINE.fullmatch(line)
    if found is not None:
        return found[1], int(found[2] or 0), (found[3] or "").strip()
    if line[:1] == "K" and BETWEEN_CHARACTERISTICS not in line and BETWEEN_PARTS_OF_VALUE not in line:
        raise FileFault(f"line {number}", f"is no AQDEF line: {line[:40]!r}")
    return "", 0, line


def _count(number: int, text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 6):
        raise FileFault(f"line {number}", f"K0100 is {text[:20]!r}, expected a number of characteristics")
    return int(text)


def _parts(lines: list[tuple[int, str]], header: Description) -> Iterator[list[Keys]]:
    """The values of one part after the other: a dict of K-keys for each characteristic."""
    part = _Part(header)
    for number, line in lines:
        key, index, text = _key_line(number, line)
        if key and not key.startswith("K00"):
            continue
        targets = _targets(number, index, header)
        if part.full if not key else any(key in part.keys[place] for place in targets):
            yield part.complete(number)
            part = _Part(header)
        if key:
            part.add(key, text, targets)
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

    def add(self, key: str, text: str, targets: range) -> None:
        self.begun = True
        self.full = self.full or key in _VALUES
        for place in targets:
            self.keys[place][key] = text

    def fill(self, values: list[Keys]) -> None:
        self.begun = self.full = True
        self.keys = [there | here for there, here in zip(self.keys, values, strict=True)]

    def complete(self, number: int) -> list[Keys]:
        if not self.full:
            raise FileFault(f"line {number}", "ends a part that has no values")
        return self.keys


def _targets(number: int, index: int, header: Description) -> range:
    count = len(header.characteristics)
    if index > count:
        raise FileFault(f"line {number}", f"is for characteristic {index}, there are {count}")
    return range(count) if index == 0 else range(index - 1, index)


def _value_line(number: int, line: str, header: Description) -> list[Keys]:
    pieces = line.removesuffix(BETWEEN_CHARACTERISTICS).split(BETWEEN_CHARACTERISTICS)
    if len(pieces) != len(header.characteristics):
        expected = f"has values of {len(pieces)} characteristics, expected {len(header.characteristics)}"
        raise FileFault(f"line {number}", expected)
    values = []
    for piece, characteristic in zip(pieces, header.characteristics, strict=True):
        order = _ATTRIBUTIVE if _attributive(characteristic) else _VARIABLE
        texts = [text.strip() for text in piece.split(BETWEEN_PARTS_OF_VALUE)]
        if len(texts) > len(order):
            raise FileFault(f"line {number}", f"has {len(texts)} entries in one value, at most {len(order)} are known")
        values.append({key: text for key, text in zip(order, texts, strict=False) if text})
    return values


def _attributive(characteristic: Keys) -> bool:
    return characteristic.get("K2004", "0") == "1"


def _fields(header: Description, values: list[Keys]) -> dict[str, FieldValue]:
    fields: dict[str, FieldValue] = {**header.part, "within_limits": _within_limits(header, values)}
    for keys in values:
        for key, text in keys.items():
            if key not in ("K0001", "K0002", "K0020", "K0021"):
                fields.setdefault(key, text)
    for label in ("K2002", "K2001"):
        names = [characteristic.get(label, "") for characteristic in header.characteristics]
        for name, keys in zip(names, values, strict=True):
            if name and names.count(name) == 1:  # a name of two characteristics names neither
                fields |= _characteristic_fields(name, keys)
    return fields


def _characteristic_fields(name: str, keys: Keys) -> dict[str, FieldValue]:
    return {
        f"value:{name}": _valid(keys),
        f"time:{name}": keys.get("K0004"),
        f"size:{name}": keys.get("K0020"),
        f"defects:{name}": keys.get("K0021"),
    }


def _valid(keys: Keys) -> Decimal | str | None:
    """The value; text that is no number stays as it is, so that whoever wants a number refuses it."""
    text = keys.get("K0001", "")
    if not text or keys.get("K0002", "0") not in ("", "0"):
        return None
    number = number_of(text)
    return text if number is None else number


def _within_limits(header: Description, values: list[Keys]) -> str:
    limited, missing, outside = False, False, False
    for characteristic, keys in zip(header.characteristics, values, strict=True):
        low, high = (number_of(characteristic.get(key, "")) for key in ("K2110", "K2111"))
        if low is None and high is None:
            continue
        limited = True
        value = _valid(keys)
        if not isinstance(value, Decimal):
            missing = True
        elif (low is not None and value < low) or (high is not None and value > high):
            outside = True
    if outside:
        return "NOT_OK"
    if missing:
        return "NOT_DECIDABLE"
    return "OK" if limited else "UNDEFINED"
