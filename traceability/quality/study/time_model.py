"""What the process does over time (ISO 22514-2, table 1): which capability statistics mean anything.

A1: location and spread constant, values normal. A2: constant, not normal. B: the spread varies. C: the location
varies. D: both vary. Only A1 and A2 are stable; for the others indices come from percentiles of all the values and
are marked. The finer models (C1 to C4: how the location varies) are not told apart.

The charts that show stability assume normal values, and would call every skewed process unstable. Values that do not
look normal are therefore judged by their normal scores (by rank), which have no shape left but their order.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from enum import StrEnum
from statistics import NormalDist

from traceability.quality.stability import Stability

_STEPS_PER_SIGMA = 10_000


class TimeModel(StrEnum):
    """The models of ISO 22514-2."""

    A1 = "A1"
    A2 = "A2"
    B = "B"
    C = "C"
    D = "D"


def time_model(stability: Stability | None, plain: Stability | None, looks_normal: bool) -> TimeModel | None:
    """The model that the charts suggest; None with fewer than two subgroups.

    ``stability`` is that of the normal scores where values do not look normal, ``plain`` always that of the values:
    ranks hide much of a spread that grows, so where the process is not stable either may show it.
    """
    if stability is None or plain is None:
        return None
    if stability.stable:
        return TimeModel.A1 if looks_normal else TimeModel.A2
    spread_varies = stability.spread_varies or plain.spread_varies
    if stability.location_varies and spread_varies:
        return TimeModel.D
    return TimeModel.B if spread_varies else TimeModel.C


def normal_scores(values: Sequence[int]) -> list[int]:
    """Φ⁻¹((rank - 1/2)/n) in 10 000ths; equal values share the middle of their ranks."""
    ordered, normal = sorted(values), NormalDist()
    n = len(ordered)
    scores = {
        value: round(
            _STEPS_PER_SIGMA * normal.inv_cdf((bisect_left(ordered, value) + bisect_right(ordered, value)) / (2.0 * n))
        )
        for value in set(ordered)
    }
    return [scores[value] for value in values]
