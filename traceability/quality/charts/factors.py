"""Factors of charts for subgroups of n: exact, from rounded constants, or as tabled (ISO 7870-2, ASTM MNL 7).

Tabled factors are the exact ones rounded to three digits; d2, d3 likewise and c4 to four. They are computed by rounding,
so no table can contain a typing error.
"""

import math
from functools import cache

from traceability.quality import constants as exact
from traceability.quality.charts.chart import Constants


def d2(n: int, constants: Constants) -> float:
    """E(R)/sigma."""
    return exact.d2(n) if constants is Constants.EXACT else round(exact.d2(n), 3)


def d3(n: int, constants: Constants) -> float:
    """Standard deviation of R over sigma."""
    return exact.d3(n) if constants is Constants.EXACT else round(exact.d3(n), 3)


def c4(n: int, constants: Constants) -> float:
    """E(S)/sigma."""
    return exact.c4(n) if constants is Constants.EXACT else round(exact.c4(n), 4)


@cache
def range_factors(n: int, constants: Constants) -> tuple[float, float, float]:
    """(A, D3, D4) for means and ranges, with A = 3/(d2·√n)."""
    to_range, spread = d2(n, constants), d3(n, constants)
    if constants is Constants.TABLE:
        to_range, spread = exact.d2(n), exact.d3(n)
    relative = 3.0 * spread / to_range
    found = (3.0 / (to_range * math.sqrt(n)), max(0.0, 1.0 - relative), 1.0 + relative)
    return _tabled(found) if constants is Constants.TABLE else found


@cache
def deviation_factors(n: int, constants: Constants) -> tuple[float, float, float]:
    """(A3, B3, B4) for means and standard deviations."""
    mean = exact.c4(n) if constants is Constants.TABLE else c4(n, constants)
    relative = 3.0 * math.sqrt(1.0 - mean * mean) / mean
    found = (3.0 / (mean * math.sqrt(n)), max(0.0, 1.0 - relative), 1.0 + relative)
    return _tabled(found) if constants is Constants.TABLE else found


def _tabled(factors: tuple[float, float, float]) -> tuple[float, float, float]:
    first, low, high = (round(factor, 3) for factor in factors)
    return first, low, high
