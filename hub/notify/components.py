"""What is in the items of a notification: what its receiver may speak of to the next tier."""

from collections.abc import Collection

from hub.store.core.database import Reading
from hub.store.trace.links import StoreLinks
from traceability.genealogy import links_in_force

LEVELS = 20
MOST = 100_000


def components_of(connection: Reading, items: Collection[str]) -> frozenset[str]:
    """Every item that went into ``items``, level by level; at most ``LEVELS`` deep and ``MOST`` items."""
    links = StoreLinks(connection)
    found: set[str] = set()
    level = set(items)
    for _ in range(LEVELS):
        level = {link.child for link in links_in_force(links.below(level))} - found
        if not level or len(found) > MOST:
            break
        found |= level
    return frozenset(found)
