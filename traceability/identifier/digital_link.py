"""GS1 Digital Link URIs, uncompressed: a primary key and its qualifiers in the path, attributes in the query.

Source: GS1 Digital Link Standard, URI Syntax 1.2 and later. The key is the last one in the path: what stands before it
is the owner's. ``+`` in the query is a space (so never part of a value), in the path it is itself.
"""

import re
from collections.abc import Iterator, Mapping

from traceability.errors import IdentifierRefused
from traceability.identifier.ai_rule import RULES, Rule, checked_value, rule_for
from traceability.identifier.association import check_completeness, check_exclusions
from traceability.identifier.characters import DIGITS, escaped, shown, unescaped
from traceability.identifier.check_digit import GTIN_LENGTHS, gtin14

CANONICAL_ROOT = "https://id.gs1.org"
LONGEST = 8_000

_GTIN = "01"
_LINK = re.compile(
    r"(?:https?|HTTPS?)://(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?"
    r"(?P<path>/[^?#]*)(?:\?(?P<query>[^#]*))?(?:#.*)?"
)
_URI = re.compile(r"[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]*")
_COMPRESSED = re.compile(r"[A-Za-z0-9_-]{8,}")


def is_link(text: str) -> bool:
    """Whether ``text`` is a web address, whatever stands in it."""
    return text[:8].lower().startswith(("http://", "https://"))


def has_key(uri: str) -> bool:
    """Whether the path of a web address holds what looks like a GS1 key, right or wrong."""
    segments = uri.partition("?")[0].partition("#")[0].split("/")[3:]
    return any(_is_key(segment) for segment in segments[:-1])


def parse_digital_link(uri: str, *, complete: bool = True, short_gtin: bool = False) -> dict[str, str]:
    """Application identifiers and values of an uncompressed GS1 Digital Link URI; the primary key comes first.

    ``short_gtin`` takes a GTIN of 8, 12 or 13 digits in the path too (an old spelling) and returns it in 14.
    ``complete`` as for an element string.
    """
    if len(uri) > LONGEST:
        raise IdentifierRefused(f"the web address has {len(uri)} characters, at most {LONGEST} are read")
    parts = _LINK.fullmatch(uri)
    if parts is None or not _URI.fullmatch(uri):
        raise IdentifierRefused(f"{shown(uri, 120)} is not a web address with a path")
    found = dict[str, str]()
    pairs = _path_pairs(parts["path"], uri)
    for ai, segment in pairs:
        if ai in found:
            raise IdentifierRefused(f"({ai}) stands twice in {shown(uri, 120)}")
        found[ai] = checked_value(ai, _as_gtin14(ai, _value(ai, segment), allowed=short_gtin))
    _check_sequence(tuple(found))
    in_path = tuple(found)
    for ai, text in _attributes(parts["query"] or ""):
        if ai in found:
            raise IdentifierRefused(f"({ai}) stands twice in {shown(uri, 120)}")
        _check_attribute(ai, in_path)
        found[ai] = checked_value(ai, _as_gtin14(ai, _value(ai, text.replace("+", " ")), allowed=True))
    check_exclusions(found)
    if complete:
        check_completeness(found)
    return found


def build_digital_link(values: Mapping[str, str], root: str = CANONICAL_ROOT) -> str:
    """The Digital Link of ``values``: their first primary key, its qualifiers, the rest as attributes in order.

    Under the usual root this is the canonical form. Of alternative sequences of qualifiers the fuller one is taken.
    """
    check_exclusions(values)
    key = next((ai for ai in values if rule_for(ai).key is not None), None)
    if key is None:
        raise IdentifierRefused("there is no primary key among the application identifiers")
    sequences = RULES[key].key or ()
    sequence = max(sequences, key=lambda each: sum(ai in values for ai in each), default=())
    path = [key, *(ai for ai in sequence if ai in values)]
    attributes = sorted(ai for ai in values if ai not in path)
    for ai in attributes:
        _check_attribute(ai, tuple(path))
    link = root.rstrip("/") + "".join(f"/{ai}/{escaped(checked_value(ai, values[ai]))}" for ai in path)
    query = "&".join(f"{ai}={escaped(checked_value(ai, values[ai]))}" for ai in attributes)
    return f"{link}?{query}" if query else link


def _path_pairs(path: str, uri: str) -> list[tuple[str, str]]:
    """Identifiers and encoded values from the last primary key on."""
    segments = path.split("/")[1:]
    pairs: list[tuple[str, str]] = []
    for at in range(len(segments) - 2, -1, -2):
        rule = RULES.get(segments[at])
        if rule is None:
            break
        pairs.append((rule.ai, segments[at + 1]))
        if rule.key is not None:
            return pairs[::-1]
    raise IdentifierRefused(f"{shown(uri, 120)} has no GS1 key in its path", advice=_advice(segments))


def _advice(segments: list[str]) -> str:
    if segments[-1] and _COMPRESSED.fullmatch(segments[-1]) and not DIGITS.issuperset(segments[-1]):
        return "if it is a compressed Digital Link, use the uncompressed one: compressed links are not read"
    return ""


def _is_key(segment: str) -> bool:
    rule = RULES.get(segment)
    return rule is not None and rule.key is not None


def _value(ai: str, text: str) -> str:
    if not text:
        raise IdentifierRefused(f"({ai}) has no value")
    return unescaped(text)


def _as_gtin14(ai: str, value: str, *, allowed: bool) -> str:
    return gtin14(value) if allowed and ai == _GTIN and len(value) in GTIN_LENGTHS else value


def _check_sequence(path: tuple[str, ...]) -> None:
    rule = RULES[path[0]]
    if not _is_sequence(rule, path[1:]):
        allowed = " or ".join(" ".join(f"({ai})" for ai in each) for each in rule.key or () if each) or "none"
        given = " ".join(f"({ai})" for ai in path[1:])
        raise IdentifierRefused(f"({path[0]}) is qualified by {given}; allowed, in this order: {allowed}")


def _is_sequence(rule: Rule, qualifiers: tuple[str, ...]) -> bool:
    return any(qualifiers == tuple(ai for ai in each if ai in qualifiers) for each in rule.key or ())


def _check_attribute(ai: str, path: tuple[str, ...]) -> None:
    if not rule_for(ai).attribute:
        raise IdentifierRefused(f"({ai}) may not be an attribute of a Digital Link")
    rule, qualifiers = RULES[path[0]], path[1:]
    for alternative in rule.key or ():
        if ai in alternative and set(qualifiers) <= set(alternative):
            raise IdentifierRefused(f"({ai}) belongs into the path, behind ({path[0]})")


def _attributes(query: str) -> Iterator[tuple[str, str]]:
    """Identifiers and encoded values; parameters whose names are not all digits are the owner's."""
    for parameter in query.split("&"):
        name, sign, text = parameter.partition("=")
        if sign and name and DIGITS.issuperset(name):
            yield rule_for(name).ai, text
