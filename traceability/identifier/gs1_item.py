"""From application identifiers to the one thing that they name, and to its canonical Digital Link."""

import re
from collections.abc import Mapping

import msgspec

from traceability.errors import IdentifierRefused
from traceability.identifier.ai_rule import RULES, checked_value
from traceability.identifier.characters import escaped, shown, unescaped
from traceability.identifier.digital_link import CANONICAL_ROOT, parse_digital_link
from traceability.identifier.kind import Item, ItemKind

_PLAIN = re.compile(
    re.escape(CANONICAL_ROOT) + r"/01/(?P<gtin>[0-9]{14})/(?P<ai>10|21)/(?P<tail>[0-9A-Za-z][0-9A-Za-z_-]{0,19})"
)
"""A unit or lot as nearly all are: no character that is ever escaped, so it is canonical if its GTIN holds."""
_NO_EXTENSION = "0"  # of a location: none (EPC Tag Data Standard 6.3.3)


class Form(msgspec.Struct, frozen=True):
    """How a kind is written: its key, the identifier of its serial or lot, or where in the key the serial begins."""

    ai: str
    qualifier: str = ""
    tail: int = 0
    optional: bool = False


_SINGLE = {
    ItemKind.UNIT: Form("01", "21"),
    ItemKind.UNIT_PACK: Form("01", "235"),
    ItemKind.PIECE: Form("8006", "21"),
    ItemKind.COMPONENT: Form("8010", "8011"),
    ItemKind.LOGISTIC_UNIT: Form("00"),
    ItemKind.RETURNABLE_ASSET: Form("8003", tail=14),
    ItemKind.ASSET: Form("8004"),
    ItemKind.DOCUMENT: Form("253", tail=13),
    ItemKind.COUPON: Form("255", tail=13),
    ItemKind.PROVIDER: Form("8017", "8019", optional=True),
    ItemKind.RECIPIENT: Form("8018", "8019", optional=True),
}
_CLASSES = {
    ItemKind.LOT: Form("01", "10"),
    ItemKind.PART: Form("01"),
    ItemKind.PIECE_TYPE: Form("8006"),
    ItemKind.COMPONENT_TYPE: Form("8010"),
    ItemKind.RETURNABLE_ASSET_TYPE: Form("8003"),
    ItemKind.DOCUMENT_TYPE: Form("253"),
    ItemKind.COUPON_TYPE: Form("255"),
    ItemKind.MODEL: Form("8013"),
}
_AROUND = {
    ItemKind.LOCATION: Form("414", "254", optional=True),
    ItemKind.PARTY: Form("417"),
    ItemKind.CONSIGNMENT: Form("401"),
    ItemKind.SHIPMENT: Form("402"),
}
FORMS: Mapping[ItemKind, Form] = _SINGLE | _CLASSES | _AROUND
CLASS_OF = {
    ItemKind.UNIT: ItemKind.PART,
    ItemKind.UNIT_PACK: ItemKind.PART,
    ItemKind.LOT: ItemKind.PART,
    ItemKind.PIECE: ItemKind.PIECE_TYPE,
    ItemKind.COMPONENT: ItemKind.COMPONENT_TYPE,
    ItemKind.RETURNABLE_ASSET: ItemKind.RETURNABLE_ASSET_TYPE,
    ItemKind.DOCUMENT: ItemKind.DOCUMENT_TYPE,
    ItemKind.COUPON: ItemKind.COUPON_TYPE,
}


def item_of(values: Mapping[str, str]) -> Item:
    """The one thing that application identifiers name; ``IdentifierRefused`` when they name none or several.

    A single thing is more exact than a lot or a class, and these more than the place or shipment that they are in.
    """
    for forms in (_SINGLE, _CLASSES, _AROUND):
        found = {kind: item for kind, form in forms.items() if (item := _read(kind, form, values)) is not None}
        if ItemKind.LOT in found:
            found.pop(ItemKind.PART)
        if len(found) > 1:
            raise IdentifierRefused(f"the code names several things: {', '.join(found)}")
        if found:
            return next(iter(found.values()))
    raise IdentifierRefused(
        "there is no GTIN (01) and no other key, so the code names no part, lot, unit or other item"
    )


def item_of_link(uri: str, *, complete: bool = True) -> Item:
    """The thing that a Digital Link names: its primary key with its qualifiers, whatever its attributes say."""
    values = parse_digital_link(uri, complete=complete)
    key = next(iter(values))
    qualifiers = {ai for sequence in RULES[key].key or () for ai in sequence}
    return item_of({ai: value for ai, value in values.items() if ai == key or ai in qualifiers})


def item_values(item: Item) -> dict[str, str]:
    """Application identifiers and values that name ``item``."""
    form = FORMS[item.kind]
    if form.tail:
        return {form.ai: item.key + (item.serial or "")}
    tail = item.lot if item.kind is ItemKind.LOT else item.serial
    return {form.ai: item.key} if tail is None or not form.qualifier else {form.ai: item.key, form.qualifier: tail}


def gs1_uri(item: Item) -> str:
    """Canonical Digital Link of ``item``."""
    for ai, value in item_values(item).items():
        checked_value(ai, value)
    return _spelled(item)


def parse_gs1_uri(uri: str) -> Item:
    """Take a canonical Digital Link apart; any other spelling is refused."""
    plain = _PLAIN.fullmatch(uri)
    if plain is not None:
        gtin, ai, tail = plain.groups()
        checked_value("01", gtin)
        return (
            Item(ItemKind.UNIT, gtin, serial=tail, ai="01")
            if ai == "21"
            else Item(ItemKind.LOT, gtin, lot=tail, ai="01")
        )
    return parse_any_gs1_uri(uri)


def parse_any_gs1_uri(uri: str) -> Item:
    """The same for every kind and every character."""
    segments = uri.removeprefix(CANONICAL_ROOT).split("/")
    if len(segments) not in (3, 5) or segments[0]:
        raise IdentifierRefused(f"{shown(uri, 200)} is not a key with at most one qualifier")
    values = {segments[at]: unescaped(segments[at + 1]) for at in range(1, len(segments), 2)}
    for ai, value in values.items():
        checked_value(ai, value)
    item = item_of(values)
    canonical = _spelled(item)
    if canonical != uri:
        raise IdentifierRefused(f"{shown(uri, 200)} is not a canonical identity", advice=f"write {canonical}")
    return item


def _spelled(item: Item) -> str:
    return CANONICAL_ROOT + "".join(f"/{ai}/{escaped(value)}" for ai, value in item_values(item).items())


def _read(kind: ItemKind, form: Form, values: Mapping[str, str]) -> Item | None:
    key = values.get(form.ai)
    if key is None:
        return None
    if form.tail:
        serial = key[form.tail :]
        return Item(kind, key[: form.tail], serial=serial, ai=form.ai) if serial else None
    qualifier = values.get(form.qualifier)
    if kind is ItemKind.LOCATION and qualifier == _NO_EXTENSION:
        qualifier = None
    if form.qualifier and not form.optional and qualifier is None:
        return None
    if kind is ItemKind.LOT:
        return Item(kind, key, lot=qualifier, ai=form.ai)
    return Item(kind, key, serial=qualifier, ai=form.ai)
