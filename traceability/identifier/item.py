"""One canonical identity for each thing: its GS1 Digital Link URI, or a private URN where it has no GS1 key.

``https://id.gs1.org/01/{gtin14}`` names a part (an item class), ``…/10/{lot}`` a lot of it, ``…/21/{serial}`` one unit;
the other GS1 keys likewise. Two companies that use one serial never collide, because the key in front of it belongs to
one of them. Private identities are scoped by their organisation (:mod:`traceability.identifier.private`).
"""

from collections.abc import Iterable
from functools import lru_cache

import msgspec

from traceability.errors import IdentifierRefused
from traceability.identifier.ai_rule import checked_value
from traceability.identifier.characters import UNRESERVED, shown
from traceability.identifier.digital_link import CANONICAL_ROOT, has_key, is_link
from traceability.identifier.epc_urn import URN_PREFIX, build_epc_urn, company_prefix_length, parse_epc_urn
from traceability.identifier.gs1_item import CLASS_OF, gs1_uri, item_of, item_of_link, item_values, parse_gs1_uri
from traceability.identifier.kind import Item, ItemKind
from traceability.identifier.private import PRIVATE_ROOT, UUID_ROOT, parse_private_uri, private_uri, uuid_item

__all__ = [
    "CANONICAL_ROOT",
    "UNRESERVED",
    "Item",
    "ItemKind",
    "epc_urn",
    "item_of",
    "item_of_link",
    "item_uri",
    "item_values",
    "lot_uri",
    "parse_item",
    "part_of",
    "part_uri",
    "read_identity",
    "unit_uri",
]


REMEMBERED = 4096
"""Identities kept taken apart: a unit is named by several records, its part by all of them."""


def part_uri(gtin: str) -> str:
    """Canonical identity of a part; ``gtin`` has 14 digits."""
    return f"{CANONICAL_ROOT}/01/{checked_value('01', gtin)}"


def lot_uri(gtin: str, lot: str) -> str:
    """Canonical identity of a lot."""
    return gs1_uri(Item(ItemKind.LOT, gtin, lot=lot))


def unit_uri(gtin: str, serial: str) -> str:
    """Canonical identity of a unit."""
    return gs1_uri(Item(ItemKind.UNIT, gtin, serial=serial))


def item_uri(item: Item) -> str:
    """Canonical identity of ``item``."""
    return private_uri(item) if item.is_private else gs1_uri(item)


@lru_cache(maxsize=REMEMBERED)
def parse_item(uri: str) -> Item:
    """Take a *canonical* identity apart; any other spelling is refused."""
    if uri.startswith(PRIVATE_ROOT):
        return parse_private_uri(uri)
    if uri.startswith(CANONICAL_ROOT + "/") and "?" not in uri and "#" not in uri:
        return parse_gs1_uri(uri)
    canonical = item_uri(read_identity(uri))
    raise IdentifierRefused(f"{shown(uri, 200)} is not a canonical identity", advice=f"write {canonical}")


def read_identity(text: str) -> Item:
    """The identity in a canonical, Digital Link, EPC URN or UUID spelling; attributes of a link are left out."""
    if text.startswith(PRIVATE_ROOT):
        return parse_private_uri(text)
    if text[: len(UUID_ROOT)].lower() == UUID_ROOT:
        return uuid_item(text[len(UUID_ROOT) :])
    if text.startswith(URN_PREFIX):
        return item_of(parse_epc_urn(text))
    if is_link(text) and has_key(text):
        return item_of_link(text)
    raise IdentifierRefused(f"{shown(text, 200)} is no Digital Link, no EPC URN and no private identity")


def epc_urn(item: Item, *, prefix_length: int | None = None, prefixes: Iterable[str] = ()) -> str:
    """The EPC URN of ``item``: by the length of its company prefix, or by the known prefixes; never by a guess."""
    if item.is_private:
        raise IdentifierRefused(f"{item_uri(item)} is no GS1 identity, so it has no EPC URN")
    values = item_values(item)
    return build_epc_urn(values, company_prefix_length(values, prefixes) if prefix_length is None else prefix_length)


def part_of(uri: str) -> str:
    """The part of which ``uri`` is a unit or lot; the class of which it is one, for other things."""
    item = parse_item(uri)
    kind = CLASS_OF.get(item.kind, item.kind)
    if kind is item.kind is not ItemKind.PART or not item.key:
        raise IdentifierRefused(f"{shown(uri, 200)} tells no part")
    return item_uri(msgspec.structs.replace(item, kind=kind, serial=None, lot=None))
