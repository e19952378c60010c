"""Walking up from a set of items, level by level, over arrays."""

from collections.abc import Callable, Iterator

import msgspec
import numpy as np

from hub.adjacency.arrays import CERTAIN, Adjacency, Mask, Numbers, distinct, in_force, stretch


class Parents(msgspec.Struct, frozen=True):
    """One step up: what the frontier is in, and which items of the frontier are in nothing."""

    certain: Numbers
    potential: Numbers
    loose: Mask


FIRST_PIECE, PIECE = 4_096, 65_536

Step = Callable[[Numbers], Parents]


class Level(msgspec.Struct, frozen=True):
    """Items reached first at ``depth``, all or a piece of them, and which of them are in nothing."""

    depth: int
    items: Numbers
    loose: Mask


def parents(adjacency: Adjacency, frontier: Numbers, as_of: int | None) -> Parents:
    """What each of ``frontier`` is in at ``as_of``; repetitions are left in."""
    found = stretch(adjacency.up, frontier)
    held = in_force(adjacency, found.places, as_of)
    places = found.places[held]
    loose = np.ones(frontier.size, np.bool_)
    loose[found.of[held]] = False
    certain = (adjacency.flags[places] & CERTAIN) != 0
    above = adjacency.parent[places]
    return Parents(above[certain], above[~certain], loose)


def climb(seeds: Numbers, items: int, step: Step, depth: int, *, certain_only: bool = False) -> Iterator[Level]:
    """The seeds and everything above them, each item once at its smallest depth.

    A large level comes in pieces, so that its begin need not wait for its end. One level more than ``depth`` is given
    if there is one: then the climb was cut there.
    """
    visited = np.zeros(items, np.bool_)
    frontier = distinct(seeds, items)
    for height in range(depth + 2):
        visited[frontier] = True
        above: list[Numbers] = []
        for piece in _pieces(frontier):
            found = step(piece)
            above.append(found.certain[~visited[found.certain]])
            if not certain_only:
                above.append(found.potential[~visited[found.potential]])
            yield Level(height, piece, found.loose)
        frontier = distinct(np.concatenate(above), items) if above else frontier[:0]
        if not frontier.size:
            break


def _pieces(frontier: Numbers) -> Iterator[Numbers]:
    """Small pieces first, because somebody waits for them."""
    begin, size = 0, FIRST_PIECE
    while begin < frontier.size:
        yield frontier[begin : begin + size]
        begin, size = begin + size, min(2 * size, PIECE)


def as_built(adjacency: Adjacency, start: int, as_of: int | None, depth: int = 20) -> tuple[Numbers, Numbers]:
    """Everything in ``start``: the items in the order of their depth, and the places of the links between them."""
    seen, links = [np.array([start], np.int32)], []
    known, frontier = {start}, seen[0]
    for _ in range(depth):
        found = stretch(adjacency.down, frontier)
        places = adjacency.below[found.places]
        places = places[in_force(adjacency, places.astype(np.int64), as_of)]
        links.append(places)
        fresh = [number for number in np.unique(adjacency.child[places]).tolist() if number not in known]
        if not fresh:
            break
        known.update(fresh)
        frontier = np.array(fresh, np.int32)
        seen.append(frontier)
    return np.concatenate(seen), np.concatenate(links)
