"""Plant-specific codes: a rule says by a regular expression with named groups where part, lot and serial stand.

Only a subset of regular expressions is taken, whose cost can be counted before it is used: characters, classes, groups
and alternatives, and repetition of single characters. No group is repeated, nothing is looked up ahead or behind, and
the number of ways in which the repetitions can share out the longest text is bounded.
"""

import re
from collections.abc import Sequence

import msgspec

from traceability.errors import IdentifierRefused, Malformed
from traceability.identifier.characters import shown
from traceability.identifier.check_digit import gtin14
from traceability.identifier.gs1_item import gs1_uri
from traceability.identifier.kind import Item, ItemKind
from traceability.identifier.private import private_lot, private_part, private_unit

LONGEST_TEXT = 256
MOST_WAYS = 100_000

_GROUPS = frozenset({"gtin", "part", "lot", "serial"})
_LONGEST_PATTERN = 500
_TOKEN = re.compile(
    r"(?P<open>\((?:\?:|\?P<(?P<name>[a-z]+)>))"
    r"|(?P<close>\))"
    r"|(?P<bar>\|)"
    r"|(?P<atom>\[\^?\]?(?:[^\]\\\[]|\\[^\n])*\]|\\[dwsDWS]|\\[^\w\s]|[^\\\[\](){}|*+?^$])"
)
_REPEAT = re.compile(r"[*+?]|\{(?P<least>\d{1,3})(?:(?P<comma>,)(?P<most>\d{1,3})?)?\}")
_SET_OPERATIONS = ("--", "&&", "~~", "||")  # reserved inside character classes
_SHORTHAND = {"*": (0, LONGEST_TEXT), "+": (1, LONGEST_TEXT), "?": (0, 1)}


class PatternRule(msgspec.Struct, frozen=True, kw_only=True):
    """``pattern`` must match the whole text of a code in one of ``symbologies`` (all when empty).

    With ``gtin`` here or as a group the identity is a GS1 one, else a private one of ``organisation``; ``part`` stands
    for the group where the code does not hold it. The groups that match decide: serial before lot before part.
    """

    name: str
    pattern: str
    symbologies: frozenset[str] = frozenset()
    organisation: str = ""
    part: str = ""
    gtin: str = ""

    def __post_init__(self) -> None:
        check_pattern(self.name, self.pattern)
        if self.gtin:
            gtin14(self.gtin)
        if bool(self.gtin or "(?P<gtin>" in self.pattern) == bool(self.organisation):
            raise Malformed(
                f"pattern rule {self.name!r} needs either an organisation or a GTIN",
                advice="give one of organisation, gtin, or a group (?P<gtin>…)",
            )


def check_pattern(name: str, pattern: str) -> None:
    """Refuse a pattern that is outside the subset or could cost too much; ``Malformed`` says what to change."""
    where = f"pattern rule {name!r}"
    if len(pattern) > _LONGEST_PATTERN:
        raise Malformed(f"the pattern has more than {_LONGEST_PATTERN} characters", where=where)
    names, ways = _walk(pattern, where)
    if not names & {"part", "lot", "serial", "gtin"}:
        raise Malformed("no group names a part, lot or serial", where=where, advice="write (?P<serial>…)")
    if ways > MOST_WAYS:
        raise Malformed(
            f"the repetitions can share out a text in {ways} ways, at most {MOST_WAYS} are allowed",
            where=where,
            advice="give lengths, as in [A-Z0-9]{6,10} instead of .+",
        )
    if any(operation in pattern for operation in _SET_OPERATIONS):
        raise Malformed(f"the pattern may hold none of {' '.join(_SET_OPERATIONS)}", where=where)
    try:
        re.compile(pattern, re.ASCII)
    except re.error as error:
        raise Malformed(f"the pattern is no regular expression: {error}", where=where) from None


def matched_item(text: str, symbology: str, rules: Sequence[PatternRule]) -> Item | None:
    """What the rules make of ``text``; None when none matches, refused when they make several things of it."""
    if len(text) > LONGEST_TEXT:
        return None
    found: dict[Item, str] = {}
    for rule in rules:
        if rule.symbologies and symbology not in rule.symbologies:
            continue
        groups = re.fullmatch(rule.pattern, text, re.ASCII)
        if groups is not None:
            found.setdefault(
                _item(rule, {name: value for name, value in groups.groupdict().items() if value}), rule.name
            )
    if len(found) > 1:
        raise IdentifierRefused(f"{shown(text)} means several things by the rules {', '.join(sorted(found.values()))}")
    return next(iter(found), None)


def _item(rule: PatternRule, groups: dict[str, str]) -> Item:
    serial, lot = groups.get("serial"), groups.get("lot")
    gtin = groups.get("gtin", rule.gtin)
    if gtin:
        item = Item(ItemKind.PART, gtin14(gtin))
        if serial or lot:
            kind = ItemKind.UNIT if serial else ItemKind.LOT
            item = Item(kind, item.key, serial=serial, lot=None if serial else lot)
        gs1_uri(item)  # refuses a serial or lot that may not stand there
        return item
    part = groups.get("part", rule.part)
    if serial:
        return private_unit(rule.organisation, part, serial)
    return private_lot(rule.organisation, part, lot) if lot else private_part(rule.organisation, part)


def _walk(pattern: str, where: str) -> tuple[set[str], int]:
    """Names of the groups, and the number of ways to match in the worst case."""
    names: set[str] = set()
    ways, depth, at, repeatable = 1, 0, 0, ""
    while at < len(pattern):
        repeat = _REPEAT.match(pattern, at)
        if repeat is not None:
            ways *= _choices(repeat, repeatable, where)
            at, repeatable = repeat.end(), ""
            continue
        token = _TOKEN.match(pattern, at)
        if token is None:
            raise Malformed(f"{shown(pattern[at : at + 8])} is not allowed in a pattern", where=where)
        if token["name"]:
            if token["name"] not in _GROUPS or token["name"] in names:
                raise Malformed(
                    f"group {token['name']!r} is not one of {', '.join(sorted(_GROUPS))}, once", where=where
                )
            names.add(token["name"])
        depth += bool(token["open"]) - bool(token["close"])
        ways *= 2 if token["bar"] else 1
        at, repeatable = token.end(), "group" if token["close"] else "atom" if token["atom"] else ""
        if depth < 0:
            raise Malformed("a bracket closes that none opens", where=where)
    return names, ways


def _choices(repeat: re.Match[str], repeatable: str, where: str) -> int:
    least, most = _SHORTHAND.get(repeat[0], (0, 0))
    if repeat["least"]:
        least = int(repeat["least"])
        most = least if not repeat["comma"] else int(repeat["most"] or LONGEST_TEXT)
    if not repeatable or most < least or (repeatable == "group" and repeat[0] != "?"):
        raise Malformed(
            f"{repeat[0]!r} repeats nothing that may be repeated", where=where, advice="repeat single characters only"
        )
    return most - least + 1
