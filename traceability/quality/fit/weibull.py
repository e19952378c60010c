"""Weibull fits by maximum likelihood, also with lives that ended without a failure (right-censored, types I and II).

The shape solves Σ x^β ln x / Σ x^β - 1/β - mean(ln x of failures) = 0 over all lives x, failed or not; then
scale^β = Σ x^β / failures (NIST/SEMATECH e-Handbook 8.4.1.2). The left side rises with β, so the root is unique.
"""

import math
from collections.abc import Sequence

from traceability.quality.errors import NoFigure
from traceability.quality.fit.families import Weibull
from traceability.quality.fit.root import root
from traceability.quality.reason import Reason
from traceability.quality.refusal import or_refused
from traceability.quality.steps import Number, steps_of

_STEEPEST = 1e6


@or_refused
def fit_lives(failed: Sequence[Number], running: Sequence[Number] = ()) -> Weibull:
    """Weibull distribution of lives: at failure, and so far of units that have not failed (or were taken out)."""
    lives, others = steps_of(failed), steps_of(running)
    return weibull_of([float(x * lives.unit) for x in lives.values], [float(x * others.unit) for x in others.values])


def weibull_of(failed: Sequence[float], running: Sequence[float] = (), origin: float = 0.0) -> Weibull:
    """The fit to distances from the origin; NoFigure when there is no maximum."""
    if len(failed) < 2:
        raise NoFigure(Reason.NOT_ENOUGH_DATA, f"{len(failed)} failures, 2 needed")
    if min(failed) <= 0.0 or min(running, default=0.0) < 0.0:
        raise NoFigure(Reason.NOT_POSITIVE, "a life is not above the origin")
    logs = [math.log(x) for x in failed]
    every = logs + [math.log(x) for x in running if x > 0.0]
    longest, mean_log = max(every), math.fsum(logs) / len(logs)
    if longest - mean_log <= 1e-12 * (1.0 + abs(longest)):
        raise NoFigure(Reason.ZERO_SPREAD, "all failures lie at the longest life")
    offsets = [log - longest for log in every]

    def equation(shape: float) -> float:
        powers = [math.exp(shape * offset) for offset in offsets]
        weighted = math.fsum(p * o for p, o in zip(powers, offsets, strict=True)) / math.fsum(powers)
        return weighted + longest - mean_log - 1.0 / shape

    high = 1.0
    while equation(high) < 0.0:
        high *= 2.0
        if high > _STEEPEST:
            raise NoFigure(Reason.NO_FIT, "the lives are too equal for a Weibull shape")
    low = high / 2.0
    while equation(low) > 0.0:
        low /= 2.0
    shape = root(equation, low, high)
    mean_power = math.fsum(math.exp(shape * offset) for offset in offsets) / len(failed)
    return Weibull(shape, math.exp(longest + math.log(mean_power) / shape), origin)
