"""Identifiers of GS1 keys in the one form that event hashes use (CBV 2.0, 8.9.2, rules 17 and 18).

EPC URNs and Digital Links of any domain become canonical Digital Links with the most exact level only: a serial leaves
out the lot, attributes and consumer product variants are dropped. What names no GS1 key stays as it is; check digits
are not judged here, because a hash must be computable for what somebody wrote.
"""

import re
from functools import lru_cache
from urllib.parse import quote, unquote

from traceability.errors import IdentifierRefused
from traceability.identifier.epc_urn import parse_epc_urn
from traceability.identifier.item import CANONICAL_ROOT

_SAFE = "-._~!()*+,:;='"  # what the form leaves as itself beside letters and digits
_LINK = re.compile(r"https?://[^/?#]*(?P<path>/[^?#]*)(?:\?[^#]*)?(?:#.*)?", re.IGNORECASE)
_NAMES = {
    "gtin": "01",
    "itip": "8006",
    "cpid": "8010",
    "gln": "414",
    "party": "417",
    "gsrnp": "8017",
    "gsrn": "8018",
    "gcn": "255",
    "sscc": "00",
    "gdti": "253",
    "ginc": "401",
    "gsin": "402",
    "grai": "8003",
    "giai": "8004",
    "cpv": "22",
    "lot": "10",
    "ser": "21",
}
_TEXT = r"[!-~]"  # printable ASCII
_KEYS = {
    "00": r"[0-9]{18}",
    "01": r"[0-9]{14}",
    "253": rf"[0-9]{{13}}{_TEXT}{{0,17}}",
    "255": r"[0-9]{13,25}",
    "401": rf"[0-9]{{4}}{_TEXT}{{0,26}}",
    "402": r"[0-9]{17}",
    "414": r"[0-9]{13}",
    "417": r"[0-9]{13}",
    "8003": rf"[0-9]{{14}}{_TEXT}{{0,16}}",
    "8004": rf"[0-9]{{4}}{_TEXT}{{0,26}}",
    "8006": r"[0-9]{18}",
    "8010": r"[0-9]{4}[#\-/0-9A-Z]{0,26}",
    "8017": r"[0-9]{18}",
    "8018": r"[0-9]{18}",
}
_QUALIFIERS = {  # of each key the exacter one first
    "01": {"21": 20, "235": 28, "10": 20},
    "8006": {"21": 20, "10": 20},
    "8010": {"8011": 12},
    "414": {"254": 20},
}
_NO_EXTENSION = ("254", "0")  # as in an SGLN, it means that there is none (Tag Data Standard, 6.3.3)
_DROPPED = frozenset(("22", "8019", "7040"))
_SHORT_GTINS = (8, 12, 13)
_WITH_SERIAL = ("urn:epc:id:sgtin:", "urn:epc:class:lgtin:")
_LONGEST_SERIAL, _ANY_SERIAL = 20, "0"


@lru_cache(maxsize=2_048)  # places and parties come again and again, things once
def canonical_link(text: str) -> str | None:
    """The canonical Digital Link of an EPC URN or Digital Link; None when ``text`` is neither."""
    if text.startswith("urn:epc:"):
        head, _, serial = text.rpartition(".")
        if head.startswith(_WITH_SERIAL) and serial.isalnum() and serial.isascii() and len(serial) <= _LONGEST_SERIAL:
            stem = _stem(head)
            return None if stem is None else stem + serial
        return _from_urn(text)
    found = _LINK.fullmatch(text) if text[:4].lower() == "http" else None
    return _from_path(found["path"]) if found is not None else None


@lru_cache(maxsize=4_096)
def _stem(head: str) -> str | None:
    """What the links of all things begin with whose URNs begin with ``head``: of one part there are very many."""
    link = _from_urn(f"{head}.{_ANY_SERIAL}")
    return None if link is None else link.removesuffix(_ANY_SERIAL)


def _from_urn(text: str) -> str | None:
    try:
        values = parse_epc_urn(text)
    except IdentifierRefused:
        return None
    key = next(iter(values))
    return _spelled(key, values[key], {ai: value for ai, value in values.items() if ai != key})


def _from_path(path: str) -> str | None:
    segments = [_NAMES.get(segment, segment) for segment in path.rstrip("/").split("/")[1:]]
    for at in range(len(segments) - 2, -1, -1):
        key, rest = segments[at], segments[at + 2 :]
        if key in _KEYS and len(rest) % 2 == 0 and segments[at + 1][:4].isdecimal():
            value = unquote(segments[at + 1])
            if key == "01" and len(value) in _SHORT_GTINS:
                value = value.zfill(14)
            pairs = dict(zip(rest[::2], map(unquote, rest[1::2]), strict=True))
            allowed = _QUALIFIERS.get(key, {})
            if re.fullmatch(_KEYS[key], value) and all(ai in allowed or ai in _DROPPED for ai in pairs):
                return _spelled(key, value, pairs)
    return None


def _spelled(key: str, value: str, qualifiers: dict[str, str]) -> str | None:
    link = f"{CANONICAL_ROOT}/{key}/{_escaped(value)}"
    for ai, longest in _QUALIFIERS.get(key, {}).items():
        if ai in qualifiers and (ai, qualifiers[ai]) != _NO_EXTENSION:
            tail = qualifiers[ai]
            return f"{link}/{ai}/{_escaped(tail)}" if len(tail) <= longest else None
    return link


def _escaped(text: str) -> str:
    return text if text.isascii() and text.isalnum() else quote(text, safe=_SAFE)
