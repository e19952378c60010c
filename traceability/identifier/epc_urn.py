"""EPC pure identity URNs and their class-level patterns, to application identifiers and back.

Source: GS1 EPC Tag Data Standard, sections 6 and 7. A URN shows where the company prefix ends, an application
identifier does not: on the way to a URN its length must be given, or found in a list of known prefixes, and
is never guessed. The extension ``0`` of an SGLN means that there is none (6.3.3).
"""

import re
from collections.abc import Iterable, Mapping

import msgspec

from traceability.errors import IdentifierRefused
from traceability.identifier.ai_rule import checked_value
from traceability.identifier.characters import CSET82, DIGITS, shown
from traceability.identifier.check_digit import check_digit

URN_PREFIX = "urn:epc:"
SHORTEST_PREFIX, LONGEST_PREFIX = 6, 12

_LONGEST = 400
_NO_EXTENSION = "0"
_ANY = "*"
_ESCAPED = '"%&/<>?#'  # what a URN may not hold as itself (table 6-1; "#" in a CPI only)
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})?")
_PLAIN = CSET82 - frozenset(_ESCAPED)


class Scheme(msgspec.Struct, frozen=True, kw_only=True):
    """One EPC scheme.

    ``digits`` in company prefix and reference together, 0 where the reference is text. ``indicator``: the first digit
    of the reference stands before the prefix in the key. ``lead`` stands before both. ``serial`` is the identifier of
    the last field: another one, or the key's own when the serial is its tail. ``pieces``: piece and total come between.
    ``classes``: the pattern with ``*`` for a serial names a class.
    """

    name: str
    ai: str
    digits: int = 0
    indicator: bool = False
    lead: str = ""
    serial: str = ""
    pieces: bool = False
    classes: bool = False
    space: str = "id"

    @property
    def fields(self) -> int:
        """Fields between dots."""
        return 2 + bool(self.serial) + 2 * self.pieces

    @property
    def prefix_at(self) -> int:
        """Where the company prefix begins in the value of the key."""
        return 1 if self.indicator or self.lead else 0


_SCHEMES = (
    Scheme(name="sgtin", ai="01", digits=13, indicator=True, serial="21", classes=True),
    Scheme(name="lgtin", ai="01", digits=13, indicator=True, serial="10", space="class"),
    Scheme(name="upui", ai="01", digits=13, indicator=True, serial="235", classes=True),
    Scheme(name="itip", ai="8006", digits=13, indicator=True, serial="21", pieces=True, classes=True),
    Scheme(name="sscc", ai="00", digits=17, indicator=True),
    Scheme(name="sgln", ai="414", digits=12, serial="254"),
    Scheme(name="pgln", ai="417", digits=12),
    Scheme(name="grai", ai="8003", digits=12, lead="0", serial="8003", classes=True),
    Scheme(name="gdti", ai="253", digits=12, serial="253", classes=True),
    Scheme(name="sgcn", ai="255", digits=12, serial="255", classes=True),
    Scheme(name="gsrn", ai="8018", digits=17),
    Scheme(name="gsrnp", ai="8017", digits=17),
    Scheme(name="gsin", ai="402", digits=16),
    Scheme(name="giai", ai="8004"),
    Scheme(name="ginc", ai="401"),
    Scheme(name="cpi", ai="8010", serial="8011", classes=True),
)
_BY_NAME = {scheme.name: scheme for scheme in _SCHEMES}


def parse_epc_urn(urn: str) -> dict[str, str]:
    """Application identifiers and values of ``urn:epc:id:…``, ``urn:epc:class:lgtin:…`` or a pattern of a class."""
    if len(urn) > _LONGEST or not urn.startswith(URN_PREFIX):
        raise IdentifierRefused(f"{shown(urn, 120)} is no EPC URN")
    space, _, rest = urn.removeprefix(URN_PREFIX).partition(":")
    name, _, body = rest.partition(":")
    scheme = _BY_NAME.get(name)
    if scheme is None or space not in (scheme.space, "idpat"):
        raise IdentifierRefused(f"{shown(urn, 120)} is of no EPC scheme that GS1 keys have")
    fields = body.split(".", scheme.fields - 1)
    if len(fields) != scheme.fields:
        raise IdentifierRefused(f"{shown(urn, 120)} needs {scheme.fields} fields between dots")
    if space == "idpat" and not (scheme.classes and fields[-1] == _ANY and _ANY not in fields[:-1]):
        raise IdentifierRefused(f"{shown(urn, 120)} is no pattern that names one class")
    values = _key_values(scheme, fields)
    serial = fields[-1] if scheme.serial and space != "idpat" else None
    if serial is None or (scheme.ai == "414" and serial == _NO_EXTENSION):
        return values
    tail = checked_value(scheme.serial, _unescaped(serial)) if scheme.serial != scheme.ai else _unescaped(serial)
    if not tail:
        raise IdentifierRefused(f"{shown(urn, 120)} has no serial")
    if scheme.serial != scheme.ai:
        return values | {scheme.serial: tail}
    return {scheme.ai: checked_value(scheme.ai, values[scheme.ai] + tail)}


