"""Following links, back or forward, as of a time."""

from collections.abc import Iterable
from datetime import datetime

import msgspec

from traceability.genealogy.dispute import Dispute, disputes
from traceability.genealogy.force import link_order, links_in_force
from traceability.genealogy.link import Direction, Link, LinkKey, LinkSource


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
    disputes: tuple[Dispute, ...]
    truncated: bool

    @property
    def disputed(self) -> frozenset[str]:
        """Every item that is in doubt."""
        return frozenset(item for dispute in self.disputes for item in dispute.items)


def trace(
    start: str,
    source: LinkSource,
    direction: Direction = Direction.BACK,
    limits: TraceLimits = DEFAULT_TRACE_LIMITS,
    *,
    as_of: datetime | None = None,
) -> Trace:
    """Follow the links that hold at ``as_of``: one question to ``source`` for each level, each item visited once."""
    depth_of, level, truncated = {start: 0}, [start], False
    found: dict[LinkKey, Link] = {}
    stated: list[Link] = []
    while level:
        depth = depth_of[level[0]] + 1
        told = _asked(source, direction, level)
        links = links_in_force(told, as_of)
        if depth > limits.depth:
            truncated = bool(links)
            break
        stated += told
        level = []
        for link in links:
            reached = link.child if direction is Direction.BACK else link.parent
            if reached not in depth_of and len(depth_of) >= limits.items:
                truncated = True
                continue
            found[link.key] = link
            if reached not in depth_of:
                depth_of[reached] = depth
                level.append(reached)
    links = sorted(found.values(), key=link_order)
    return Trace(
        start=start,
        direction=direction,
        depth_of=depth_of,
        links=tuple(links),
        disputes=disputes(source, links, _before(stated, as_of), as_of),
        truncated=truncated,
    )


def _asked(source: LinkSource, direction: Direction, level: list[str]) -> list[Link]:
    return list(source.below(level) if direction is Direction.BACK else source.above(level))


def _before(stated: list[Link], as_of: datetime | None) -> Iterable[Link]:
    return stated if as_of is None else [link for link in stated if link.event_time <= as_of]
