"""What the process does over time (ISO 22514-2, table 1): which capability statistics mean anything.

A1: location and spread constant, values normal. A2: constant, not normal. B: the spread varies. C: the location
varies. D: both vary. Only A1 and A2 are stable; for the others indices come from percentiles of all the values and
are marked. The finer models (C1 to C4: how the location varies) are not told apart.
"""

from enum import StrEnum

from traceability.quality.stability import Stability


class TimeModel(StrEnum):
    """The models of ISO 22514-2."""

    A1 = "A1"
    A2 = "A2"
    B = "B"
    C = "C"
    D = "D"


def time_model(stability: Stability | None, looks_normal: bool) -> TimeModel | None:
    """The model that the charts of the values suggest; None with fewer than two subgroups."""
    if stability is None:
        return None
    if stability.stable:
        return TimeModel.A1 if looks_normal else TimeModel.A2
    if stability.mean_count and stability.spread_count:
        return TimeModel.D
    return TimeModel.B if stability.spread_count else TimeModel.C
