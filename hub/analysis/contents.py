"""What went into units, at whatever depth: every link that ever held, also of what was taken out again later.

A component that was exchanged in rework may be what made the unit fail, so all that was ever in counts.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

import msgspec

from hub.analysis.source import Source
from traceability.errors import LimitExceeded
from traceability.genealogy import Link, intervals

DEPTH = 20
MOST_PAIRS = 2_000_000
"""Pairs of a unit and something in it."""


class Contents(msgspec.Struct, frozen=True):
    """``within``: each item with the units that hold it, itself included; ``links`` between them."""

    within: Mapping[str, frozenset[str]]
    links: tuple[Link, ...]


def contents_of(source: Source, units: Collection[str]) -> Contents:
    """One question to the store for each level. ``LimitExceeded`` when the units hold more than fits."""
    within: dict[str, set[str]] = {unit: {unit} for unit in units}
    links: dict[tuple[str, str, str | None], Link] = {}
    level: set[str] = set(units)
    for _ in range(DEPTH):
        found = intervals(source.known.below(level))
        links |= {link.key: link for link in found}
        level = _carried(found, within)
        if sum(map(len, within.values())) > MOST_PAIRS:
            raise LimitExceeded(f"these units hold more than {MOST_PAIRS} items", advice="ask with a smaller sample")
        if not level:
            break
    frozen = {item: frozenset(holders) for item, holders in within.items()}
    return Contents(frozen, tuple(links[key] for key in sorted(links, key=repr)))


def _carried(links: Iterable[Link], within: dict[str, set[str]]) -> set[str]:
    """Pass the holders of each parent on to its children; those children that have new ones."""
    fresh: defaultdict[str, set[str]] = defaultdict(set)
    for link in links:
        fresh[link.child] |= within[link.parent] - within.get(link.child, set())
    for item, holders in fresh.items():
        within.setdefault(item, set()).update(holders)
    return {item for item, holders in fresh.items() if holders}
