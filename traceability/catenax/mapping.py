"""Our items and links as aspects, and back.

A Catena-X id is a random name that says nothing; here it is derived from the canonical identity and a key of the hub
(so it stays the same, and nobody without the key can guess it), and partners' ids are kept as aliases.
"""

import hmac
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from hashlib import sha256
from typing import TypeVar
from uuid import UUID

import msgspec

from traceability.catenax.aspects import (
    Batch,
    BatchIdentifier,
    ChildItem,
    ItemQuantity,
    Manufacturing,
    ParentItem,
    PartIdentifier,
    PartType,
    SerialPart,
    SingleLevelBomAsBuilt,
    SingleLevelUsageAsBuilt,
    Unit,
)
from traceability.errors import Malformed
from traceability.genealogy import Link
from traceability.identifier.item import parse_item
from traceability.identifier.kind import ItemKind
from traceability.uom.convert import converted

_UNITS: Mapping[str, Unit] = {
    "": "unit:piece",
    "1": "unit:piece",
    "g": "unit:gram",
    "kg": "unit:kilogram",
    "t": "unit:tonneMetricTon",
    "m": "unit:metre",
    "cm": "unit:centimetre",
    "km": "unit:kilometre",
    "m2": "unit:squareMetre",
    "cm2": "unit:squareCentimetre",
    "m3": "unit:cubicMetre",
    "cm3": "unit:cubicCentimetre",
    "L": "unit:litre",
    "l": "unit:litre",
    "mL": "unit:millilitre",
    "s": "unit:secondUnitOfTime",
    "min": "unit:minuteUnitOfTime",
    "h": "unit:hourUnitOfTime",
    "d": "unit:day",
    "{set}": "unit:set",
    "{pair}": "unit:pair",
    "{page}": "unit:page",
    "{cycle}": "unit:cycle",
    "kW.h": "unit:kilowattHour",
    "[ston_av]": "unit:tonUsOrShortTonUkorus",
    "[oz_av]": "unit:ounceAvoirdupois",
    "[lb_av]": "unit:pound",
    "[in_i]": "unit:inch",
    "[ft_i]": "unit:foot",
    "[yd_i]": "unit:yard",
    "[sin_i]": "unit:squareInch",
    "[sft_i]": "unit:squareFoot",
    "[syd_i]": "unit:squareYard",
    "[cin_i]": "unit:cubicInch",
    "[cft_i]": "unit:cubicFoot",
    "[cyd_i]": "unit:cubicYard",
    "hL": "unit:hectolitre",
}
_UCUM = {unit: ucum for ucum, unit in _UNITS.items() if ucum not in ("", "l")}
_LARGEST_FIRST = ("kg", "g", "m", "cm", "m2", "cm2", "m3", "cm3", "L", "mL", "h", "min", "s", "kW.h")
"""Units into which others are converted, if that is exact in decimals."""

AnyItem = TypeVar("AnyItem", ChildItem, ParentItem)
IdOf = Callable[[str], str]
"""The Catena-X id of a canonical identity."""
PartnerOf = Callable[[str], str]
"""The BPNL of who made the item with a canonical identity."""


class PartFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What an aspect tells of an item beyond its identity."""

    manufacturer: str
    made: datetime
    name: str
    part_number: str | None = None
    country: str | None = None
    customer_part_number: str | None = None
    vin: str | None = None


def derived_id(key: bytes, item: str) -> str:
    """The Catena-X id of an item under the hub's secret ``key``: a UUID of version 4 by its form."""
    digest = hmac.new(key, item.encode(), sha256).digest()[:16]
    return UUID(bytes=digest, version=4).urn


def serial_part(item: str, facts: PartFacts, id_of: IdOf) -> SerialPart:
    """The aspect of a unit."""
    parsed = parse_item(item)
    if parsed.serial is None:
        raise Malformed(f"{item} is no single part")
    names = {"manufacturerId": facts.manufacturer, "partInstanceId": parsed.serial, "van": facts.vin}
    return SerialPart(
        catena_x_id=id_of(item),
        local_identifiers=tuple(PartIdentifier(key=key, value=value) for key, value in names.items() if value),
        manufacturing_information=_made(facts),
        part_type_information=_type(facts, parsed.key, customer=True),
    )


def batch(item: str, facts: PartFacts, id_of: IdOf) -> Batch:
    """The aspect of a lot."""
    parsed = parse_item(item)
    if parsed.kind is not ItemKind.LOT or parsed.lot is None:
        raise Malformed(f"{item} is no lot")
    names = {"manufacturerId": facts.manufacturer, "batchId": parsed.lot}
    return Batch(
        catena_x_id=id_of(item),
        local_identifiers=tuple(BatchIdentifier(key=key, value=value) for key, value in names.items()),
        manufacturing_information=_made(facts),
        part_type_information=_type(facts, parsed.key, customer=False),
    )


