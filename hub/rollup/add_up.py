"""Kept roll-ups of one stream added up in array arithmetic: the same bits as ``merge`` of them."""

from collections.abc import Iterable, Sequence

import numpy as np

from hub.store.rollup.arrays import Numbers, rollup_from
from hub.store.rollup.body import Kept, PackedRollup, Unsummed, pack, unpack, unsummed, unsummed_with
from traceability.quality.errors import OutOfDomain
from traceability.quality.rollup import Rollup, Run, joined
from traceability.quality.stability import SubgroupTally

MOST_UNSUMMED = 4096
"""Values of one hour that are kept as they came; adding so many up anew takes less than a millisecond."""
_PAIRS = np.dtype("<i8")


def add_up(kept: Sequence[Kept]) -> Rollup:
    """One roll-up of all, in whatever order they come; OutOfDomain as ``merge`` says."""
    parts = summed_up(kept)
    tally = SubgroupTally(
        count=sum(part.subgroups for part in parts),
        totals=tuple(_summed(part.totals for part in parts)),
        spreads=tuple(_summed(part.spreads for part in parts)),
        spread_sum=sum(int(part.spread_sum) for part in parts),
    )
    return joined(
        parts[0].decimals,
        dict(_summed(part.histogram for part in parts)),
        tally,
        loose=(pair for part in parts for pair in _pairs(part.loose)),
        runs=(Run(*run) for part in parts for run in part.runs),
        ranges=(sum(int(part.ranges) for part in parts), sum(part.range_count for part in parts)),
    )


def summed_up(kept: Sequence[Kept]) -> list[PackedRollup]:
    """The same with all values that are not summed as one part, in whatever order their hours come."""
    decimals = _resolution(kept)
    parts = [one for one in kept if not isinstance(one, Unsummed)]
    bare = [one.arrays for one in kept if isinstance(one, Unsummed)]
    if bare:
        positions, values = (np.concatenate(arrays) for arrays in zip(*bare, strict=True))
        if not bool((positions[1:] > positions[:-1]).all()):
            order = np.argsort(positions, kind="stable")
            positions, values = positions[order], values[order]
        parts.append(rollup_from(decimals, positions, values))
    return parts


Positions = Sequence[int] | Numbers


def with_values(known: Kept, positions: Positions, values: Numbers) -> Kept:
    """``known`` and values that follow it in its stream, as one."""
    if isinstance(known, Unsummed):
        few = known.n + len(values) <= MOST_UNSUMMED
        longer = unsummed_with(known, positions, values) if few else None
        if longer is not None:
            return longer
        before, old = known.arrays
        return kept_of(known.decimals, np.concatenate((before, positions)), np.concatenate((old, values)))
    return add_packed(known, rollup_from(known.decimals, np.asarray(positions), values))


def kept_of(decimals: int, positions: Positions, values: Numbers) -> Kept:
    """Values at rising positions as an hour keeps them: which of the two forms depends on their number alone."""
    if len(values) <= MOST_UNSUMMED:
        return unsummed(decimals, positions, values)
    return rollup_from(decimals, np.asarray(positions), values)


def add_packed(known: PackedRollup, added: PackedRollup) -> PackedRollup:
    """Two packed roll-ups of one stream as one, histograms never unpacked; OutOfDomain as ``merge`` says."""
    return add_many((known, added))


def add_many(kept: Sequence[Kept]) -> PackedRollup:
    """The same of any number of parts."""
    parts = summed_up(kept)
    if len(parts) == 1:
        return parts[0]
    split = joined(
        parts[0].decimals,
        {},
        SubgroupTally(),
        loose=(pair for part in parts for pair in _pairs(part.loose)),
        runs=(Run(*run) for part in parts for run in part.runs),
        ranges=(sum(int(part.ranges) for part in parts), sum(part.range_count for part in parts)),
    )
    whole = pack(split)
    return _together((*parts, whole), loose=whole.loose, runs=whole.runs, ranges=(split.ranges, split.range_count))


def pool_packed(streams: Sequence[PackedRollup]) -> Rollup:
    """Different streams of one resolution, each added up before, as ``pooled`` gives them."""
    _resolution(streams)
    ranges = sum(int(part.ranges) for part in streams), sum(part.range_count for part in streams)
    whole = _together(streams, loose=b"", runs=(), ranges=ranges)
    return unpack(whole, int(np.frombuffer(whole.histogram, _PAIRS)[1::2].sum()))


def _together(
    parts: Sequence[PackedRollup],
    *,
    loose: bytes,
    runs: tuple[tuple[int, int, int, int], ...],
    ranges: tuple[int, int],
) -> PackedRollup:
    """Everything that is a plain sum; what neighbours need of each other is given."""
    return PackedRollup(
        decimals=parts[0].decimals,
        total=str(sum(int(part.total) for part in parts)),
        squares=str(sum(int(part.squares) for part in parts)),
        histogram=_sums(*(part.histogram for part in parts)),
        subgroups=sum(part.subgroups for part in parts),
        totals=_sums(*(part.totals for part in parts)),
        spreads=_sums(*(part.spreads for part in parts)),
        spread_sum=str(sum(int(part.spread_sum) for part in parts)),
        loose=loose,
        runs=runs,
        ranges=str(ranges[0]),
        range_count=ranges[1],
    )


def _resolution(kept: Sequence[Kept]) -> int:
    resolutions = {one.decimals for one in kept}
    if len(resolutions) != 1:
        message = f"roll-ups of one resolution can be merged, not of decimals {sorted(resolutions)}"
        raise OutOfDomain(message)
    return resolutions.pop()


def _sums(*packed: bytes) -> bytes:
    """Packed pairs of value and count, counts of equal values added."""
    some = [part for part in packed if part]
    if len(some) < 2:
        return some[0] if some else b""
    values, counts = _added(b"".join(some))
    return np.stack((values, counts), axis=1).astype(_PAIRS, copy=False).tobytes()


def _summed(packed: Iterable[bytes]) -> list[tuple[int, int]]:
    """Counts of equal values added, rising; whole numbers throughout."""
    values, counts = _added(b"".join(packed))
    return list(zip(values.tolist(), counts.tolist(), strict=True))


def _added(packed: bytes) -> tuple[Numbers, Numbers]:
    pairs = np.frombuffer(packed, _PAIRS).reshape(-1, 2)
    if not len(pairs):
        return pairs[:, 0], pairs[:, 1]
    ordered = pairs[np.argsort(pairs[:, 0], kind="stable")]
    values = ordered[:, 0]
    begins = np.flatnonzero(np.concatenate(([True], values[1:] != values[:-1])))
    return values[begins], np.add.reduceat(ordered[:, 1], begins)


def _pairs(packed: bytes) -> Iterable[tuple[int, int]]:
    numbers = np.frombuffer(packed, _PAIRS).tolist()
    return zip(numbers[::2], numbers[1::2], strict=True)
