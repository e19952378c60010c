"""Factors of charts for subgroups of n: exact, from rounded constants, or as tabled (ISO 7870-2, ASTM MNL 7).

Everything is stated per process sigma: the centre of the plotted statistic and its standard deviation; limits lie
three of those away. Tabled factors (A2, A3, D4, B4, E2) are the exact ones rounded to three digits, d2 and d3 likewise
and c4 to four: they are computed by rounding, so no table can contain a typing error.
"""

import math
from functools import cache

from traceability.quality import constants as exact
from traceability.quality.charts.chart import Constants, Estimator

_BY_DEVIATIONS = (Estimator.DEVIATIONS, Estimator.POOLED, Estimator.POOLED_UNBIASED)


@cache
def d2(n: int, constants: Constants) -> float:
    """E(R) per sigma."""
    return exact.d2(n) if constants is Constants.EXACT else round(exact.d2(n), 3)


@cache
def d3(n: int, constants: Constants) -> float:
    """Standard deviation of R per sigma; with tabled factors (D4 - 1)·d2/3."""
    if constants is Constants.TABLE:
        return (_tabled(1.0 + 3.0 * exact.d3(n) / exact.d2(n)) - 1.0) * d2(n, constants) / 3.0
    return exact.d3(n) if constants is Constants.EXACT else round(exact.d3(n), 3)


@cache
def c4(n: int, constants: Constants) -> float:
    """E(S) per sigma."""
    return exact.c4(n) if constants is Constants.EXACT else round(exact.c4(n), 4)


@cache
def c5(n: int, constants: Constants) -> float:
    """Standard deviation of S per sigma, √(1 - c4²); with tabled factors (B4 - 1)·c4/3."""
    if constants is Constants.TABLE:
        mean = exact.c4(n)
        return (_tabled(1.0 + 3.0 * math.sqrt(1.0 - mean * mean) / mean) - 1.0) * c4(n, constants) / 3.0
    return math.sqrt(1.0 - c4(n, constants) ** 2)


@cache
def of_mean(n: int, constants: Constants, estimator: Estimator) -> float:
    """Standard deviation of a mean per sigma, 1/√n; with tabled factors A2·d2/3 or A3·c4/3 (n = 1: E2·d2(2)/3)."""
    if constants is not Constants.TABLE or estimator is Estimator.GIVEN:
        return 1.0 / math.sqrt(n)
    if n == 1:
        return _tabled(3.0 / d2(2, constants)) * d2(2, constants) / 3.0  # E2 is tabled as 3/1.128
    if estimator in _BY_DEVIATIONS:
        return _tabled(3.0 / (exact.c4(n) * math.sqrt(n))) * c4(n, constants) / 3.0
    return _tabled(3.0 / (exact.d2(n) * math.sqrt(n))) * d2(n, constants) / 3.0


def _tabled(factor: float) -> float:
    return round(factor, 3)
