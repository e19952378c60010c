"""A roll-up told in another unit of measure, exactly or not at all.

Units are related by y = a·x + b with rational a > 0. Where both have finitely many decimals (inches in millimetres,
bar in pascals, degrees Celsius in kelvins), every step becomes a whole number of finer steps and sums stay exact. Where
they have not (millimetres in inches, degrees Fahrenheit in degrees Celsius), a rounded value could cross a limit: such
values are refused, not rounded.
"""

from fractions import Fraction

import msgspec

from traceability.quality.moments import Moments
from traceability.quality.rollup import Rollup, Run
from traceability.quality.stability import SUBGROUP, SubgroupTally

_MOST_DECIMALS = 24


class StepScale(msgspec.Struct, frozen=True):
    """A step x becomes ``factor``·x + ``offset`` steps of ``decimals`` decimals."""

    factor: int
    offset: int
    decimals: int


def step_scale(decimals: int, factor: Fraction, offset: Fraction) -> StepScale | None:
    """How steps of ``decimals`` become steps of factor·x + offset; None where they don't, or not exactly."""
    if factor <= 0:
        return None
    slope = factor / 10**decimals
    for finer in range(_MOST_DECIMALS + 1):
        one, zero = slope * 10**finer, offset * 10**finer
        if one.denominator == zero.denominator == 1:
            return StepScale(int(one), int(zero), finer)
    return None


def rescaled(rollup: Rollup, scale: StepScale) -> Rollup:
    """The roll-up of the same values in the other unit; of one stream, merged before (S is a root and was rounded)."""
    a, b = scale.factor, scale.offset
    n, total, squares = rollup.sums.n, rollup.sums.total, rollup.sums.squares
    tally = rollup.subgroups
    return Rollup(
        decimals=scale.decimals,
        sums=Moments(n, a * total + n * b, a * a * squares + 2 * a * b * total + n * b * b),
        least=None if rollup.least is None else a * rollup.least + b,
        greatest=None if rollup.greatest is None else a * rollup.greatest + b,
        histogram=tuple((a * value + b, count) for value, count in rollup.histogram),
        subgroups=SubgroupTally(
            count=tally.count,
            totals=tuple((a * total + SUBGROUP * b, count) for total, count in tally.totals),
            spreads=tuple((a * spread, count) for spread, count in tally.spreads),
            spread_sum=a * tally.spread_sum,
        ),
        loose=tuple((position, a * value + b) for position, value in rollup.loose),
        runs=tuple(Run(run.start, run.end, a * run.first + b, a * run.last + b) for run in rollup.runs),
        ranges=a * rollup.ranges,
        range_count=rollup.range_count,
    )
