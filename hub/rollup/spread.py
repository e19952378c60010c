"""How the values of many periods lie, without their order: for lists and trends, where capability in full is not asked.

Count, mean, deviation, extremes and what lies outside limits follow from the histograms alone; of the same roll-ups as
``periods``, so the same figures.
"""

import math
from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

import msgspec
import numpy as np

from hub.rollup.many import OfStream, Wanted, alike, gathered, periods
from hub.rollup.window import Period
from hub.store.core.database import Reading
from hub.store.core.value_body import wide
from hub.store.rollup.arrays import Numbers, counted
from hub.store.rollup.body import Kept, Unsummed
from traceability.measurement import Characteristic
from traceability.quality.moments import Moments
from traceability.quality.rollup import Rollup

MOST_SPREADS = 512
"""So many stay, to be found again by the bytes that they were made from: those of days that are over do not change."""
_WIDE = 1 << 62
_PAIRS = np.dtype("<i8")
_LOWEST, _HIGHEST = -(1 << 63), (1 << 63) - 1


class Spread(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """Values x 10^-``decimals`` with how often each occurs, in no order; one may stand there several times.

    ``left_out`` values are not good, or of a unit of measure that can't be converted.
    """

    decimals: int
    sums: Moments
    values: Numbers
    counts: Numbers
    left_out: int = 0

    @property
    def pairs(self) -> Iterator[tuple[int, int]]:
        """Values with their counts."""
        return zip(self.values.tolist(), self.counts.tolist(), strict=True)

    @property
    def least(self) -> int | None:
        """The smallest value."""
        return int(self.values.min()) if len(self.values) else None

    @property
    def greatest(self) -> int | None:
        """The largest value."""
        return int(self.values.max()) if len(self.values) else None

    def below(self, at: Decimal) -> int:
        """How many values are smaller than ``at``, in steps of ``decimals``."""
        return int(self.counts[self.values < _within(math.ceil(at))].sum())

    def above(self, at: Decimal) -> int:
        """How many are larger."""
        return int(self.counts[self.values > _within(math.floor(at))].sum())

    def outside(self, characteristic: Characteristic) -> tuple[int, int]:
        """How many values lie below the lower limit, and how many above the upper one."""
        below = _steps(characteristic.lsl, self.decimals)
        above = _steps(characteristic.usl, self.decimals)
        return (
            0 if below is None else int(self.counts[self.values < _within(-(-below // 1))].sum()),
            0 if above is None else int(self.counts[self.values > _within(above // 1)].sum()),
        )


def spreads(connection: Reading, wanted: Sequence[Wanted]) -> list[Spread]:
    """How the values of each lie, in the order asked."""
    found = gathered(connection, wanted)
    return [
        _added_up(one, rows) if alike(one, rows) else _converted(periods(connection, [one])[0])
        for one, rows in zip(wanted, found, strict=True)
    ]


def spread_of(rollup: Rollup) -> Spread:
    """How the values of a roll-up lie."""
    pairs = np.array(rollup.histogram, np.int64).reshape(-1, 2)
    return Spread(decimals=rollup.decimals, sums=rollup.sums, values=pairs[:, 0], counts=pairs[:, 1])


def _converted(period: Period) -> Spread:
    return msgspec.structs.replace(spread_of(period.rollup), left_out=period.left_out)


def _added_up(wanted: Wanted, found: Sequence[OfStream]) -> Spread:
    """Of values that are not summed only their sizes are wanted, not where they stand."""
    kept = tuple(row.rollup for _, rows in found for row in rows)
    sums, pairs = _together(kept)
    return Spread(
        decimals=kept[0].decimals if kept else wanted.characteristic.decimals,
        sums=sums,
        values=pairs[:, 0],
        counts=pairs[:, 1],
        left_out=sum(row.left_out for _, rows in found for row in rows),
    )


@lru_cache(maxsize=MOST_SPREADS)
def _together(kept: tuple[Kept, ...]) -> tuple[Moments, Numbers]:
    """Sums, and pairs of value and count that nobody can write to."""
    packed = [one for one in kept if not isinstance(one, Unsummed)]
    bare = [wide(one.n, one.values) for one in kept if isinstance(one, Unsummed)]
    histograms = [one.histogram for one in packed]
    total, squares = sum(int(one.total) for one in packed), sum(int(one.squares) for one in packed)
    if bare:
        values = np.concatenate(bare)
        histograms.append(counted(values))
        moments = moments_of(values)
        total, squares = total + moments.total, squares + moments.squares
    pairs = np.frombuffer(b"".join(histograms), _PAIRS).reshape(-1, 2)
    return Moments(int(pairs[:, 1].sum()), total, squares), pairs


def moments_of(values: Numbers) -> Moments:
    """Number, sum and sum of squares, exact however large."""
    largest = max(abs(int(values.min())), abs(int(values.max())))
    numbers = values if largest**2 * len(values) < _WIDE else values.astype(object)
    return Moments(len(values), int(numbers.sum()), int((numbers * numbers).sum()))


def _steps(limit: Decimal | None, decimals: int) -> Fraction | None:
    return None if limit is None or not limit.is_finite() else Fraction(limit) * Fraction(10) ** decimals


def _within(steps: int) -> int:
    """Beyond what a value can be it makes no difference."""
    return max(_LOWEST, min(_HIGHEST, steps))
