"""Values as exact integers: the edge where numbers enter the statistics.

A double is taken for the shortest decimal that reads back as it, which is what the gauge displayed: 0.1 is one tenth.
Sums are then exact whatever their order, and a large offset costs no digits (NIST's SmLs07 to SmLs09 have thirteen
constant leading digits). NaN, infinities and sizes that no measurement has are refused here, once.
"""

import math
from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import TypeAlias

import msgspec

from traceability.quality.errors import NoFigure
from traceability.quality.reason import Reason

Number: TypeAlias = int | float | Decimal

LARGEST_POWER = 60
"""Values lie within ±10^60 and have at most so many decimals: squares and products then stay within a double."""

_FINEST = -LARGEST_POWER - 20  # a double of the smallest size has seventeen digits more


class Steps(msgspec.Struct, frozen=True):
    """Integers in a common resolution: each value is ``values[i]`` x 10^-``decimals``, ``decimals`` >= 0."""

    values: tuple[int, ...]
    decimals: int

    @property
    def unit(self) -> Fraction:
        """One step of the resolution."""
        return Fraction(1, 10**self.decimals)


def steps_of(values: Iterable[Number], fewest: int = 0) -> Steps:
    """These values as integers; NoFigure when there are fewer than ``fewest`` or one is not a usable number."""
    ratios = [_ratio(value, place) for place, value in enumerate(values)]
    if len(ratios) < fewest:
        reason = Reason.NO_VALUES if not ratios else Reason.NOT_ENOUGH_DATA
        raise NoFigure(reason, f"{len(ratios)} values, {fewest} needed")
    decimals = max((_decimals(denominator) for denominator in {ratio[1] for ratio in ratios}), default=0)
    scale = 10**decimals
    return Steps(tuple(numerator * (scale // denominator) for numerator, denominator in ratios), decimals)


def grouped_steps(groups: Sequence[Sequence[Number]]) -> tuple[list[tuple[int, ...]], Fraction]:
    """Subgroups as integers of one resolution, and its unit; NoFigure names an empty subgroup."""
    for place, group in enumerate(groups):
        if not len(group):
            raise NoFigure(Reason.NO_VALUES, f"subgroup {place} is empty")
    flat = steps_of(value for group in groups for value in group)
    found, start = [], 0
    for group in groups:
        found.append(flat.values[start : start + len(group)])
        start += len(group)
    return found, flat.unit


def exact(value: Number) -> Fraction:
    """One value exactly; NoFigure when it is not a usable number."""
    return Fraction(*_ratio(value, 0))


def refuse_parts(counts: Iterable[Number]) -> None:
    """NoFigure for a count that is not whole: values from a file may say 1.5, or nothing (NaN)."""
    for place, count in enumerate(counts):
        if not isinstance(count, int) and exact(count).denominator != 1:
            raise NoFigure(Reason.INVALID_VALUE, f"count {place} is {count}")


def _ratio(value: Number, place: int) -> tuple[int, int]:
    if isinstance(value, int):
        if value and abs(value) >= 10**LARGEST_POWER:
            raise NoFigure(Reason.INVALID_VALUE, f"value {place} is beyond ±1e{LARGEST_POWER}")
        return value, 1
    if isinstance(value, float):
        if not math.isfinite(value):
            raise NoFigure(Reason.INVALID_VALUE, f"value {place} is {value}")
        value = Decimal(float.__repr__(value))
    exponent = value.as_tuple().exponent
    if not isinstance(exponent, int) or exponent < _FINEST or (value and abs(value.adjusted()) >= LARGEST_POWER):
        raise NoFigure(Reason.INVALID_VALUE, f"value {place} is {value}")
    return value.as_integer_ratio()


def _decimals(denominator: int) -> int:
    """The smallest d with ``denominator`` dividing 10^d; denominators here have only the factors 2 and 5."""
    twos = (denominator & -denominator).bit_length() - 1
    rest, fives = denominator >> twos, 0
    while rest > 1:
        rest //= 5
        fives += 1
    return max(twos, fives)
