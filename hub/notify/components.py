"""What is in the items of a notification: what its receiver may speak of to the next tier."""

from collections.abc import Collection

from hub.store.core.database import Reading
from hub.store.trace.links import StoreLinks
from traceability.genealogy import links_in_force

LEVELS = 20
MOST = 100_000
AT_ONCE = 500


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


def components_of_each(connection: Reading, items: Collection[str]) -> dict[str, frozenset[str]]:
    """As :func:`components_of`, of each by itself; what several have in common is read once."""
    found: dict[str, frozenset[str]] = {}
    ordered = sorted(set(items))
    for begin in range(0, len(ordered), AT_ONCE):
        some = ordered[begin : begin + AT_ONCE]
        below = _below(connection, some)
        if below is None:
            found |= {item: components_of(connection, [item]) for item in some}
        else:
            found |= {item: _inside(item, below) for item in some}
    return found


def _below(connection: Reading, items: Collection[str]) -> dict[str, set[str]] | None:
    """What went into each item directly, level by level; None where these are too many to be read together."""
    links = StoreLinks(connection)
    below: dict[str, set[str]] = {}
    level = set(items)
    for _ in range(LEVELS):
        if not level:
            break
        below |= {item: set() for item in level}
        for link in links_in_force(links.below(level)):
            below.setdefault(link.parent, set()).add(link.child)
        if len(below) > MOST:
            return None
        level = set().union(*(below[item] for item in level)) - below.keys()
    return below


def _inside(item: str, below: dict[str, set[str]]) -> frozenset[str]:
    found: set[str] = set()
    level = {item}
    for _ in range(LEVELS):
        level = set().union(*(below.get(one, set()) for one in level)) - found
        if not level:
            break
        found |= level
    return frozenset(found)
