"""Identities that an organisation gives by itself: ``urn:zhuoyue:id:<scope>:<kind>:<fields>``.

::

    urn:zhuoyue:id:acme:part:4711-A                 a part number of the organisation acme
    urn:zhuoyue:id:acme:lot:4711-A:2026%2F07        a lot of that part
    urn:zhuoyue:id:acme:unit:4711-A:000123          a unit of that part
    urn:zhuoyue:id:acme:unit::000123                a unit whose serial acme gives only once, whatever the part
    urn:zhuoyue:id:acme:container:C-17              a container; likewise asset and location
    urn:zhuoyue:id:~vin:unit::LSVAA49J132047371     a serial that a public register makes unique
    urn:zhuoyue:id:~uuid:unit::1b4e28ba-2fa1-4d2b-883f-0016d3cca427
                                                    a UUID (RFC 9562), read from ``urn:uuid:…``; unit or lot: not known

The scope keeps organisations apart: two that use one serial never collide. It is the organisation's id, or a register
(which begins with ``~``, as no organisation does). Each field is a text of 1 to 100 printable characters in Unicode
normal form C without a space at either end; everything but letters, digits and ``-._~`` is percent-encoded UTF-8 in
upper case, so each identity has exactly one spelling.
"""

import re
import unicodedata

from traceability.errors import IdentifierRefused
from traceability.identifier.characters import escaped, shown, unescaped
from traceability.identifier.kind import Item, ItemKind

PRIVATE_ROOT = "urn:zhuoyue:id:"
VIN_SCOPE = "~vin"
ISO15459_SCOPE = "~iso15459"
UUID_SCOPE = "~uuid"
UUID_ROOT = "urn:uuid:"

_LONGEST_FIELD = 100
_LONGEST_URI = 4_000
_ORGANISATION = re.compile(r"[^\W_][\w.:-]{0,99}")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_REGISTER = re.compile(r"~(?:vin|uuid|iso15459|cage\.[0-9A-Z]{5}|duns\.[0-9]{9})")
_WORDS = {
    ItemKind.PART: "part",
    ItemKind.LOT: "lot",
    ItemKind.UNIT: "unit",
    ItemKind.LOGISTIC_UNIT: "container",
    ItemKind.ASSET: "asset",
    ItemKind.LOCATION: "location",
}
_KINDS = {word: kind for kind, word in _WORDS.items()}
_WITH_PART = (ItemKind.LOT, ItemKind.UNIT)


def private_part(organisation: str, part: str) -> Item:
    """A part by the organisation's own number."""
    return _checked(Item(ItemKind.PART, part, ai="", organisation=organisation))


def private_lot(organisation: str, part: str, lot: str) -> Item:
    """A lot; ``part`` empty when the organisation gives a lot number only once."""
    return _checked(Item(ItemKind.LOT, part, lot=lot, ai="", organisation=organisation))


def private_unit(organisation: str, part: str, serial: str) -> Item:
    """A unit; ``part`` empty when the organisation gives a serial only once."""
    return _checked(Item(ItemKind.UNIT, part, serial=serial, ai="", organisation=organisation))


def private_code(organisation: str, kind: ItemKind, code: str) -> Item:
    """A container (``LOGISTIC_UNIT``), asset or location by its code."""
    if kind in _WITH_PART or kind not in _WORDS:
        raise IdentifierRefused(f"a {kind} has no private code")
    return _checked(Item(kind, code, ai="", organisation=organisation))


def uuid_item(text: str) -> Item:
    """What ``urn:uuid:…`` names: some one thing. Of which kind it is, the name does not tell (RFC 9562, 4)."""
    serial = text.removeprefix(UUID_ROOT).lower()
    return _checked(Item(ItemKind.UNIT, "", serial=serial, ai="", organisation=UUID_SCOPE))


def is_uuid(item: Item) -> bool:
    """Whether the identity is a UUID, so that its kind says nothing."""
    return item.organisation == UUID_SCOPE


def cage_scope(code: str) -> str:
    """The scope of serials that the holder of a CAGE code gives."""
    return _register(f"~cage.{code}")


def duns_scope(number: str) -> str:
    """The scope of serials that the holder of a DUNS number gives."""
    return _register(f"~duns.{number}")


def private_uri(item: Item) -> str:
    """Canonical identity of a private ``item``."""
    _checked(item)
    fields = [item.key]
    if item.kind in _WITH_PART:
        fields.append((item.serial if item.kind is ItemKind.UNIT else item.lot) or "")
    return PRIVATE_ROOT + ":".join((escaped(item.organisation), _WORDS[item.kind], *map(escaped, fields)))


def parse_private_uri(uri: str) -> Item:
    """Take a private identity apart; ``IdentifierRefused`` for any spelling but the canonical one."""
    fields = uri.removeprefix(PRIVATE_ROOT).split(":") if len(uri) <= _LONGEST_URI else []
    kind = _KINDS.get(fields[1]) if len(fields) > 2 else None
    if kind is None or not uri.startswith(PRIVATE_ROOT) or len(fields) != (4 if kind in _WITH_PART else 3):
        raise IdentifierRefused(f"{shown(uri, 200)} is no private identity", advice=f"{PRIVATE_ROOT}scope:kind:number")
    organisation, *names = map(unescaped, (fields[0], *fields[2:]))
    if kind is ItemKind.UNIT:
        item = private_unit(organisation, *names)
    elif kind is ItemKind.LOT:
        item = private_lot(organisation, *names)
    else:
        item = _checked(Item(kind, names[0], ai="", organisation=organisation))
    canonical = private_uri(item)
    if canonical != uri:
        raise IdentifierRefused(f"{shown(uri, 200)} is not a canonical identity", advice=f"write {canonical}")
    return item


def _checked(item: Item) -> Item:
    scope = item.organisation
    if not (_ORGANISATION.fullmatch(scope) and _is_text(scope)) and not _REGISTER.fullmatch(scope):
        raise IdentifierRefused(f"{shown(scope)} is no organisation's id")
    if scope == UUID_SCOPE and (item.kind is not ItemKind.UNIT or item.key or not _UUID.fullmatch(item.serial or "")):
        raise IdentifierRefused(
            f"{shown(item.serial or item.key)} is no UUID", advice="write 32 hexadecimal digits as 8-4-4-4-12"
        )
    tail = item.serial if item.kind is ItemKind.UNIT else item.lot if item.kind is ItemKind.LOT else None
    if item.kind in _WITH_PART:
        _check_text(tail or "", "serial" if item.kind is ItemKind.UNIT else "lot")
    if item.key or item.kind not in _WITH_PART:
        _check_text(item.key, "part number" if item.kind in (*_WITH_PART, ItemKind.PART) else "code")
    return item


def _check_text(text: str, name: str) -> None:
    if not _is_text(text):
        raise IdentifierRefused(
            f"{name} {shown(text)} is not 1 to {_LONGEST_FIELD} printable characters in normal form C, "
            "without spaces around them"
        )


def _is_text(text: str) -> bool:
    return (
        0 < len(text) <= _LONGEST_FIELD
        and text.isprintable()
        and text == text.strip()
        and unicodedata.is_normalized("NFC", text)
    )


def _register(scope: str) -> str:
    if not _REGISTER.fullmatch(scope):
        raise IdentifierRefused(f"{shown(scope.rpartition('.')[2])} is no code of that register")
    return scope
