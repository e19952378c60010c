"""Reads what was pasted or scanned as a GS1 code: Digital Link, element string, or the text printed below a code."""

import re

from traceability.errors import IdentifierRefused
from traceability.identifier.gs1 import GROUP_SEPARATOR, checked_value, parse_element_string
from traceability.identifier.item import CANONICAL_ROOT, Item, ItemKind, item_of, item_of_link

_PRINTED = re.compile(r"(?:\((\d{2,4})\)([^()]+))+")
_PAIR = re.compile(r"\((\d{2,4})\)([^()]+)")
_SYMBOLOGY = re.compile(r"^\][A-Za-z][0-9A-Za-z]")
_SEPARATORS = ("<GS>", "{GS}", "␝", "\\x1d", "^]")
_RAW = re.compile(r"01\d{14}")
_SEARCHED = (ItemKind.PART, ItemKind.LOT, ItemKind.UNIT)


def looks_like_code(text: str) -> bool:
    """Whether ``text`` must be meant as a code: then a problem with it is worth telling."""
    return bool(
        text.lower().startswith(("http://", "https://"))
        or text.startswith(("/01/", "(01)"))
        or _SYMBOLOGY.match(text)
        or GROUP_SEPARATOR in text
        or _RAW.match(text)
    )


def read_code(text: str) -> Item:
    """The part, lot or unit in ``text``; ``IdentifierRefused`` says why there is none."""
    item = _named(text)
    if item.kind not in _SEARCHED:
        raise IdentifierRefused(f"the code names a {item.kind.replace('_', ' ')}, not a part, lot or unit")
    return item


def _named(text: str) -> Item:
    if text.lower().startswith(("http://", "https://")):
        return item_of_link(text)
    if text.startswith("/01/"):
        return item_of_link(CANONICAL_ROOT + text)
    bare = _SYMBOLOGY.sub("", text)
    if _PRINTED.fullmatch(bare):
        return item_of(_printed(bare))
    for spelling in _SEPARATORS:
        bare = bare.replace(spelling, GROUP_SEPARATOR)
    return item_of(parse_element_string(bare.removeprefix(GROUP_SEPARATOR), complete=False))


def _printed(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for ai, value in _PAIR.findall(text):
        if found.setdefault(ai, value.strip()) != checked_value(ai, value.strip()):
            raise IdentifierRefused(f"({ai}) stands twice with different values")
    return found
