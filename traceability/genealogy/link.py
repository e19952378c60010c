"""Links as they are stated, and where they come from."""

from collections.abc import Collection, Iterable
from datetime import datetime
from enum import StrEnum
from typing import Protocol

import msgspec

ADD, DELETE = "ADD", "DELETE"

LinkKey = tuple[str, str, str | None]
"""Parent, child and position: what statements must share to be about one link."""


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """``child`` was joined to (ADD) or taken out of (DELETE) ``parent``; ordered in its author's chain by ``seq``.

    ``record`` is the id of the record that says so, ``item`` its place in it; ``log_index`` and ``line`` tell where
    that record stands in the hub's log. ``stated_parent`` and ``stated_child`` are the names that the record uses where
    these are aliases. An ``erroneous`` statement was declared so by somebody who may: it counts no more.
    ``valid_from`` and ``valid_to`` are filled in by ``links_in_force``.
    """

    parent: str
    child: str
    certain: bool
    event_time: datetime
    author: str
    chain: str
    seq: int
    action: str = ADD
    position: str | None = None
    quantity: str | None = None
    uom: str | None = None
    operation: str | None = None
    record: str = ""
    item: int = 0
    log_index: int = 0
    line: int = 0
    stated_parent: str | None = None
    stated_child: str | None = None
    erroneous: bool = False
    valid_from: datetime | None = None
    valid_to: datetime | None = None

    @property
    def key(self) -> LinkKey:
        """What later statements about this link share with it."""
        return self.parent, self.child, self.position


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
