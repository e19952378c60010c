"""From the store to arrays.

Links that one ADD alone speaks of, nearly all, go straight into the arrays. The others (stated twice, taken out,
declared wrong) are put in order by the plain implementation, the one that small questions are answered by.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from hub.adjacency.arrays import CERTAIN, ENDED, Adjacency, LinkArrays, compress
from hub.store.core.chunks import in_chunks
from hub.store.core.database import Reading
from hub.store.core.instant import to_micros
from hub.store.trace.adjacency import corrected_links, highest_number, numbered_links, renamed_names
from hub.store.trace.event_links import told_together
from hub.store.trace.numbers import names_of, numbers_of
from hub.trace.known import Known, Moment
from hub.trace.naming import Naming
from traceability.genealogy import ADD, Link, intervals

Pairs = npt.NDArray[np.int64]


class Owners:
    """A small number for each author."""

    def __init__(self) -> None:
        self.codes: dict[str, int] = {}

    def code(self, author: str) -> int:
        """The author's number."""
        return self.codes.setdefault(author, len(self.codes))


class _Plain(msgspec.Struct, frozen=True):
    """Links as read, in blocks side by side; ``added`` is False for a DELETE."""

    links: LinkArrays
    added: npt.NDArray[np.bool_]


def build(connection: Reading, log_size: int) -> Adjacency:
    """The links known at ``log_size``; every linked name must have its number."""
    items = highest_number(connection) + 1
    owners = Owners()
    read = _read(connection, log_size, owners)
    _rename(connection, log_size, read.links, items)
    pairs = _pairs(read.links)
    whole = _told_together(connection, log_size)
    odd = _odd(connection, log_size, pairs, read.added) | np.isin(read.links.parent, np.array(sorted(whole), np.int32))
    rest = _odd_links(connection, log_size, pairs[odd], whole, owners)
    links = _joined(read.links, ~odd, rest)
    return compress(links, items, log_size, tuple(owners.codes))


def _read(connection: Reading, log_size: int, owners: Owners) -> _Plain:
    blocks: list[LinkArrays] = []
    added: list[npt.NDArray[np.bool_]] = []
    for block in numbered_links(connection, 0, log_size):
        parent, child, certain, action, begin, author, log_index = zip(*block, strict=True)
        blocks.append(
            LinkArrays(
                parent=np.array(parent, np.int32),
                child=np.array(child, np.int32),
                owner=np.array([owners.code(each) for each in author], np.uint16),
                log_index=np.array(log_index, np.int32),
                begin=np.array(begin, np.int64),
                flags=np.where(np.array(certain, np.bool_), CERTAIN, 0).astype(np.uint8),
                end=np.zeros(0, np.int64),
            )
        )
        added.append(np.array([each == ADD for each in action], np.bool_))
    if not blocks:
        return _Plain(_arrays_of([], {}, owners), np.zeros(0, np.bool_))
    return _Plain(_concatenated(blocks), np.concatenate(added))


def _rename(connection: Reading, log_size: int, links: LinkArrays, items: int) -> None:
    """Put every item under the number of its canonical name."""
    names = renamed_names(connection, log_size)
    if not names:
        return
    naming = Naming(connection, log_size)
    naming.learn(names)
    canonical = {name: naming.canonical_of(name) for name in names}
    number = numbers_of(connection, {*names, *canonical.values()})
    stands_for = np.arange(items, dtype=np.int32)
    for name, one in canonical.items():
        stands_for[number[name]] = number[one]
    links.parent, links.child = stands_for[links.parent], stands_for[links.child]


def _pairs(links: LinkArrays) -> Pairs:
    pairs = links.parent.astype(np.int64)
    pairs <<= 32
    pairs |= links.child
    return pairs


def _odd(connection: Reading, log_size: int, pairs: Pairs, added: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Which links more than one plain ADD speaks of."""
    ordered = np.sort(pairs)
    several = [np.unique(ordered[1:][ordered[1:] == ordered[:-1]]), pairs[~added]]
    wrong = corrected_links(connection, log_size)
    if wrong:
        naming = Naming(connection, log_size)
        naming.learn({name for pair in wrong for name in pair})
        called = [(naming.canonical_of(parent), naming.canonical_of(child)) for parent, child in wrong]
        number = numbers_of(connection, {name for pair in called for name in pair})
        several.append(np.array([number[parent] << 32 | number[child] for parent, child in called], np.int64))
    odd = np.unique(np.concatenate(several))
    if not odd.size:
        return np.zeros(pairs.size, np.bool_)
    place = np.minimum(np.searchsorted(odd, pairs), odd.size - 1)
    return np.asarray(odd[place] == pairs, np.bool_)


def _told_together(connection: Reading, log_size: int) -> set[int]:
    """The numbers of items whose links follow from several events."""
    names = told_together(connection, log_size)
    naming = Naming(connection, log_size)
    naming.learn(names)
    return set(numbers_of(connection, {naming.canonical_of(name) for name in names}).values())


def _odd_links(connection: Reading, log_size: int, pairs: Pairs, whole: set[int], owners: Owners) -> LinkArrays:
    """The links of ``pairs``, and all that are below the items ``whole``."""
    wanted = set(pairs.tolist())
    parents = {pair >> 32 for pair in wanted} | whole
    rows: list[Link] = []
    number: dict[str, int] = {}
    for chunk in in_chunks(parents):
        known = Known(connection, Moment(log_size=log_size))
        held = intervals(known.below(list(names_of(connection, chunk).values())))
        number |= numbers_of(connection, {name for link in held for name in (link.parent, link.child)})
        rows += [
            link
            for link in held
            if number[link.parent] in whole or number[link.parent] << 32 | number[link.child] in wanted
        ]
    return _arrays_of(rows, number, owners)


def _arrays_of(rows: Sequence[Link], number: dict[str, int], owners: Owners) -> LinkArrays:
    flags = [CERTAIN * link.certain | ENDED * (link.valid_to is not None) for link in rows]
    return LinkArrays(
        parent=np.array([number[link.parent] for link in rows], np.int32),
        child=np.array([number[link.child] for link in rows], np.int32),
        owner=np.array([owners.code(link.author) for link in rows], np.uint16),
        log_index=np.array([link.log_index for link in rows], np.int32),
        begin=np.array([to_micros(link.valid_from or link.event_time) for link in rows], np.int64),
        flags=np.array(flags, np.uint8),
        end=np.array([to_micros(link.valid_to) for link in rows if link.valid_to is not None], np.int64),
    )


def _joined(plain: LinkArrays, keep: npt.NDArray[np.bool_], rest: LinkArrays) -> LinkArrays:
    kept: dict[str, Any] = {name: getattr(plain, name)[keep] for name in LinkArrays.__struct_fields__ if name != "end"}
    return _concatenated([LinkArrays(**kept, end=plain.end), rest])


def _concatenated(blocks: Iterable[LinkArrays]) -> LinkArrays:
    several: Collection[LinkArrays] = list(blocks)
    joined: dict[str, Any] = {
        name: np.concatenate([getattr(block, name) for block in several]) for name in LinkArrays.__struct_fields__
    }
    return LinkArrays(**joined)
