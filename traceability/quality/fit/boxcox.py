"""Box-Cox: the power λ by which positive values become most normal (Box & Cox 1964; NIST e-Handbook 6.5.2).

Profile log-likelihood l(λ) = -n/2·ln(σ̂²) + (λ - 1)·Σ ln x, with σ̂² (divisor n) of (x^λ - 1)/λ, or of ln x at λ = 0.
The interval holds every λ whose l is within χ²(1)/2 of the summit.
"""

import math
from collections.abc import Sequence

import msgspec

from traceability.quality.distributions import chi_square_quantile
from traceability.quality.errors import NoFigure
from traceability.quality.fit.root import highest, root
from traceability.quality.intervals import CONFIDENCE, Interval
from traceability.quality.reason import Reason
from traceability.quality.refusal import or_refused
from traceability.quality.steps import Number, steps_of

LARGEST_POWER = 5.0


class BoxCox(msgspec.Struct, frozen=True):
    """The power found, its interval, and the log-likelihood at it (without constants)."""

    power: float
    interval: Interval
    log_likelihood: float

    def transformed(self, value: float) -> float:
        """(x^λ - 1)/λ; rises with x > 0."""
        return transformed(value, self.power)


def transformed(value: float, power: float) -> float:
    """(x^λ - 1)/λ, ln x at λ = 0; without loss near 0."""
    log = math.log(value)
    return log if power == 0.0 else math.expm1(power * log) / power


@or_refused
def box_cox(values: Sequence[Number], confidence: float = CONFIDENCE) -> BoxCox:
    """The power that fits best, between -5 and 5."""
    steps = steps_of(values, fewest=3)
    return box_cox_of([float(step * steps.unit) for step in steps.values], confidence)


def box_cox_of(values: Sequence[float], confidence: float = CONFIDENCE) -> BoxCox:
    """As :func:`box_cox`; NoFigure where there is no power."""
    if min(values) <= 0.0:
        raise NoFigure(Reason.NOT_POSITIVE, "Box-Cox needs values above 0")
    if min(values) == max(values):
        raise NoFigure(Reason.ZERO_SPREAD, "all values are equal")
    logs = [math.log(value) for value in values]
    n, mean_log = len(logs), math.fsum(logs) / len(logs)
    centred = [log - mean_log for log in logs]

    def likelihood(power: float) -> float:
        """Of values over their geometric mean, where the Jacobian is 1."""
        scaled = [log if power == 0.0 else math.expm1(power * log) / power for log in centred]
        mean = math.fsum(scaled) / n
        return -0.5 * n * math.log(math.fsum((x - mean) ** 2 for x in scaled) / n)

    best = highest(likelihood, -LARGEST_POWER, LARGEST_POWER)
    if LARGEST_POWER - abs(best) < 1e-6:
        raise NoFigure(Reason.NO_FIT, f"the likelihood still rises at the power {round(best)}")
    level = likelihood(best) - chi_square_quantile(confidence, 1.0) / 2.0

    def bound(end: float) -> float:
        return root(lambda power: likelihood(power) - level, end, best) if likelihood(end) < level else end

    interval = Interval(bound(-LARGEST_POWER), bound(LARGEST_POWER), confidence)
    return BoxCox(best, interval, likelihood(best) - n * mean_log)
