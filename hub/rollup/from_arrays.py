"""The roll-up of values that stand in arrays: the same bits as adding them one by one."""

import numpy as np
from numpy.typing import NDArray

from traceability.quality.moments import Moments
from traceability.quality.rollup import Rollup, Run
from traceability.quality.stability import SUBGROUP, SubgroupTally, TallyBuilder

Numbers = NDArray[np.int64]


def rollup_from(decimals: int, positions: Numbers, values: Numbers) -> Rollup:
    """The roll-up of ``values`` at rising ``positions`` of their stream; one that is left out is a gap."""
    if not len(values):
        return Rollup(decimals=decimals)
    found, counts = np.unique(values, return_counts=True)
    histogram = tuple(zip(found.tolist(), counts.tolist(), strict=True))
    subgroups, loose = _subgroups(positions, values)
    runs, moves = _runs(positions, values)
    return Rollup(
        decimals=decimals,
        sums=Moments(
            len(values),
            sum(value * count for value, count in histogram),  # beyond 64 bits where it must
            sum(value * value * count for value, count in histogram),
        ),
        least=histogram[0][0],
        greatest=histogram[-1][0],
        histogram=histogram,
        subgroups=subgroups,
        loose=loose,
        runs=runs,
        ranges=sum(moves),
        range_count=len(moves),
    )


def _subgroups(positions: Numbers, values: Numbers) -> tuple[SubgroupTally, tuple[tuple[int, int], ...]]:
    """The complete subgroups counted, and the values of the others by position."""
    numbers = positions // SUBGROUP
    _, sizes = np.unique(numbers, return_counts=True)
    whole = np.repeat(sizes == SUBGROUP, sizes)
    tally = TallyBuilder()
    for subgroup in values[whole].reshape(-1, SUBGROUP).tolist():
        tally.add(subgroup)
    loose = zip(positions[~whole].tolist(), values[~whole].tolist(), strict=True)
    return tally.tally(), tuple(loose)


def _runs(positions: Numbers, values: Numbers) -> tuple[tuple[Run, ...], list[int]]:
    """Unbroken runs of positions, and the moving ranges within them."""
    joined = np.diff(positions) == 1
    begins = np.flatnonzero(np.concatenate(([True], ~joined)))
    ends = np.append(begins[1:], len(positions)) - 1
    runs = tuple(
        Run(*run)
        for run in zip(
            positions[begins].tolist(),
            (positions[ends] + 1).tolist(),
            values[begins].tolist(),
            values[ends].tolist(),
            strict=True,
        )
    )
    return runs, np.abs(np.diff(values))[joined].tolist()
