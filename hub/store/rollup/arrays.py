"""The roll-up of values that stand in arrays, packed: the same bits as adding them one by one.

This runs for each characteristic of each batch, so what is usual (values without gaps, of no extreme size) takes short
ways in 64-bit arithmetic; whatever might not fit takes the long way in whole numbers of any size.
"""

import numpy as np
from numpy.typing import NDArray

from hub.store.rollup.body import Kept, PackedRollup, Unsummed, pack
from traceability.quality.rollup import Rollup
from traceability.quality.stability import SUBGROUP, subgroup_spread

Numbers = NDArray[np.int64]
_PAIRS = np.dtype("<i8")
_WIDE = 1 << 62
_FINE = 1 << 40
_ROUNDED = 2.0**-51


def rollup_from(decimals: int, positions: Numbers, values: Numbers) -> PackedRollup:
    """The roll-up of ``values`` at rising ``positions`` of their stream; one that is left out is a gap."""
    if not len(values):
        return pack(Rollup(decimals=decimals))
    fits = max(abs(int(values.min())), abs(int(values.max()))) ** 2 * len(values) * SUBGROUP * 4 < _WIDE
    numbers = values if fits else values.astype(object)
    whole = _whole(positions)
    totals, spreads, spread_sum = _tally(numbers[whole].reshape(-1, SUBGROUP))
    loose = np.ones(len(values), np.bool_)
    loose[whole] = False
    runs, moves = _runs(positions, numbers)
    return PackedRollup(
        decimals=decimals,
        total=str(int(numbers.sum())),
        squares=str(int((numbers * numbers).sum())),
        histogram=counted(values),
        subgroups=len(totals),
        totals=counted(totals),
        spreads=counted(spreads),
        spread_sum=str(spread_sum),
        loose=np.stack((positions[loose], values[loose]), axis=1).astype(_PAIRS, copy=False).tobytes(),
        runs=runs,
        ranges=str(int(moves.sum())),
        range_count=len(moves),
    )


def summed(kept: Kept) -> PackedRollup:
    """What is kept of a span, summed if it was not."""
    return rollup_from(kept.decimals, *kept.arrays) if isinstance(kept, Unsummed) else kept


def counted(values: Numbers) -> bytes:
    """Pairs of value and count, by rising value, packed."""
    if not len(values):
        return b""
    ordered = np.sort(values)
    begins = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1])))
    pairs = np.empty((len(begins), 2), _PAIRS)
    pairs[:, 0] = ordered[begins]
    pairs[:, 1] = np.diff(begins, append=len(ordered))
    return pairs.tobytes()


def _whole(positions: Numbers) -> slice | NDArray[np.bool_]:
    """Which values belong to a complete subgroup."""
    first, last = int(positions[0]), int(positions[-1])
    if last - first + 1 == len(positions):
        begin, end = -(-first // SUBGROUP) * SUBGROUP, (last + 1) // SUBGROUP * SUBGROUP
        return slice(begin - first, max(begin, end) - first)
    numbers = positions // SUBGROUP
    begins = np.flatnonzero(np.concatenate(([True], numbers[1:] != numbers[:-1])))
    sizes = np.diff(np.append(begins, len(numbers)))
    return np.repeat(sizes == SUBGROUP, sizes)


def _tally(groups: NDArray[np.int64]) -> tuple[Numbers, Numbers, int]:
    """Total and spread of each subgroup, and the sum of the fine spreads."""
    totals = groups.sum(axis=1)
    scatters = SUBGROUP * (groups * groups).sum(axis=1) - totals * totals  # 5·Σ(x - x̄)², exact
    spreads, spread_sum = spreads_of(scatters)
    return totals.astype(np.int64, copy=False), spreads, spread_sum


def spreads_of(scatters: NDArray[np.int64]) -> tuple[Numbers, int]:
    """``subgroup_spread`` of each, and the sum of the fine ones; nearly all by floating point.

    A fine spread is the floor of a root. Three roundings are off by less than 2^-51 of it: where it lies nearer than
    that to a whole number, or is large, it is taken in whole numbers.
    """
    fine = np.sqrt(scatters.astype(np.float64) / (SUBGROUP * (SUBGROUP - 1))) * _FINE
    floor = np.floor(fine)
    unsure = fine * _ROUNDED
    sure = (fine < 1 << 47) & (fine - floor > unsure) & (fine - floor < 1 - unsure)
    low = np.where(sure, floor, 0).astype(np.int64)
    spreads = (16 * low + _FINE) // (2 * _FINE)
    total = int((low >> 24).sum() << 24) + int((low & 0xFFFFFF).sum())
    for at in np.flatnonzero(~sure).tolist():
        spreads[at], exact = subgroup_spread(int(scatters[at]))
        total += exact
    return spreads, total


def _runs(positions: Numbers, values: NDArray[np.int64]) -> tuple[tuple[tuple[int, int, int, int], ...], Numbers]:
    """Unbroken runs of positions (begin, end, first and last value), and the moving ranges within them."""
    moves = np.abs(values[1:] - values[:-1])
    first, last = int(positions[0]), int(positions[-1])
    if last - first + 1 == len(positions):
        return ((first, last + 1, int(values[0]), int(values[-1])),), moves
    joined = np.diff(positions) == 1
    begins = np.flatnonzero(np.concatenate(([True], ~joined)))
    ends = np.append(begins[1:], len(positions)) - 1
    parts = (positions[begins], positions[ends] + 1, values[begins], values[ends])
    return tuple(zip(*(part.tolist() for part in parts), strict=True)), moves[joined]
