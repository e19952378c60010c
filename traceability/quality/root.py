"""Where a distribution comes to a probability: Newton's steps within a bracket, bisection where they don't settle."""

import math
from collections.abc import Callable
from typing import Protocol

from traceability.quality.errors import OutOfDomain

_MAX_STEPS = 60
_LAST_STEP = 1e-10


class Law(Protocol):
    """A distribution whose quantiles are looked for, with a first guess at them."""

    def cdf(self, x: float) -> float:
        """How probable it is not to lie above ``x``."""

    def density(self, x: float) -> float:
        """The slope of that."""

    def guess(self, probability: float) -> float:
        """Near the quantile."""


def newton(law: Law, probability: float, low: float, high: float) -> float:
    """The x in ``[low, high]`` with cdf(x) = probability: Newton's steps, bisection where one leaves the bracket."""
    x, top = law.guess(probability), high
    for _ in range(_MAX_STEPS):
        if not low < x < high:
            x = (low + high) / 2.0
        below = law.cdf(x) - probability
        low, high = (x, high) if below < 0.0 else (low, x)
        slope = law.density(x)
        step = below / slope if slope > 0.0 else math.inf
        if math.nextafter(low, high) >= high:
            return x
        x -= step
        if abs(step) <= _LAST_STEP * min(abs(x), abs(top - x)):  # the next one would be of the size of its square
            return x
    return bisect(law.cdf, probability, low, high)


def bisect(rising: Callable[[float], float], target: float, low: float, high: float) -> float:
    """The same by halving alone, down to neighbouring doubles; OutOfDomain unless ``target`` is a probability."""
    if not 0.0 <= target <= 1.0:
        message = f"a probability lies between 0 and 1, not {target}"
        raise OutOfDomain(message)
    while True:
        middle = (low + high) / 2.0
        if middle in (low, high):
            return middle
        if rising(middle) < target:
            low = middle
        else:
            high = middle
