"""Addresses of the pages, so that views, search hits and templates agree on them.

Units, lots and parts live under the path of their GS1 Digital Link: the canonical identity without its root.
"""

from urllib.parse import quote

from traceability.identifier.item import CANONICAL_ROOT

HOME_PATH = "/"


def item_path(item: str) -> str:
    """Page of a unit or lot, from its canonical identity: ``/01/{gtin}/21/{serial}``, ``/01/{gtin}/10/{lot}``."""
    return item.removeprefix(CANONICAL_ROOT)


def plant_path(plant: str) -> str:
    """Page of a plant."""
    return f"/plants/{quote(plant, safe='')}"


def agent_path(author: str) -> str:
    """Where the home page shows an agent."""
    return f"{HOME_PATH}#agent-{quote(author, safe='')}"


def organisation_path(organisation: str) -> str:
    """Where the home page shows an organisation."""
    return f"{HOME_PATH}#organisation-{quote(organisation, safe='')}"
