"""GS1 application identifiers: check digits, character sets, element strings and Digital Links.

Sources: GS1 General Specifications (application identifiers, section 3; check digit, section 7.9; character set 82,
figure 7.11-1) and GS1 Digital Link URI Syntax 1.6. Strict on purpose: a code that is nearly right is not right.
"""

from collections.abc import Mapping
from urllib.parse import unquote, urlsplit

import msgspec

from traceability.errors import IdentifierRefused

GROUP_SEPARATOR = "\x1d"
CSET82 = frozenset("!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz")
DIGITS = frozenset("0123456789")


class Rule(msgspec.Struct, frozen=True):
    """What may stand behind an application identifier; ``fixed`` ones need no separator."""

    shortest: int
    longest: int
    numeric: bool = False
    check_digit: bool = False
    fixed: bool = False


def _number(length: int, *, check_digit: bool = False, fixed: bool = True) -> Rule:
    return Rule(length, length, numeric=True, check_digit=check_digit, fixed=fixed)


RULES: Mapping[str, Rule] = {
    "00": _number(18, check_digit=True),  # SSCC
    "01": _number(14, check_digit=True),  # GTIN
    "02": _number(14, check_digit=True),  # GTIN of contained items
    "10": Rule(1, 20),  # batch or lot
    "11": _number(6),  # production date
    "12": _number(6),  # due date
    "13": _number(6),  # packaging date
    "15": _number(6),  # best before
    "16": _number(6),  # sell by
    "17": _number(6),  # expiry
    "20": _number(2),  # internal variant
    "21": Rule(1, 20),  # serial
    "22": Rule(1, 20),  # consumer product variant
    "30": Rule(1, 8, numeric=True),  # variable count
    "37": Rule(1, 8, numeric=True),  # count of contained items
    "240": Rule(1, 30),  # additional product identification
    "241": Rule(1, 30),  # customer part number
    "250": Rule(1, 30),  # secondary serial
    "251": Rule(1, 30),  # reference to source
    "400": Rule(1, 30),  # customer's order
    "410": _number(13, check_digit=True),  # ship to GLN
    "414": _number(13, check_digit=True),  # location GLN
    "8008": Rule(8, 12, numeric=True),  # production date and time
}


def check_digit(digits: str) -> str:
    """The GS1 check digit that belongs behind ``digits`` (without it)."""
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits)))
    return str(-total % 10)


def checked_value(ai: str, value: str) -> str:
    """``value`` if it may stand behind ``ai``; ``IdentifierRefused`` says what is wrong with it."""
    rule = RULES.get(ai)
    if rule is None:
        raise IdentifierRefused(f"application identifier ({ai}) is not one this version reads")
    if not rule.shortest <= len(value) <= rule.longest:
        wanted = str(rule.longest) if rule.shortest == rule.longest else f"{rule.shortest} to {rule.longest}"
        raise IdentifierRefused(f"({ai}) needs {wanted} characters, {value!r} has {len(value)}")
    wrong = sorted(set(value) - (DIGITS if rule.numeric else CSET82))
    if wrong:
        raise IdentifierRefused(f"({ai}) may not hold {wrong[0]!r}")
    if rule.check_digit and check_digit(value[:-1]) != value[-1]:
        raise IdentifierRefused(f"({ai}){value} has check digit {value[-1]}, {check_digit(value[:-1])} was expected")
    return value


def parse_element_string(text: str) -> dict[str, str]:
    """Application identifiers and values of a GS1 element string (FNC1 as GS, 0x1D)."""
    found: dict[str, str] = {}
    rest = text
    while rest:
        ai = next((rest[:width] for width in (2, 3, 4) if rest[:width] in RULES), None)
        if ai is None:
            raise IdentifierRefused(f"no known application identifier at {rest[:12]!r}")
        rule, body = RULES[ai], rest[len(ai) :]
        if rule.fixed:
            value, rest = body[: rule.longest], body[rule.longest :].removeprefix(GROUP_SEPARATOR)
        else:
            value, separator, rest = body.partition(GROUP_SEPARATOR)
            if separator and not rest:
                raise IdentifierRefused("the element string ends in a separator")
        if found.setdefault(ai, value) != checked_value(ai, value):
            raise IdentifierRefused(f"({ai}) stands twice with different values")
    if not found:
        raise IdentifierRefused("the element string is empty")
    return found


def parse_digital_link(uri: str) -> dict[str, str]:
    """Application identifiers and values in the path of an uncompressed GS1 Digital Link URI."""
    try:
        parts = urlsplit(uri)
    except ValueError as error:
        raise IdentifierRefused(f"{uri[:120]!r} is not a URI: {error}") from None
    if parts.scheme.lower() not in ("http", "https") or not parts.netloc:
        raise IdentifierRefused(f"{uri[:120]!r} is not a web address")
    segments = parts.path.split("/")[1:]
    begin = next((i for i in range(len(segments) % 2, len(segments), 2) if segments[i] in RULES), None)
    if begin is None:
        raise IdentifierRefused(f"{uri[:120]!r} has no GS1 key in its path")
    found: dict[str, str] = {}
    for ai, quoted in zip(segments[begin::2], segments[begin + 1 :: 2], strict=True):
        if ai in found:
            raise IdentifierRefused(f"({ai}) stands twice in {uri[:120]!r}")
        found[ai] = checked_value(ai, _unquoted(quoted))
    return found


def _unquoted(segment: str) -> str:
    try:
        return unquote(segment, errors="strict")
    except UnicodeDecodeError:
        raise IdentifierRefused(f"{segment[:60]!r} is not percent-encoded UTF-8") from None
