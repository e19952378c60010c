"""The one order of changes that name the changes their authors had seen: causes before effects.

Those that do not know of each other go by their time, then by their names; so any set of changes has one order, however
they arrived.
"""

import heapq
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Protocol, TypeVar

import msgspec


class Change(Protocol):
    """What a change must say of itself."""

    @property
    def change(self) -> str:
        """Its name."""

    @property
    def after(self) -> tuple[str, ...]:
        """The changes that its author had seen and no other had followed."""

    @property
    def made_at(self) -> datetime:
        """When it was made."""

    @property
    def content(self) -> object:
        """What happened."""


C = TypeVar("C", bound=Change)


def each_once(changes: Iterable[C]) -> dict[str, C]:
    """By name; of two changes of one name the earlier made counts, so that nobody rewrites what was said."""
    known: dict[str, C] = {}
    for change in sorted(changes, key=_precedence):
        known.setdefault(change.change, change)
    return known


def in_order(known: Mapping[str, C]) -> list[C]:
    """Causes before effects; those with a cause that is not there are left out."""
    missing = {name: len(set(change.after)) for name, change in known.items()}
    followers: dict[str, list[str]] = defaultdict(list)
    for name, change in known.items():
        for cause in set(change.after):
            followers[cause].append(name)
    ready = [(*_precedence(known[name]), name) for name, count in missing.items() if count == 0]
    heapq.heapify(ready)
    order = []
    while ready:
        name = heapq.heappop(ready)[-1]
        order.append(known[name])
        for follower in followers[name]:
            missing[follower] -= 1
            if missing[follower] == 0:
                heapq.heappush(ready, (*_precedence(known[follower]), follower))
    return order


def heads_of(order: Collection[Change]) -> tuple[str, ...]:
    """The changes that no other has followed."""
    followed = {cause for change in order for cause in change.after}
    return tuple(sorted(change.change for change in order if change.change not in followed))


def _precedence(change: Change) -> tuple[datetime, str, bytes]:
    return change.made_at, change.change, msgspec.json.encode(change.content)
