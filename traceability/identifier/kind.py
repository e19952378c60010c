"""What can be named, and a name taken apart."""

from enum import StrEnum

import msgspec


class ItemKind(StrEnum):
    """What an identity names. ``…_TYPE``, part, lot and model are classes of things, the others single ones."""

    PART = "part"
    LOT = "lot"
    UNIT = "unit"
    UNIT_PACK = "unit_pack"
    PIECE_TYPE = "piece_type"
    PIECE = "piece"
    COMPONENT_TYPE = "component_type"
    COMPONENT = "component"
    LOGISTIC_UNIT = "logistic_unit"
    LOCATION = "location"
    PARTY = "party"
    RETURNABLE_ASSET_TYPE = "returnable_asset_type"
    RETURNABLE_ASSET = "returnable_asset"
    ASSET = "asset"
    DOCUMENT_TYPE = "document_type"
    DOCUMENT = "document"
    COUPON_TYPE = "coupon_type"
    COUPON = "coupon"
    PROVIDER = "provider"
    RECIPIENT = "recipient"
    CONSIGNMENT = "consignment"
    SHIPMENT = "shipment"
    MODEL = "model"


GTIN_AI = "01"


class Item(msgspec.Struct, frozen=True):
    """An identity taken apart.

    ``ai`` is the application identifier of ``key``, or empty for a private identity, which belongs to
    ``organisation`` and whose ``key`` is a part number (empty when serials or lots are unique without one) or a code.
    ``serial`` is that of a single thing (for a location its extension); ``lot`` only that of a lot.
    """

    kind: ItemKind
    key: str
    serial: str | None = None
    lot: str | None = None
    ai: str = GTIN_AI
    organisation: str = ""

    @property
    def gtin(self) -> str:
        """The GTIN in 14 digits; empty where the key is another one."""
        return self.key if self.ai == GTIN_AI else ""

    @property
    def is_private(self) -> bool:
        """Whether an organisation gave the identity outside the GS1 system."""
        return not self.ai
