"""Keeps the arrays of one hub: made when there are many links and somebody asks, and made again when too much is new.

What came after the arrays were made is asked from the store: the arrays are not used for items that newer links speak
of, and not at all once newer records speak of names or declare records wrong.
"""

import logging
import threading

import msgspec
import numpy as np

from hub.adjacency.arrays import Adjacency, Numbers
from hub.adjacency.build import build
from hub.parts import Hub
from hub.store.core.database import Reading
from hub.store.production.corrections import last_correction
from hub.store.trace.adjacency import more_links_than, numbered_links, renamed_names
from hub.store.trace.aliases import last_alias
from hub.store.trace.event_links import emptied_after, transformed_after
from hub.store.trace.numbers import number_linked_items, numbers_of
from hub.trace.known import Known, Moment
from hub.trace.naming import Naming

log = logging.getLogger(__name__)


class DeskLimits(msgspec.Struct, frozen=True):
    """``least_links``: below, the store answers quickly enough alone. ``most_new``: links before it is made again."""

    least_links: int = 20_000
    most_new: int = 200_000


DEFAULT_DESK_LIMITS = DeskLimits()


class Current(msgspec.Struct, frozen=True):
    """Arrays, and the items (as children) whose links they don't know fully any more, in order."""

    adjacency: Adjacency
    stale: Numbers


class AdjacencyDesk:
    """One for each hub; threads wait for each other while arrays are made."""

    def __init__(self, hub: Hub, limits: DeskLimits = DEFAULT_DESK_LIMITS) -> None:
        self._hub = hub
        self._limits = limits
        self._turn = threading.Lock()
        self._made: Current | None = None
        self._seen = 0

    def current(self, log_size: int) -> Current | None:
        """Arrays that answer for a log of ``log_size`` batches; None: there are too few links, or it was long ago."""
        with self._turn:
            if self._made is not None and self._seen == log_size:
                return self._made
            if self._made is not None and log_size < self._made.adjacency.log_size:
                return None
            with self._hub.store.reading() as connection:
                enough = more_links_than(connection, self._limits.least_links)
            if not enough:
                return None
            return self._caught_up(log_size)

    def _caught_up(self, log_size: int) -> Current:
        made = self._made
        with self._hub.store.writing() as connection:
            number_linked_items(connection, 0 if made is None else made.adjacency.log_size, log_size)
        with self._hub.store.reading() as connection:
            most = self._limits.most_new
            stale = None if made is None else stale_children(connection, made.adjacency, log_size, most)
            if made is None or stale is None:
                log.info("making the arrays of all links known at log size %d", log_size)
                made = Current(build(connection, log_size), np.zeros(0, np.int32))
            else:
                made = Current(made.adjacency, stale)
        self._made, self._seen = made, log_size
        return made


def stale_children(connection: Reading, adjacency: Adjacency, log_size: int, most: int) -> Numbers | None:
    """Children of links that are newer than the arrays; None when there are more than ``most``, or when newer records
    speak of names or declare records wrong: then the arrays must be made again."""
    after = adjacency.log_size
    if max(last_alias(connection), last_correction(connection)) >= after:
        return None
    children: list[int] = []
    for block in numbered_links(connection, after, log_size):
        children += [row[1] for row in block]
        if len(children) > most:
            return None
    children += _changed_together(connection, after, log_size)
    return np.unique(_canonical(connection, np.unique(np.array(children, np.int32)), log_size))


def _changed_together(connection: Reading, after: int, before: int) -> list[int]:
    """Children whose links newer events change that do not name them."""
    known = Known(connection, Moment(log_size=before))
    parents = {known.item(name) for name in emptied_after(connection, after, before)}
    names = {link.child for link in known.below(parents)} | transformed_after(connection, after, before)
    return list(numbers_of(connection, names).values())


def _canonical(connection: Reading, numbers: Numbers, log_size: int) -> Numbers:
    """``numbers``, and those of the names that stand for them: arrays hold items under these."""
    names = renamed_names(connection, log_size)
    if not names:
        return numbers
    naming = Naming(connection, log_size)
    naming.learn(names)
    number = numbers_of(connection, {*names, *map(naming.canonical_of, names)})
    among = set(numbers.tolist())
    stands = [number[naming.canonical_of(name)] for name in names if number.get(name) in among]
    return np.concatenate((numbers, np.array(stands, np.int32)))
