"""Exact sums of measured values: n, Σ and Σ² as integers in the characteristic's resolution.

Integers neither round nor depend on the order of merging, so that a hub which merges the sums of many agents gets bit
for bit what a scan of all the values gives.
"""

from collections.abc import Iterable
from fractions import Fraction

import msgspec


class Moments(msgspec.Struct, frozen=True):
    """Count, sum and sum of squares of integer values."""

    n: int = 0
    total: int = 0
    squares: int = 0

    @property
    def mean(self) -> Fraction | None:
        """The exact mean in steps of the resolution; None without values."""
        return Fraction(self.total, self.n) if self.n else None

    @property
    def variance(self) -> Fraction | None:
        """The exact sample variance (divisor n - 1) in squared steps; None with fewer than two values."""
        if self.n < 2:
            return None
        return Fraction(self.n * self.squares - self.total * self.total, self.n * (self.n - 1))


def moments_of(values: Iterable[int]) -> Moments:
    """The sums of these values."""
    n = total = squares = 0
    for value in values:
        n += 1
        total += value
        squares += value * value
    return Moments(n, total, squares)


def merged(parts: Iterable[Moments]) -> Moments:
    """The sums over all parts; the order of the parts does not matter."""
    n = total = squares = 0
    for part in parts:
        n += part.n
        total += part.total
        squares += part.squares
    return Moments(n, total, squares)
