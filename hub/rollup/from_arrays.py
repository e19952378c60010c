"""The roll-up of values that stand in arrays, packed: the same bits as adding them one by one."""

from collections import Counter
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from hub.store.rollup_body import PackedRollup, pack
from traceability.quality.rollup import Rollup
from traceability.quality.stability import SUBGROUP, subgroup_spread

Numbers = NDArray[np.int64]
_LITTLE = np.dtype("<i8")
_SAFE = 1 << 28
"""Sums of the squares of so many numbers below it stay within 64 bits."""


def rollup_from(decimals: int, positions: Numbers, values: Numbers) -> PackedRollup:
    """The roll-up of ``values`` at rising ``positions`` of their stream; one that is left out is a gap."""
    if not len(values):
        return pack(Rollup(decimals=decimals))
    numbers: list[int] = values.tolist()
    histogram = sorted(Counter(numbers).items())
    whole = _whole(positions)
    totals, spreads, spread_sum = _tally(values[whole])
    runs, moves = _runs(positions, values)
    return PackedRollup(
        decimals=decimals,
        total=str(sum(numbers)),
        squares=str(sum(value * value * count for value, count in histogram)),
        histogram=_packed(histogram),
        subgroups=sum(totals.values()),
        totals=_packed(sorted(totals.items())),
        spreads=_packed(sorted(spreads.items())),
        spread_sum=str(spread_sum),
        loose=np.stack((positions[~whole], values[~whole]), axis=1).astype(_LITTLE).tobytes(),
        runs=runs,
        ranges=str(sum(moves)),
        range_count=len(moves),
    )


def _whole(positions: Numbers) -> NDArray[np.bool_]:
    """Which values belong to a complete subgroup."""
    numbers = positions // SUBGROUP
    begins = np.flatnonzero(np.concatenate(([True], numbers[1:] != numbers[:-1])))
    sizes = np.diff(np.append(begins, len(numbers)))
    return np.repeat(sizes == SUBGROUP, sizes)


def _tally(values: Numbers) -> tuple[Counter[int], Counter[int], int]:
    """Totals and spreads of complete subgroups that follow one another, and the sum of the fine spreads."""
    groups = values.reshape(-1, SUBGROUP)
    if not len(groups):
        return Counter(), Counter(), 0
    least = groups.min(axis=1)
    above = groups - least[:, None]
    if above.max() >= _SAFE:
        above = above.astype(object)
    summed = above.sum(axis=1)
    scatters = (SUBGROUP * (above * above).sum(axis=1) - summed * summed).tolist()
    totals = [SUBGROUP * low + more for low, more in zip(least.tolist(), summed.tolist(), strict=True)]
    spreads, fine_sum = Counter[int](), 0
    for scatter, count in Counter(scatters).items():
        spread, fine = subgroup_spread(scatter)
        spreads[spread] += count
        fine_sum += fine * count
    return Counter(totals), spreads, fine_sum


def _runs(positions: Numbers, values: Numbers) -> tuple[tuple[tuple[int, int, int, int], ...], list[int]]:
    """Unbroken runs of positions (begin, end, first and last value), and the moving ranges within them."""
    joined = np.diff(positions) == 1
    begins = np.flatnonzero(np.concatenate(([True], ~joined)))
    ends = np.append(begins[1:], len(positions)) - 1
    parts = (positions[begins], positions[ends] + 1, values[begins], values[ends])
    runs = tuple(zip(*(part.tolist() for part in parts), strict=True))
    return runs, np.abs(np.diff(values))[joined].tolist()


def _packed(pairs: Iterable[tuple[int, int]]) -> bytes:
    return np.array(list(pairs), _LITTLE).tobytes()
