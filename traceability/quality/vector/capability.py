"""Mean, sigma, Pp and Ppk of very many values at once: the figures of a normal study, without what explains them."""

import math
from fractions import Fraction

import msgspec
import numpy as np
from numpy.typing import NDArray

from traceability.quality.errors import NoFigure
from traceability.quality.reason import Reason
from traceability.quality.refusal import or_refused
from traceability.quality.study.limits import Specification, checked
from traceability.quality.vector.steps import Steps, exact_sums


class VectorCapability(msgspec.Struct, frozen=True, kw_only=True):
    """Overall figures; ``pp`` None for a one-sided characteristic."""

    n: int
    mean: float
    sigma: float
    pp: float | None
    ppk: float
    low: float
    high: float
    """Smallest and largest value."""
    below: int
    above: int
    """Values strictly outside the limits."""


@or_refused
def capability(values: Steps, specification: Specification) -> VectorCapability:
    """Of all values, whatever their subgroups; refused as a study would."""
    limits = checked(specification)
    n, unit = values.values.size, values.unit
    if n == 0:
        raise NoFigure(Reason.NO_VALUES, "no value")
    if n < 2:
        raise NoFigure(Reason.NOT_ENOUGH_DATA, "one value has no spread")
    sums = exact_sums(values.values)
    total, spread = sums.total, n * sums.squares - sums.total**2
    if spread == 0:
        raise NoFigure(Reason.ZERO_SPREAD, "all values are equal")
    mean, sigma = float(Fraction(total, n) * unit), math.sqrt(Fraction(spread, n * (n - 1)) * unit**2)
    lsl, usl = limits.lsl, limits.usl
    sides = [
        *([] if lsl is None else [(mean - float(lsl)) / (3.0 * sigma)]),
        *([] if usl is None else [(float(usl) - mean) / (3.0 * sigma)]),
    ]
    return VectorCapability(
        n=n,
        mean=mean,
        sigma=sigma,
        pp=None if lsl is None or usl is None else float(usl - lsl) / (6.0 * sigma),
        ppk=min(sides),
        low=float(sums.low * unit),
        high=float(sums.high * unit),
        below=0 if lsl is None or sums.low >= lsl / unit else _count(values.values < math.ceil(lsl / unit)),
        above=0 if usl is None or sums.high <= usl / unit else _count(values.values > math.floor(usl / unit)),
    )


def _count(outside: NDArray[np.bool_]) -> int:
    return int(np.count_nonzero(outside))
