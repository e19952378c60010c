"""One canonical identity for each part, lot and unit: its GS1 Digital Link URI.

``https://id.gs1.org/01/{gtin14}`` names a part (an item class), ``…/10/{lot}`` a lot of it, ``…/21/{serial}`` one unit.
Two companies that use one serial never collide, because the GTIN in front of it belongs to one of them.
"""

from enum import StrEnum
from urllib.parse import quote

import msgspec

from traceability.errors import IdentifierRefused
from traceability.identifier.gs1 import checked_value, parse_digital_link

CANONICAL_ROOT = "https://id.gs1.org"
UNRESERVED = "-._~"


class ItemKind(StrEnum):
    """What an identity names."""

    PART = "part"
    LOT = "lot"
    UNIT = "unit"


class Item(msgspec.Struct, frozen=True):
    """An identity taken apart; ``serial`` only for a unit, ``lot`` only for a lot."""

    kind: ItemKind
    gtin: str
    serial: str | None = None
    lot: str | None = None


def part_uri(gtin: str) -> str:
    """Canonical identity of a part; ``gtin`` has 14 digits."""
    return f"{CANONICAL_ROOT}/01/{checked_value('01', gtin)}"


def lot_uri(gtin: str, lot: str) -> str:
    """Canonical identity of a lot."""
    return f"{part_uri(gtin)}/10/{quote(checked_value('10', lot), safe=UNRESERVED)}"


def unit_uri(gtin: str, serial: str) -> str:
    """Canonical identity of a unit."""
    return f"{part_uri(gtin)}/21/{quote(checked_value('21', serial), safe=UNRESERVED)}"


def item_uri(item: Item) -> str:
    """Canonical identity of ``item``."""
    if item.serial is not None:
        return unit_uri(item.gtin, item.serial)
    if item.lot is not None:
        return lot_uri(item.gtin, item.lot)
    return part_uri(item.gtin)


def item_of(values: dict[str, str]) -> Item:
    """The one thing that application identifiers name; a serial is more exact than a lot."""
    gtin = values.get("01")
    if gtin is None:
        raise IdentifierRefused("there is no GTIN (01), so the code names no part, lot or unit")
    if "21" in values:
        return Item(ItemKind.UNIT, gtin, serial=values["21"])
    if "10" in values:
        return Item(ItemKind.LOT, gtin, lot=values["10"])
    return Item(ItemKind.PART, gtin)


def parse_item(uri: str) -> Item:
    """Take a *canonical* identity apart; any other spelling is refused."""
    item = item_of(parse_digital_link(uri))
    if item_uri(item) != uri:
        raise IdentifierRefused(f"{uri[:200]!r} is not a canonical identity", advice=f"write {item_uri(item)}")
    return item


def part_of(uri: str) -> str:
    """The part of which ``uri`` is a unit or lot."""
    return part_uri(parse_item(uri).gtin)
