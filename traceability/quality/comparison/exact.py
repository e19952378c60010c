"""Exact tests of 2x2 tables, one or several strata, by the hypergeometric distribution.

A table counts units: ``a`` suspects that have a value, ``b`` suspects that have not, ``c`` others that have it, ``d``
others that have not. Given the margins, ``a`` is hypergeometric if having the value makes no difference (Fisher 1935).
Over strata the sum of the ``a`` is the convolution (Gart 1970): the exact form of Mantel & Haenszel's test.
P-values are one-sided, for "more common among the suspects"; mid-p counts the observed table half (Lancaster 1961).
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from traceability.quality.errors import OutOfDomain

_NEGLIGIBLE = 1e-18


class Table(NamedTuple):
    """Counts of units, none negative."""

    a: int
    b: int
    c: int
    d: int

    @property
    def suspects(self) -> int:
        """How many are suspect."""
        return self.a + self.b

    @property
    def others(self) -> int:
        """How many they are compared with."""
        return self.c + self.d

    @property
    def having(self) -> int:
        """How many have the value."""
        return self.a + self.c

    @property
    def total(self) -> int:
        """All units."""
        return self.a + self.b + self.c + self.d


class ExactTest(msgspec.Struct, frozen=True):
    """``p`` of at least so many, ``mid_p`` with the observed count half, ``least_p`` the smallest the margins allow."""

    p: float
    mid_p: float
    least_p: float


def more_common(table: Table) -> ExactTest:
    """Fisher's exact test, one-sided."""
    return more_common_within([table])


def more_common_within(strata: Sequence[Table]) -> ExactTest:
    """The exact test within strata; strata in which nothing could vary say nothing and change nothing."""
    chances, observed, offset = [1.0], 0, 0
    for table in strata:
        if min(table) < 0:
            raise OutOfDomain(f"counts can't be negative: {tuple(table)}")
        low, pmf = _hypergeometric(table)
        chances = _convolved(chances, pmf)
        offset += low
        observed += table.a
    place = observed - offset
    above = math.fsum(chances[place + 1 :])
    at = chances[place]
    return ExactTest(min(1.0, above + at), min(1.0, above + at / 2), chances[-1])


def _hypergeometric(table: Table) -> tuple[int, list[float]]:
    """The smallest possible ``a``, and the chances of it and each larger one."""
    low = max(0, table.having - table.others)
    high = min(table.having, table.suspects)
    logs = [_log_chance(a, table) for a in range(low, high + 1)]
    top = max(logs)
    weights = [math.exp(value - top) for value in logs]
    whole = math.fsum(weights)
    return low, [weight / whole for weight in weights]


def _log_chance(a: int, table: Table) -> float:
    """Up to a constant of the margins."""
    b, c = table.suspects - a, table.having - a
    d = table.others - c
    return -(math.lgamma(a + 1) + math.lgamma(b + 1) + math.lgamma(c + 1) + math.lgamma(d + 1))


def _convolved(one: list[float], other: list[float]) -> list[float]:
    if len(one) == 1 or len(other) == 1:
        factor, longer = (one[0], other) if len(one) == 1 else (other[0], one)
        return [factor * value for value in longer]
    result = [0.0] * (len(one) + len(other) - 1)
    for i, x in enumerate(one):
        if x > _NEGLIGIBLE:
            for j, y in enumerate(other):
                result[i + j] += x * y
    return result


def holm(p_values: Sequence[float]) -> list[float]:
    """Adjusted so that the chance of even one false finding stays below the level (Holm 1979)."""
    order = sorted(range(len(p_values)), key=lambda index: p_values[index])
    adjusted, highest = [0.0] * len(p_values), 0.0
    for rank, index in enumerate(order):
        highest = max(highest, min(1.0, (len(p_values) - rank) * p_values[index]))
        adjusted[index] = highest
    return adjusted


def benjamini_hochberg(p_values: Sequence[float]) -> list[float]:
    """Adjusted so that the expected share of false findings stays below the level (Benjamini & Hochberg 1995)."""
    count = len(p_values)
    order = sorted(range(count), key=lambda index: p_values[index], reverse=True)
    adjusted, lowest = [0.0] * count, 1.0
    for rank, index in enumerate(order):
        lowest = min(lowest, p_values[index] * count / (count - rank))
        adjusted[index] = lowest
    return adjusted


def odds_ratio(table: Table) -> float | None:
    """a·d / b·c; infinity when only suspects have it, None when the table says nothing."""
    against, speaking = table.b * table.c, table.a * table.d
    if against:
        return speaking / against
    return math.inf if speaking else None


def share_difference(table: Table) -> float:
    """Share of the suspects that have the value, less the share of the others: -1 to 1; 0 for an empty side."""
    if not table.suspects or not table.others:
        return 0.0
    return table.a / table.suspects - table.c / table.others
