"""Links between numbered items in compressed rows: about 27 bytes a link with its owner and validity, 8 an item.

Links lie sorted by child, so that the links above an item are one stretch; a permutation gives those below it. A link
is here once for each time that it held (:func:`traceability.genealogy.intervals`); most never end, so ends stand apart.
Times are microseconds since 1970 UTC. Arrays are filled once and read by many threads.
"""

from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.int32]
Times = npt.NDArray[np.int64]
Flags = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]

CERTAIN, ENDED = 1, 2


class LinkArrays(msgspec.Struct):
    """Links side by side in any order; taken apart by ``compress``, which leaves it empty to save room.

    ``end`` holds the ends of those whose flag says so, in their order.
    """

    parent: Numbers
    child: Numbers
    owner: npt.NDArray[np.uint16]
    log_index: Numbers
    begin: Times
    flags: Flags
    end: Times


class Adjacency(msgspec.Struct, frozen=True):
    """The links known when the log held ``log_size`` batches; items are numbered below ``items``.

    ``up`` and ``down`` hold where the stretch of each item begins. ``ended`` are the places of links that ended, in
    order, ``end`` when they did.
    """

    log_size: int
    items: int
    owners: tuple[str, ...]
    up: Numbers
    parent: Numbers
    child: Numbers
    owner: npt.NDArray[np.uint16]
    log_index: Numbers
    begin: Times
    flags: Flags
    ended: Numbers
    end: Times
    down: Numbers
    below: Numbers

    @property
    def nbytes(self) -> int:
        """Bytes of all arrays."""
        arrays = (getattr(self, name) for name in self.__struct_fields__)
        return sum(array.nbytes for array in arrays if isinstance(array, np.ndarray))


class Stretch(msgspec.Struct, frozen=True):
    """Links of a frontier: their places, and which item of the frontier each belongs to."""

    places: npt.NDArray[np.int64]
    of: npt.NDArray[np.int64]


def compress(links: LinkArrays, items: int, log_size: int, owners: tuple[str, ...]) -> Adjacency:
    """Sort ``links`` into rows; ``links`` is empty afterwards."""
    end = links.end
    which = np.flatnonzero(links.flags & ENDED)
    order = np.argsort(links.child, kind="stable").astype(np.int32)
    if which.size:
        ends = np.zeros(links.flags.size, np.int64)
        ends[which] = end
        ends = ends[order]
    sorted_arrays: dict[str, Any] = {}
    for name in ("child", "parent", "owner", "log_index", "begin", "flags"):
        sorted_arrays[name] = getattr(links, name)[order]
        setattr(links, name, sorted_arrays[name][:0])
    del order
    ended = np.flatnonzero(sorted_arrays["flags"] & ENDED).astype(np.int32)
    below = np.argsort(sorted_arrays["parent"], kind="stable").astype(np.int32)
    return Adjacency(
        log_size=log_size,
        items=items,
        owners=owners,
        up=_begins(sorted_arrays["child"], items),
        down=_begins(sorted_arrays["parent"], items),
        below=below,
        ended=ended,
        end=ends[ended] if which.size else end[:0],
        **sorted_arrays,
    )


def stretch(begins: Numbers, frontier: Numbers) -> Stretch:
    """The places of all links of the items of ``frontier``."""
    first = begins[frontier].astype(np.int64)
    counts = begins[frontier + 1] - first
    of = np.repeat(np.arange(frontier.size), counts)
    before = np.cumsum(counts) - counts
    return Stretch(np.arange(of.size) + (first - before)[of], of)


def in_force(adjacency: Adjacency, places: npt.NDArray[np.int64], as_of: int | None) -> Mask:
    """Which of the links at ``places`` hold at ``as_of`` (None: after everything stated)."""
    ended = (adjacency.flags[places] & ENDED) != 0
    if as_of is None:
        return np.asarray(~ended, np.bool_)
    held = adjacency.begin[places] <= as_of
    if ended.any():
        held[ended] &= adjacency.end[np.searchsorted(adjacency.ended, places[ended])] > as_of
    return np.asarray(held, np.bool_)


def distinct(numbers: Numbers, items: int) -> Numbers:
    """Each of ``numbers`` once, in order; by marking where that is quicker than sorting."""
    if numbers.size * 32 < items:
        return np.unique(numbers)
    marked = np.zeros(items, np.bool_)
    marked[numbers] = True
    return np.flatnonzero(marked).astype(np.int32)


def _begins(numbers: Numbers, items: int) -> Numbers:
    begins = np.zeros(items + 1, np.int32)
    counts = np.bincount(numbers, minlength=items)
    np.cumsum(counts, out=begins[1:])
    return begins
