"""A root of a continuous function, by bisection with the secant's speed (the Illinois rule)."""

import math
from collections.abc import Callable

_MOST_STEPS = 200


def root(function: Callable[[float], float], low: float, high: float) -> float:
    """Where ``function`` is zero between ``low`` and ``high``, at which it has opposite signs; to double precision."""
    f_low, f_high = function(low), function(high)
    side = 0
    for _ in range(_MOST_STEPS):
        if f_low == 0.0 or f_high == 0.0 or abs(high - low) <= 4.0 * math.ulp(max(abs(low), abs(high))):
            break
        middle = (low * f_high - high * f_low) / (f_high - f_low)
        if not min(low, high) < middle < max(low, high):
            middle = (low + high) / 2.0
        f_middle = function(middle)
        if (f_middle > 0.0) == (f_high > 0.0):
            high, f_high = middle, f_middle
            f_low = f_low / 2.0 if side == 1 else f_low
            side = 1
        else:
            low, f_low = middle, f_middle
            f_high = f_high / 2.0 if side == -1 else f_high
            side = -1
    if 0.0 in (f_low, f_high):
        return low if f_low == 0.0 else high
    return (low + high) / 2.0


def highest(function: Callable[[float], float], low: float, high: float, grid: int = 40) -> float:
    """Where a function with one summit is highest: the best of a grid, refined by golden section."""
    step = (high - low) / grid
    best = max((low + i * step for i in range(grid + 1)), key=function)
    left, right = max(low, best - step), min(high, best + step)
    ratio = (math.sqrt(5.0) - 1.0) / 2.0
    inner, outer = right - ratio * (right - left), left + ratio * (right - left)
    f_inner, f_outer = function(inner), function(outer)
    while right - left > 1e-9 * (1.0 + abs(left)):
        if f_inner >= f_outer:
            right, outer, f_outer = outer, inner, f_inner
            inner = right - ratio * (right - left)
            f_inner = function(inner)
        else:
            left, inner, f_inner = inner, outer, f_outer
            outer = left + ratio * (right - left)
            f_outer = function(outer)
    return (left + right) / 2.0
