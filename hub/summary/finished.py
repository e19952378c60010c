"""Which units are finished, and traceable down to their last serialised component."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

import msgspec

from hub.store.database import Reading
from hub.store.summary_queries import units_with_results
from hub.store.trace_queries import StoreLinks
from traceability.genealogy import DEFAULT_TRACE_LIMITS, links_in_force


class AsBuilt(msgspec.Struct, frozen=True):
    """What is in units, and which of all these have records; ``installed`` ones are in something else."""

    components: Mapping[str, frozenset[str]]
    recorded: frozenset[str]
    installed: frozenset[str]


def as_built(connection: Reading, units: Collection[str]) -> AsBuilt:
    """The serialised components of ``units`` in force now, level by level: a few statements for each level."""
    links = StoreLinks(connection)
    components: defaultdict[str, set[str]] = defaultdict(set)
    seen, level = set(units), set(units)
    for _ in range(DEFAULT_TRACE_LIMITS.depth):
        found = [link for link in links_in_force(links.below(level)) if link.certain]
        for link in found:
            components[link.parent].add(link.child)
        level = {link.child for link in found} - seen
        seen |= level
        if not level:
            break
    installed = frozenset(link.child for link in links_in_force(links.above(units)) if link.certain)
    return AsBuilt(
        {parent: frozenset(children) for parent, children in components.items()},
        frozenset(units_with_results(connection, seen)),
        installed,
    )


def is_traceable(unit: str, built: AsBuilt) -> bool:
    """Whether ``unit`` and everything in it have records; a unit on a cycle is visited once."""
    waiting, seen = [unit], {unit}
    while waiting:
        item = waiting.pop()
        if item not in built.recorded:
            return False
        fresh = built.components.get(item, frozenset()) - seen
        seen |= fresh
        waiting.extend(fresh)
    return True


def traceable(units: Iterable[str], built: AsBuilt, *, assembled: bool) -> list[str]:
    """Those of ``units`` that are traceable; with ``assembled`` they must have components."""
    return [unit for unit in units if is_traceable(unit, built) and (not assembled or built.components.get(unit))]
