"""Records of what was packed, shipped and received."""

from enum import StrEnum
from typing import Annotated

import msgspec

from traceability.record.base import ItemId, Record, Text

Quantity = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{1,15}(\.[0-9]{1,9})?$")]


class ShipmentStep(StrEnum):
    """Which end of a shipment tells."""

    SHIP = "ship"
    RECEIVE = "receive"


class Endpoint(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A company and its place: ids of the hub's master data, or GS1 identities (party and location GLN)."""

    party: ItemId
    site: ItemId | None = None
    name: Text = ""


class ShippedItem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A unit, a lot with a quantity, or a logistic unit; ``inside`` is the logistic unit that it travels in."""

    item: ItemId
    inside: ItemId | None = None
    quantity: Quantity | None = None
    uom: Annotated[str, msgspec.Meta(max_length=20)] | None = None


class ShipmentRecord(Record, frozen=True, kw_only=True, tag="shipment"):
    """Goods left ``source`` for ``destination`` (ship), or arrived there (receive).

    The record's id is the shipment's: both ends use the same one where they can. What is inside a logistic unit may
    stand here, or in packing records.
    """

    step: ShipmentStep
    source: Endpoint
    destination: Endpoint
    items: tuple[ShippedItem, ...]


class PackingRecord(Record, frozen=True, kw_only=True, tag="packing"):
    """Items were put into (ADD) or taken out of (DELETE) a logistic unit; an EPCIS AggregationEvent in our words."""

    container: ItemId
    items: tuple[ShippedItem, ...]
    action: Annotated[str, msgspec.Meta(pattern="^(ADD|DELETE)$")] = "ADD"
