"""Bernoulli CUSUM (Reynolds & Stoumbos, Journal of Quality Technology 31, 1999, 87): early warning per unit.

Each unit adds the log-likelihood ratio of a raised failure share p1 against the accepted one p0, ln(p1/p0) for a
failure and ln((1 - p1)/(1 - p0)) for a good unit; the sum never falls below 0 and signals above ``h``, strictly. For
2 % against 4 %, h = 3.90 gives one false alarm in about 9400 units and sees the rise after about 394.
"""

import math
from collections.abc import Iterable

import msgspec

from traceability.quality.charts.chart import ChartKind
from traceability.quality.errors import NoFigure, OutOfDomain
from traceability.quality.reason import Reason
from traceability.quality.refusal import or_refused


class BernoulliDesign(msgspec.Struct, frozen=True, kw_only=True):
    """Accepted share of failures ``accepted``, raised share ``raised`` to be seen soonest, decision limit ``h``."""

    accepted: float
    raised: float
    h: float

    def __post_init__(self) -> None:
        if not (0.0 < self.accepted < self.raised < 1.0 and 0.0 < self.h < math.inf):
            message = f"0 < accepted < raised < 1 and h > 0 are needed, not {self.accepted}, {self.raised}, {self.h}"
            raise OutOfDomain(message)

    @property
    def failure_weight(self) -> float:
        """What a failure adds."""
        return math.log(self.raised / self.accepted)

    @property
    def good_weight(self) -> float:
        """What a good unit adds (negative)."""
        return math.log1p(-self.raised) - math.log1p(-self.accepted)


class BernoulliChart(msgspec.Struct, frozen=True, kw_only=True):
    """The sum after every unit, and the units after which it exceeded the limit (it begins anew behind each)."""

    kind: ChartKind = ChartKind.BERNOULLI_CUSUM
    design: BernoulliDesign
    sums: tuple[float, ...]
    signals: tuple[int, ...]


class BernoulliWatch:
    """The sum kept unit by unit: the agent's early warning."""

    __slots__ = ("_failure", "_good", "_limit", "total")

    def __init__(self, design: BernoulliDesign, total: float = 0.0) -> None:
        self._failure, self._good, self._limit = design.failure_weight, design.good_weight, design.h
        self.total = total
        """The chart's whole memory."""

    def see(self, failed: bool) -> bool:
        """Whether the sum exceeds the limit with this unit."""
        self.total = max(0.0, self.total + (self._failure if failed else self._good))
        return self.total > self._limit


@or_refused
def bernoulli_chart(failures: Iterable[bool], design: BernoulliDesign) -> BernoulliChart:
    """The chart of these units in their order; ``failures``: whether each failed."""
    watch = BernoulliWatch(design)
    sums: list[float] = []
    signals: list[int] = []
    for unit, failed in enumerate(failures):
        if failed not in (False, True):
            raise NoFigure(Reason.INVALID_VALUE, f"unit {unit} is {failed!r}, not failed or good")
        signalled = watch.see(failed)
        sums.append(watch.total)
        if signalled:
            signals.append(unit)
            watch.total = 0.0
    if not sums:
        raise NoFigure(Reason.NO_VALUES, "no unit")
    return BernoulliChart(design=design, sums=tuple(sums), signals=tuple(signals))
