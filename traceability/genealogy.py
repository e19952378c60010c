"""As-built genealogy: links between units and lots, traced over any source of links.

A link to a component with its own serial is *certain*; a link to a lot is *potential* (any unit of the lot may be
meant). Nothing wins by arriving first: a component that stands in two parents at once, and every item on a cycle, is
kept and marked *disputed*.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Protocol

import msgspec


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """``child`` was joined to (ADD) or taken out of (DELETE) ``parent``; ordered in its author's chain by ``seq``."""

    parent: str
    child: str
    certain: bool
    event_time: datetime
    author: str
    chain: str
    seq: int
    action: str = "ADD"
    position: str | None = None
    quantity: str | None = None
    uom: str | None = None
    operation: str | None = None


class LinkSource(Protocol):
    """Where links come from: a database, an evidence file, a test."""

    def below(self, items: Collection[str]) -> Iterable[Link]:
        """Every link whose parent is among ``items``."""

    def above(self, items: Collection[str]) -> Iterable[Link]:
        """Every link whose child is among ``items``."""


class Direction(StrEnum):
    """Back to what went in, or forward to where it went."""

    BACK = "back"
    FORWARD = "forward"


class TraceLimits(msgspec.Struct, frozen=True):
    """A trace is bounded, and says when it was cut."""

    depth: int = 20
    items: int = 10_000


DEFAULT_TRACE_LIMITS = TraceLimits()


class Trace(msgspec.Struct, frozen=True, kw_only=True):
    """What was reached: each item with its smallest depth, and the links in force between them."""

    start: str
    direction: Direction
    depth_of: dict[str, int]
    links: tuple[Link, ...]
    disputed: frozenset[str]
    truncated: bool


def links_in_force(links: Iterable[Link]) -> list[Link]:
    """The links that hold now: for each (parent, child, position) the latest statement, if it is an ADD.

    Within one chain the record sequence decides what is latest, across chains the event time of each chain's latest
    (ties by author and chain), so the answer does not depend on the order of arrival.
    """
    per_chain: dict[tuple[str, str, str | None], dict[tuple[str, str], Link]] = {}
    for link in links:
        rivals = per_chain.setdefault((link.parent, link.child, link.position), {})
        known = rivals.get((link.author, link.chain))
        if known is None or link.seq > known.seq:
            rivals[link.author, link.chain] = link
    latest = (
        max(rivals.values(), key=lambda link: (link.event_time, link.author, link.chain))
        for rivals in per_chain.values()
    )
    in_force = [link for link in latest if link.action == "ADD"]
    return sorted(in_force, key=lambda link: (link.parent, link.position or "", link.child))


def _across_chains(link: Link) -> tuple[datetime, str, str]:
    return link.event_time, link.author, link.chain


def trace(
    start: str,
    source: LinkSource,
    direction: Direction = Direction.BACK,
    limits: TraceLimits = DEFAULT_TRACE_LIMITS,
) -> Trace:
    """Follow links level by level: one question to ``source`` per level, each item visited once."""
    depth_of = {start: 0}
    found: dict[tuple[str, str, str | None], Link] = {}
    level, truncated = [start], False
    while level:
        depth = depth_of[level[0]] + 1
        links = links_in_force(source.below(level) if direction is Direction.BACK else source.above(level))
        if depth > limits.depth:
            truncated = bool(links)
            break
        level = []
        for link in links:
            reached = link.child if direction is Direction.BACK else link.parent
            if reached not in depth_of and len(depth_of) >= limits.items:
                truncated = True
                continue
            found[link.parent, link.child, link.position] = link
            if reached not in depth_of:
                depth_of[reached] = depth
                level.append(reached)
    links = [found[key] for key in sorted(found, key=lambda key: (key[0], key[2] or "", key[1]))]
    return Trace(
        start=start,
        direction=direction,
        depth_of=depth_of,
        links=tuple(links),
        disputed=frozenset(_rival_parents(source, links) | _on_cycles(links)),
        truncated=truncated,
    )


def _rival_parents(source: LinkSource, links: Sequence[Link]) -> set[str]:
    """Serialised components that stand in more than one parent at once."""
    units = {link.child for link in links if link.certain}
    parents: dict[str, set[str]] = {}
    for link in links_in_force(source.above(units)) if units else []:
        parents.setdefault(link.child, set()).add(link.parent)
    return {child for child, several in parents.items() if len(several) > 1}


def _on_cycles(links: Sequence[Link]) -> set[str]:
    """Items from which following links downward leads back to themselves.

    Kosaraju: walk down and note the order in which items are finished, then collect components walking up.
    """
    below, above = _adjacency(links), _adjacency(links, upward=True)
    visited: set[str] = set()
    finished = [item for start in below for item in _finishing_order(start, below, visited)]
    on_cycle = {link.parent for link in links if link.parent == link.child}
    visited = set()
    for item in reversed(finished):
        component = _finishing_order(item, above, visited)
        if len(component) > 1:
            on_cycle.update(component)
    return on_cycle


def _adjacency(links: Sequence[Link], *, upward: bool = False) -> dict[str, list[str]]:
    neighbours: dict[str, list[str]] = {}
    for link in links:
        origin, target = (link.child, link.parent) if upward else (link.parent, link.child)
        neighbours.setdefault(origin, []).append(target)
    return neighbours


def _finishing_order(start: str, neighbours: dict[str, list[str]], visited: set[str]) -> list[str]:
    """Items reachable from ``start`` and not yet ``visited`` (they are then), each after everything behind it."""
    if start in visited:
        return []
    order: list[str] = []
    visited.add(start)
    stack = [(start, iter(neighbours.get(start, ())))]
    while stack:
        item, rest = stack[-1]
        reached = next((target for target in rest if target not in visited), None)
        if reached is None:
            order.append(item)
            stack.pop()
        else:
            visited.add(reached)
            stack.append((reached, iter(neighbours.get(reached, ()))))
    return order
