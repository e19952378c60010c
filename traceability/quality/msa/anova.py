"""Analysis of variance with exact sums of squares.

Sums are of integers, so thirteen constant leading digits cost nothing (NIST StRD, SmLs07 to SmLs09). F and p are
doubles.
"""

import math
from collections.abc import Sequence
from fractions import Fraction

import msgspec

from traceability.quality.distributions import f_tail
from traceability.quality.errors import NoFigure
from traceability.quality.reason import Reason
from traceability.quality.refusal import or_refused
from traceability.quality.steps import Number, grouped_steps


class Source(msgspec.Struct, frozen=True):
    """One source of variation: degrees of freedom and sum of squares, exactly."""

    degrees: int
    squares: Fraction

    @property
    def mean_square(self) -> Fraction:
        """Sum of squares over degrees of freedom (0 without any)."""
        return self.squares / self.degrees if self.degrees else Fraction(0)


class FTest(msgspec.Struct, frozen=True):
    """An F ratio and its p value; both None where the denominator is zero."""

    f: float | None
    p: float | None


class OneWay(msgspec.Struct, frozen=True):
    """Between and within groups."""

    between: Source
    within: Source

    @property
    def test(self) -> FTest:
        """Whether the groups differ."""
        return test_of(self.between, self.within)

    @property
    def r_squared(self) -> float:
        """Share of the squares that the groups explain."""
        return float(self.between.squares / (self.between.squares + self.within.squares))

    @property
    def residual_deviation(self) -> float:
        """√ of the mean square within."""
        return math.sqrt(self.within.mean_square)


class Crossed(msgspec.Struct, frozen=True):
    """Parts crossed with operators, each cell measured equally often."""

    parts: Source
    operators: Source
    interaction: Source
    repeats: Source


@or_refused
def one_way(groups: Sequence[Sequence[Number]]) -> OneWay:
    """One factor, groups of any size."""
    steps, unit = grouped_steps(groups)
    n = sum(len(group) for group in steps)
    if len(steps) < 2 or n <= len(steps):
        raise NoFigure(Reason.NOT_ENOUGH_DATA, f"{n} values in {len(steps)} groups")
    found = one_way_of(steps, unit)
    if not found.between.squares + found.within.squares:
        raise NoFigure(Reason.ZERO_SPREAD, "all values are equal")
    return found


def one_way_of(steps: Sequence[Sequence[int]], unit: Fraction) -> OneWay:
    """The sums of squares of groups of integers, in ``unit``²."""
    n = sum(len(group) for group in steps)
    squares = sum(value * value for group in steps for value in group)
    total = Fraction(sum(sum(group) for group in steps) ** 2, n)
    of_groups = sum((Fraction(sum(group) ** 2, len(group)) for group in steps), Fraction(0))
    scale = unit * unit
    between = Source(len(steps) - 1, (of_groups - total) * scale)
    return OneWay(between, Source(n - len(steps), (squares - of_groups) * scale))


def crossed(cells: Sequence[Sequence[Sequence[int]]], unit: Fraction) -> Crossed:
    """Two factors: ``cells[part][operator]`` holds the repeats, equally many everywhere."""
    parts, operators, repeats = len(cells), len(cells[0]), len(cells[0][0])
    n = parts * operators * repeats
    sums = [[sum(cell) for cell in row] for row in cells]
    total = Fraction(sum(map(sum, sums)) ** 2, n)
    by_part = Fraction(sum(sum(row) ** 2 for row in sums), operators * repeats) - total
    by_operator = Fraction(sum(sum(column) ** 2 for column in zip(*sums, strict=True)), parts * repeats) - total
    by_cell = Fraction(sum(cell * cell for row in sums for cell in row), repeats) - total
    every = sum(value * value for row in cells for cell in row for value in cell) - total
    scale = unit * unit
    return Crossed(
        Source(parts - 1, by_part * scale),
        Source(operators - 1, by_operator * scale),
        Source((parts - 1) * (operators - 1), (by_cell - by_part - by_operator) * scale),
        Source(n - parts * operators, (every - by_cell) * scale),
    )


def test_of(effect: Source, error: Source) -> FTest:
    """The F test of an effect against an error."""
    if not error.mean_square or not effect.degrees:
        return FTest(None, None)
    f = float(effect.mean_square / error.mean_square)
    return FTest(f, f_tail(f, effect.degrees, error.degrees))