def bom_as_built(parent: str, links: Iterable[Link], id_of: IdOf, partner_of: PartnerOf) -> SingleLevelBomAsBuilt:
    """What went into ``parent`` by the links in force below it."""
    children = tuple(
        ChildItem(
            catena_x_id=id_of(link.stated_child or link.child),
            quantity=_stated_quantity(link) or ItemQuantity(value=Decimal(1), unit="unit:piece"),
            business_partner=partner_of(link.child),
            created_on=_text(link.event_time),
            has_alternatives=not link.certain,
        )
        for link in links
        if link.parent == parent
    )
    return SingleLevelBomAsBuilt(catena_x_id=id_of(parent), child_items=_distinct(children))


def usage_as_built(
    child: str, links: Iterable[Link], customers: Iterable[str], id_of: IdOf, partner_of: PartnerOf
) -> SingleLevelUsageAsBuilt:
    """Where ``child`` went by the links in force above it; a lot has only potential parents."""
    parents = tuple(
        ParentItem(
            catena_x_id=id_of(link.stated_parent or link.parent),
            quantity=_stated_quantity(link),
            business_partner=partner_of(child),
            created_on=_text(link.event_time),
            is_only_potential_parent=not link.certain,
        )
        for link in links
        if link.child == child
    )
    return SingleLevelUsageAsBuilt(
        catena_x_id=id_of(child), customers=tuple(sorted(set(customers))), parent_items=_distinct(parents)
    )


class AspectLink(msgspec.Struct, frozen=True, kw_only=True):
    """A link as an aspect states it, between Catena-X ids (of any spelling, here in one)."""

    parent: str
    child: str
    certain: bool
    created: str
    quantity: str | None = None
    uom: str | None = None


def links_of_bom(aspect: SingleLevelBomAsBuilt) -> list[AspectLink]:
    """The links that a bill of material as built states."""
    return [
        AspectLink(
            parent=same_id(aspect.catena_x_id),
            child=same_id(child.catena_x_id),
            certain=not child.has_alternatives,
            created=child.created_on,
            quantity=format(child.quantity.value, "f"),
            uom=_UCUM.get(child.quantity.unit),
        )
        for child in aspect.child_items
    ]


def links_of_usage(aspect: SingleLevelUsageAsBuilt) -> list[AspectLink]:
    """The links that a usage as built states."""
    return [
        AspectLink(
            parent=same_id(parent.catena_x_id),
            child=same_id(aspect.catena_x_id),
            certain=not parent.is_only_potential_parent,
            created=parent.created_on,
            quantity=format(parent.quantity.value, "f") if parent.quantity else None,
            uom=_UCUM.get(parent.quantity.unit) if parent.quantity else None,
        )
        for parent in aspect.parent_items
    ]


def same_id(catena_x_id: str) -> str:
    """A Catena-X id in one spelling: ``urn:uuid:`` and lower case."""
    return "urn:uuid:" + catena_x_id.lower().removeprefix("urn:uuid:")


def quantity(amount: str | None, ucum: str | None) -> ItemQuantity | None:
    """A quantity in the units of Catena-X; None when there is none, or its unit is not among them."""
    if amount is None:
        return None
    unit = _UNITS.get(ucum or "")
    if unit is not None:
        return ItemQuantity(value=Decimal(amount), unit=unit)
    found: ItemQuantity | None = None
    for wanted in _LARGEST_FIRST:
        told = converted(Decimal(amount), ucum or "", wanted)
        exact = None if told is None else _decimal(told)
        if exact is not None:
            found = ItemQuantity(value=exact, unit=_UNITS[wanted])
            if exact >= 1:
                break
    return found


def _stated_quantity(link: Link) -> ItemQuantity | None:
    """The quantity of a link; ``Malformed`` where Catena-X has no unit for it, for it must not be read as pieces."""
    told = quantity(link.quantity, link.uom)
    if told is None and link.quantity is not None:
        raise Malformed(f"Catena-X has no unit for {link.quantity} {link.uom} of {link.child}")
    return told


def _decimal(number: Fraction) -> Decimal | None:
    """The number with at most nine decimals; None where it has more."""
    scaled = number * 10**9
    return Decimal(scaled.numerator).scaleb(-9).normalize() if scaled.denominator == 1 else None


def _distinct(items: tuple[AnyItem, ...]) -> tuple[AnyItem, ...]:
    return tuple(dict.fromkeys(items))


def _made(facts: PartFacts) -> Manufacturing:
    return Manufacturing(date=_text(facts.made), country=facts.country)


def _type(facts: PartFacts, key: str, *, customer: bool) -> PartType:
    return PartType(
        manufacturer_part_id=facts.part_number or key,
        name_at_manufacturer=facts.name,
        customer_part_id=facts.customer_part_number if customer else None,
    )


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
