"""Everything that a set of items went into, level by level: plainly over the store, or over arrays in memory.

An item is *certain* when serialised components alone lead to it from a seed, *potential* when a lot stands between.
It is *loose* when nothing that is known holds it: a finished product, a spare part, or something on stock.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

import msgspec
import numpy as np

from hub.adjacency.arrays import Numbers
from hub.adjacency.desk import Current
from hub.adjacency.walk import Parents, climb, parents
from hub.store.core.database import Reading
from hub.store.core.instant import to_micros
from hub.store.trace.adjacency import highest_number
from hub.store.trace.numbers import names_of, numbers_of
from hub.trace.known import Known
from traceability.genealogy import LinkSource, links_in_force

CERTAIN, LOOSE, SEED = 1, 2, 4


class ReachLimits(msgspec.Struct, frozen=True):
    """A recall is bounded, and says when it was cut."""

    items: int = 10_000_000
    depth: int = 20


class Reached(msgspec.Struct, frozen=True):
    """Some affected items: names, or numbers of names; with each a mark made of CERTAIN, LOOSE and SEED."""

    depth: int
    items: Sequence[str] | Numbers
    marks: bytes


class Cut(Exception):
    """A limit was reached, and there would be more."""


def reach_plainly(
    seeds: Collection[str], source: LinkSource, as_of: datetime | None, limits: ReachLimits
) -> Iterator[Reached]:
    """The reference: one question to ``source`` for each level. Ends with ``Cut`` where a limit did it."""
    certain = {item for level, _ in _levels(seeds, source, as_of, limits.depth, certain_only=True) for item in level}
    left = limits.items
    for depth, (level, held) in enumerate(_levels(seeds, source, as_of, limits.depth)):
        if depth > limits.depth or left < 1:
            raise Cut
        shown = level[:left]
        marks = (CERTAIN * (item in certain) | LOOSE * (item not in held) | SEED * (depth == 0) for item in shown)
        yield Reached(depth, shown, bytes(marks))
        left -= len(level)
        if left < 0:
            raise Cut


def _levels(
    seeds: Collection[str], source: LinkSource, as_of: datetime | None, depth: int, *, certain_only: bool = False
) -> Iterator[tuple[list[str], set[str]]]:
    """Each level with those of its items that something holds; one level more than ``depth`` where there is one."""
    level, seen = sorted(set(seeds)), set(seeds)
    for _ in range(depth + 2):
        links = links_in_force(source.above(level), as_of)
        yield level, {link.child for link in links}
        level = sorted({link.parent for link in links if link.certain or not certain_only} - seen)
        seen.update(level)
        if not level:
            break


def reach_quickly(
    connection: Reading, seeds: Collection[str], known: Known, current: Current, limits: ReachLimits
) -> Iterator[Reached]:
    """The same over arrays; items that newer links speak of are asked from the store."""
    numbers = numbers_of(connection, seeds)
    alone = sorted(set(seeds) - numbers.keys())  # in no link at all
    start = np.array(sorted(numbers.values()), np.int32)
    items = 1 + max(current.adjacency.items, int(max((*current.stale, *numbers.values()), default=0)))
    step = _Steps(connection, known, current)
    certain = np.zeros(step.items_at_least(items), np.bool_)
    for level in climb(start, certain.size, step.of, limits.depth, certain_only=True):
        certain[level.items] = True
    if alone:
        yield Reached(0, alone, bytes([CERTAIN | LOOSE | SEED]) * len(alone))
    left = limits.items - len(alone)
    for level in climb(start, certain.size, step.of, limits.depth):
        if level.depth > limits.depth or left < 1:
            raise Cut
        marks = certain[level.items] * np.uint8(CERTAIN) | level.loose * np.uint8(LOOSE)
        marks |= np.uint8(SEED * (level.depth == 0))
        yield Reached(level.depth, level.items[:left], marks[:left].astype(np.uint8).tobytes())
        left -= level.items.size
        if left < 0:
            raise Cut


class _Steps:
    """One step up over arrays, and from the store where the arrays are stale."""

    def __init__(self, connection: Reading, known: Known, current: Current) -> None:
        self._connection = connection
        self._known = known
        self._current = current
        as_of = known.moment.as_of
        self._micros = None if as_of is None else to_micros(as_of)
        self._first: tuple[Numbers, Parents] | None = None

    def items_at_least(self, items: int) -> int:
        """Room for every number that a step may lead to."""
        return max(items, highest_number(self._connection) + 1)

    def of(self, frontier: Numbers) -> Parents:
        """What each of ``frontier`` is in; the first step is remembered, because both walks begin with it."""
        if self._first is None:
            self._first = frontier, self._step(frontier)
        elif not np.array_equal(self._first[0], frontier):
            return self._step(frontier)
        return self._first[1]

    def _step(self, frontier: Numbers) -> Parents:
        adjacency, stale = self._current.adjacency, self._current.stale
        fresh = np.isin(frontier, stale) | (frontier >= adjacency.items)
        if not fresh.any():
            return parents(adjacency, frontier, self._micros)
        old = parents(adjacency, frontier[~fresh], self._micros)
        new = self._asked(frontier[fresh])
        loose = np.zeros(frontier.size, np.bool_)
        loose[~fresh], loose[fresh] = old.loose, new.loose
        return Parents(
            np.concatenate((old.certain, new.certain)), np.concatenate((old.potential, new.potential)), loose
        )

    def _asked(self, frontier: Numbers) -> Parents:
        names = names_of(self._connection, frontier.tolist())
        links = links_in_force(self._known.above(list(names.values())), self._known.moment.as_of)
        number = numbers_of(self._connection, {link.parent for link in links})
        held = {link.child for link in links}
        return Parents(
            np.array([number[link.parent] for link in links if link.certain], np.int32),
            np.array([number[link.parent] for link in links if not link.certain], np.int32),
            np.array([names[each] not in held for each in frontier.tolist()], np.bool_),
        )
