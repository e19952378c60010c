"""Addresses of the pages, so that views, search hits and templates agree on them.

Units, lots and parts live under the path of their GS1 Digital Link: the canonical identity without its root.
"""

from urllib.parse import quote, urlencode

from traceability.errors import IdentifierRefused
from traceability.identifier.item import CANONICAL_ROOT, ItemKind, parse_item
from traceability.identifier.private import PRIVATE_ROOT

HOME_PATH = "/"
ITEMS_PATH = "/item"
SUPPLIERS_PATH = "/suppliers"
KNOWLEDGE_PATH = "/knowledge"
FLEET_PATH = "/fleet"
RECALLS_PATH = "/recalls"
PLANTS_PATH = "/plants"
NOTIFICATIONS_PATH = "/notifications"
REQUIREMENTS_PATH = "/requirements"
MASTER_PATH = "/master"
AUDIT_PATH = "/audit"
CHECKS_PATH = f"{AUDIT_PATH}/checks"
POLICIES_PATH = "/policies"


def item_path(item: str) -> str:
    """Page of a unit or lot, from its canonical identity.

    ``/01/{gtin}/21/{serial}`` and ``/01/{gtin}/10/{lot}``; ``/item/{identity}`` for a private one.
    """
    if item.startswith(PRIVATE_ROOT):
        return f"{ITEMS_PATH}/{quote(item, safe='')}"
    return item.removeprefix(CANONICAL_ROOT)


def has_page(item: str) -> bool:
    """Whether ``item`` is a unit or lot; what an author calls one might be a pallet, or a script."""
    try:
        parsed = parse_item(item)
    except IdentifierRefused:
        return False
    return parsed.kind in (ItemKind.UNIT, ItemKind.LOT) and bool(parsed.gtin or parsed.is_private)


def notification_path(identity: str) -> str:
    """A notification as a thread."""
    return f"{NOTIFICATIONS_PATH}/{quote(identity, safe='')}"


def plant_path(plant: str) -> str:
    """Page of a plant."""
    return f"{PLANTS_PATH}/{quote(plant, safe='')}"


def files_path(plant: str) -> str:
    """Large files of a plant, or with "" of the master data."""
    return f"{plant_path(plant) if plant else MASTER_PATH}/files"


def supplier_path(plant: str) -> str:
    """A plant as its customers look at it."""
    return f"{SUPPLIERS_PATH}/{quote(plant, safe='')}"


def characteristic_path(plant: str, characteristic: str) -> str:
    """One characteristic of a supplier; part and operation stand in the question behind it."""
    return f"{supplier_path(plant)}/characteristics/{quote(characteristic, safe='')}"


def supplier_part_path(plant: str, part: str) -> str:
    """One part as a supplier's plant makes it."""
    return f"{supplier_path(plant)}/part?{urlencode({'part': part})}"


def own_characteristic_path(plant: str, characteristic: str) -> str:
    """The same as the plant itself looks at it."""
    return f"{plant_path(plant)}/characteristics/{quote(characteristic, safe='')}"


def fleet_agent_path(author: str) -> str:
    """An agent as plant IT looks at it."""
    return f"{FLEET_PATH}/{quote(author, safe='')}"


def improvement_path(plant: str, identity: str) -> str:
    """One improvement of a plant."""
    return f"{plant_path(plant)}/improvements/{quote(identity, safe='')}"


def case_path(identity: str) -> str:
    """One case of the knowledge base."""
    return f"{KNOWLEDGE_PATH}/{quote(identity, safe='')}"


def requirement_path(identity: str) -> str:
    """One requirement between a customer and a supplier."""
    return f"{REQUIREMENTS_PATH}/{quote(identity, safe='')}"


def incoming_path(plant: str) -> str:
    """What comes in at a plant."""
    return f"{plant_path(plant)}/incoming"


def receipt_path(plant: str, receipt: str) -> str:
    """One receipt of a plant."""
    return f"{incoming_path(plant)}/receipts/{quote(receipt, safe='')}"


def master_kind_path(kind: str) -> str:
    """One kind of master data."""
    return f"{MASTER_PATH}/{quote(kind, safe='')}"


def agent_path(author: str) -> str:
    """Where the home page shows an agent."""
    return f"{HOME_PATH}#agent-{quote(author, safe='')}"


def organisation_path(organisation: str) -> str:
    """Where the home page shows an organisation."""
    return f"{HOME_PATH}#organisation-{quote(organisation, safe='')}"


def passes_path(plant: str) -> str:
    """What passed an operation of a plant; operation, work cell and time stand in the question behind it."""
    return f"/passes/{quote(plant, safe='')}"


def report_path(item: str) -> str:
    """The report of a unit to print, from its canonical identity."""
    return f"/report{item_path(item)}"


def recalls_path(item: str) -> str:
    """Where a recall that begins with ``item`` is asked."""
    return f"{RECALLS_PATH}?item={quote(item, safe='')}"


def field_failures_path(plant: str) -> str:
    """Where failures of a plant's units are reported; the unit stands in the question behind it."""
    return f"/field-failures/{quote(plant, safe='')}"
