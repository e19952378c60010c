"""First-pass yields put together: units counted one by one, and lots judged on samples, never both of one place.

Sum over sum. Where a part was judged both ways at an operation of a plant the lower yield stands (``acceptance``).
"""

import math
from collections.abc import Iterable
from enum import StrEnum
from fractions import Fraction

import msgspec

from traceability.quality.acceptance import judged_on_samples
from traceability.quality.first_pass import FirstPass, pooled
from traceability.quality.intervals import Interval, clopper_pearson, proportion_lower_bound, proportion_upper_bound
from traceability.quality.sampling import SampledYield

_SIDE = 0.975


class Method(StrEnum):
    """How a yield was counted."""

    UNITS = "units"
    """Units one by one."""
    LOTS = "lots"
    """Lots by their samples (rule R14)."""
    UNITS_AND_LOTS = "units-and-lots"


class PooledYield(msgspec.Struct, frozen=True, kw_only=True):
    """``value`` None where nothing was submitted.

    ``n`` are the units that were submitted; with lots as many single units as carry as much evidence.
    """

    value: Fraction | None = None
    n: int = 0
    units: FirstPass = FirstPass()
    """Those that were counted one by one."""
    method: Method = Method.UNITS

    @property
    def interval(self) -> Interval | None:
        """95 %, exact for counted units; of lots between the two counts nearest to the value."""
        if self.value is None or not self.n:
            return None
        if self.method is Method.UNITS:
            return clopper_pearson(min(self.units.first_ok, self.n), self.n)
        low = proportion_lower_bound(math.floor(self.value * self.n), self.n, _SIDE)
        return Interval(low, proportion_upper_bound(math.ceil(self.value * self.n), self.n, _SIDE))


def pooled_yield(places: Iterable[tuple[FirstPass, SampledYield | None]]) -> PooledYield:
    """All places together, each with the counts of its units and with its lots."""
    counted: list[FirstPass] = []
    sampled: list[SampledYield] = []
    for counts, lots in places:
        if lots is not None and judged_on_samples(counts, lots):
            sampled.append(lots)
        else:
            counted.append(counts)
    units = pooled(counted)
    if not sampled:
        return PooledYield(value=units.fpy, n=units.submitted, units=units)
    submitted = units.submitted + sum(one.submitted for one in sampled)
    good = units.first_ok + sum(((one.value or Fraction(0)) * one.submitted for one in sampled), start=Fraction(0))
    return PooledYield(
        value=good / submitted,
        n=units.submitted + sum(one.trials for one in sampled),
        units=units,
        method=Method.UNITS_AND_LOTS if units.submitted else Method.LOTS,
    )


def of_methods(methods: Iterable[Method]) -> Method:
    """What several yields were counted by, together."""
    found = set(methods)
    return found.pop() if len(found) == 1 else Method.UNITS_AND_LOTS
