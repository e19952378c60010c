"""Aspect models of the Catena-X industry core for parts as built: SerialPart, Batch, SingleLevelBomAsBuilt and
SingleLevelUsageAsBuilt, each in version 3.0.0 (CX-0127), as types whose fields are those of the JSON. Version 4.0.0
has the same fields with other names for some of them; ``reading`` takes both, and 3.0.0 is what is written.

A lot that went into a unit is only a *potential* component of it: any item of the lot may be meant.
"""

from decimal import Decimal
from typing import Annotated, Literal

import msgspec

CatenaXId = Annotated[
    str,
    msgspec.Meta(pattern="^(urn:uuid:)?[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$"),
]
Bpnl = Annotated[str, msgspec.Meta(pattern="^BPNL[a-zA-Z0-9]{12}$")]
Bpns = Annotated[str, msgspec.Meta(pattern="^BPNS[a-zA-Z0-9]{12}$")]
DateTime = Annotated[
    str,
    msgspec.Meta(
        pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
        r"(T(([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]+)?|24:00:00([.]0+)?)"
        r"(Z|[+-]((0[0-9]|1[0-3]):[0-5][0-9]|14:00))?)?$"
    ),
]
Country = Annotated[str, msgspec.Meta(pattern="^[A-Z]{3}$")]
PartKey = Annotated[
    str,
    msgspec.Meta(
        pattern=r"^(manufacturerId|partInstanceId|batchId|van|customKey(:\w+)?|jisNumber|jisCallDate|parentOrderNumber)$"
    ),
]
BatchKey = Annotated[str, msgspec.Meta(pattern=r"^(manufacturerId|batchId|customKey(:\w+)?)$")]
Some = Annotated[str, msgspec.Meta(max_length=4_000)]
Unit = Literal[
    "unit:piece", "unit:set", "unit:pair", "unit:page", "unit:cycle", "unit:kilowattHour", "unit:gram",
    "unit:kilogram", "unit:tonneMetricTon", "unit:tonUsOrShortTonUkorus", "unit:ounceAvoirdupois", "unit:pound",
    "unit:metre", "unit:centimetre", "unit:kilometre", "unit:inch", "unit:foot", "unit:yard",
    "unit:squareCentimetre", "unit:squareMetre", "unit:squareInch", "unit:squareFoot", "unit:squareYard",
    "unit:cubicCentimetre", "unit:cubicMetre", "unit:cubicInch", "unit:cubicFoot", "unit:cubicYard", "unit:litre",
    "unit:millilitre", "unit:hectolitre", "unit:secondUnitOfTime", "unit:minuteUnitOfTime", "unit:hourUnitOfTime",
    "unit:day",
]  # fmt: skip


class Aspect(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """What all parts of aspects have in common: how they are spelt."""


class PartIdentifier(Aspect, frozen=True, kw_only=True):
    """One of the names of a serialised part at its manufacturer."""

    key: PartKey
    value: Some


class BatchIdentifier(Aspect, frozen=True, kw_only=True):
    """One of the names of a batch at its manufacturer."""

    key: BatchKey
    value: Some


class SiteOfPart(Aspect, frozen=True, kw_only=True):
    """A site and what it does for the part."""

    site_id: Bpns = msgspec.field(name="catenaXsiteId")
    function: Literal["production", "warehouse", "spare part warehouse"]


class Manufacturing(Aspect, frozen=True, kw_only=True):
    """When and where the part was finished."""

    date: DateTime
    country: Country | None = None
    sites: tuple[SiteOfPart, ...] | None = None


class Classification(Aspect, frozen=True, kw_only=True):
    """What kind of part it is, by some standard."""

    classification_standard: Some
    classification_id: Some = msgspec.field(name="classificationID")
    classification_description: Some | None = None


class PartType(Aspect, frozen=True, kw_only=True):
    """Of which part this is an instance."""

    manufacturer_part_id: Some
    name_at_manufacturer: Some
    customer_part_id: Some | None = None
    name_at_customer: Some | None = None
    part_classification: tuple[Classification, ...] | None = None


class SerialPart(Aspect, frozen=True, kw_only=True):
    """A part with a serial number."""

    catena_x_id: CatenaXId
    local_identifiers: tuple[PartIdentifier, ...]
    manufacturing_information: Manufacturing
    part_type_information: PartType


class Batch(Aspect, frozen=True, kw_only=True):
    """A quantity made under the same circumstances: a lot, in our words."""

    catena_x_id: CatenaXId
    local_identifiers: tuple[BatchIdentifier, ...]
    manufacturing_information: Manufacturing
    part_type_information: PartType


class ItemQuantity(Aspect, frozen=True, kw_only=True):
    """So much of an item."""

    value: Decimal
    unit: Unit


class ChildItem(Aspect, frozen=True, kw_only=True):
    """A component; ``has_alternatives``: it is not known whether this one or another was built in."""

    catena_x_id: CatenaXId
    quantity: ItemQuantity
    business_partner: Bpnl
    created_on: DateTime
    has_alternatives: bool
    last_modified_on: DateTime | None = None


class SingleLevelBomAsBuilt(Aspect, frozen=True, kw_only=True):
    """What went into an item, one level down."""

    catena_x_id: CatenaXId
    child_items: tuple[ChildItem, ...]


class ParentItem(Aspect, frozen=True, kw_only=True):
    """An item into which this one went, for certain or only potentially."""

    catena_x_id: CatenaXId
    business_partner: Bpnl
    created_on: DateTime
    is_only_potential_parent: bool
    quantity: ItemQuantity | None = None
    last_modified_on: DateTime | None = None


class SingleLevelUsageAsBuilt(Aspect, frozen=True, kw_only=True):
    """Where an item went, one level up; ``customers`` are the legal entities that got it."""

    catena_x_id: CatenaXId
    customers: tuple[Bpnl, ...]
    parent_items: tuple[ParentItem, ...]


ASPECTS: dict[str, type[Aspect]] = {
    "urn:samm:io.catenax.serial_part:3.0.0#SerialPart": SerialPart,
    "urn:samm:io.catenax.batch:3.0.0#Batch": Batch,
    "urn:samm:io.catenax.single_level_bom_as_built:3.0.0#SingleLevelBomAsBuilt": SingleLevelBomAsBuilt,
    "urn:samm:io.catenax.single_level_usage_as_built:3.0.0#SingleLevelUsageAsBuilt": SingleLevelUsageAsBuilt,
}