def build_epc_urn(values: Mapping[str, str], prefix_length: int) -> str:
    """The URN of what ``values`` name, given how many digits of the key are the company prefix."""
    if not SHORTEST_PREFIX <= prefix_length <= LONGEST_PREFIX:
        raise IdentifierRefused(f"a company prefix has 6 to 12 digits, not {prefix_length}")
    scheme = _scheme_of(values)
    value = checked_value(scheme.ai, values[scheme.ai])
    at = scheme.prefix_at
    prefix = value[at : at + prefix_length]
    if len(prefix) != prefix_length or not DIGITS.issuperset(prefix):
        raise IdentifierRefused(f"({scheme.ai}){value} does not begin with a company prefix of {prefix_length} digits")
    end = scheme.digits + len(scheme.lead) if scheme.digits else len(value)
    reference = (value[0] if scheme.indicator else "") + value[at + prefix_length : end]
    if not reference and scheme.digits != 12:
        raise IdentifierRefused(f"({scheme.ai}){value} has nothing behind its company prefix")
    fields = [prefix, _escaped(reference)]
    if scheme.pieces:
        fields += [value[14:16], value[16:18]]
    serial = _serial_of(scheme, values, value)
    if serial is None and scheme.serial:
        return f"{URN_PREFIX}idpat:{scheme.name}:{'.'.join([*fields, _ANY])}"
    if serial is not None:
        fields.append(_escaped(serial))
    return f"{URN_PREFIX}{scheme.space}:{scheme.name}:{'.'.join(fields)}"


def company_prefix_length(values: Mapping[str, str], prefixes: Iterable[str]) -> int:
    """How long the company prefix of the key is, by a list of known prefixes; refused when none of them is in it."""
    scheme = _scheme_of(values)
    digits = values[scheme.ai][scheme.prefix_at :]
    found = [len(prefix) for prefix in prefixes if digits.startswith(prefix)]
    if not found:
        raise IdentifierRefused(
            f"the company prefix of ({scheme.ai}){values[scheme.ai]} is not known",
            advice="enter the GS1 company prefixes of this supply chain",
        )
    return max(found)


def _key_values(scheme: Scheme, fields: list[str]) -> dict[str, str]:
    prefix, reference = fields[0], _unescaped(fields[1])
    if not SHORTEST_PREFIX <= len(prefix) <= LONGEST_PREFIX or not DIGITS.issuperset(prefix):
        raise IdentifierRefused(f"company prefix {shown(prefix)} has not 6 to 12 digits")
    if not scheme.digits:
        if not reference:
            raise IdentifierRefused("there is nothing behind the company prefix")
        return {scheme.ai: checked_value(scheme.ai, prefix + reference)}
    if not DIGITS.issuperset(reference) or len(prefix) + len(reference) != scheme.digits:
        raise IdentifierRefused(
            f"company prefix and reference of a {scheme.name} have {scheme.digits} digits together, "
            f"{shown(prefix + '.' + reference)} has not"
        )
    digits = reference[0] + prefix + reference[1:] if scheme.indicator else prefix + reference
    key = scheme.lead + digits + check_digit(digits)
    if scheme.pieces:
        if any(len(field) != 2 or not DIGITS.issuperset(field) for field in fields[2:4]):
            raise IdentifierRefused("piece and total have two digits each")
        key += fields[2] + fields[3]
    return {scheme.ai: checked_value(scheme.ai, key)}


def _scheme_of(values: Mapping[str, str]) -> Scheme:
    """A serial is more exact than a third-party serial, and that than a lot; without any, it is the class."""
    candidates = [scheme for scheme in _SCHEMES if scheme.ai in values]
    if not candidates:
        raise IdentifierRefused(f"no EPC scheme fits {' '.join(f'({ai})' for ai in values) or 'nothing'}")
    ranked = sorted(candidates, key=lambda scheme: ("21", "235", "10").index(scheme.serial) if scheme.ai == "01" else 0)
    return next((scheme for scheme in ranked if scheme.serial in values), ranked[0])


def _serial_of(scheme: Scheme, values: Mapping[str, str], value: str) -> str | None:
    if scheme.serial == scheme.ai:
        return value[len(scheme.lead) + scheme.digits + 1 :] or None
    if scheme.ai == "414":
        return checked_value("254", values.get("254", _NO_EXTENSION))
    return checked_value(scheme.serial, values[scheme.serial]) if scheme.serial in values else None


def _escaped(text: str) -> str:
    return "".join(f"%{ord(character):02X}" if character in _ESCAPED else character for character in text)


def _unescaped(text: str) -> str:
    """Only what must be escaped may be, so that each identity has one spelling."""
    wrong = sorted(set(text) - _PLAIN - {"%"})
    if wrong:
        raise IdentifierRefused(f"{shown(text)} may not hold {wrong[0]!r} as itself")
    return _ESCAPE.sub(_decoded, text)


def _decoded(found: re.Match[str]) -> str:
    character = chr(int(found[1], 16)) if found[1] else ""
    if not character or character not in _ESCAPED:
        raise IdentifierRefused(f"{found[0]!r} escapes nothing that must be escaped")
    return character
