"""Tabular CUSUM (Montgomery 9.1; Hawkins & Olwell 1998), with fast initial response (Lucas & Crosier 1982).

C⁺(i) = max(0, x(i) - (μ + K) + C⁺(i-1)), C⁻(i) = max(0, (μ - K) - x(i) + C⁻(i-1)); a signal where one exceeds H,
strictly. K = k·σ is half the shift to be seen soonest, H = h·σ. k = 0.5 with h = 4.77 has the average run length 370,
and 9.9 at a shift of one sigma. A headstart of 0.5 begins both sums at H/2.
"""

import math
from collections.abc import Sequence

import msgspec

from traceability.quality.charts.chart import ChartKind, Estimator, Exclusion, Parameters
from traceability.quality.charts.individuals import individual_parameters
from traceability.quality.charts.options import DEFAULT, ChartOptions
from traceability.quality.charts.rule_watch import ROUNDING, Side
from traceability.quality.errors import OutOfDomain
from traceability.quality.refusal import or_refused
from traceability.quality.steps import Number, steps_of


class CusumDesign(msgspec.Struct, frozen=True, kw_only=True):
    """In sigmas: allowance ``k`` and decision interval ``h``; ``headstart`` as a share of h (FIR: 0.5).

    ``restart``: both sums begin anew after a signal, as after a correction; otherwise they go on.
    """

    k: float = 0.5
    h: float = 4.77
    headstart: float = 0.0
    restart: bool = False

    def __post_init__(self) -> None:
        if not (0.0 <= self.k < math.inf and 0.0 < self.h < math.inf and 0.0 <= self.headstart < 1.0):
            message = f"a CUSUM needs k >= 0, h > 0 and 0 <= headstart < 1, not {self.k}, {self.h}, {self.headstart}"
            raise OutOfDomain(message)


class CusumState(msgspec.Struct, frozen=True):
    """The chart's whole memory: both sums in the values' unit, and for how many values each has been above 0."""

    high: float
    low: float
    run_high: int = 0
    run_low: int = 0


class CusumPoint(msgspec.Struct, frozen=True, kw_only=True):
    """One value and the sums after it."""

    index: int
    value: float
    state: CusumState
    excluded: Exclusion | None = None


class CusumSignal(msgspec.Struct, frozen=True):
    """A sum beyond H at ``point``; ``since``: the first value of its run, the likely start of the shift."""

    point: int
    side: Side
    since: int
    estimate: float
    """The mean since then, μ ± (K + C/N)."""


class CusumChart(msgspec.Struct, frozen=True, kw_only=True):
    """A CUSUM with its decision interval ``limit`` = H, in the values' unit."""

    kind: ChartKind = ChartKind.CUSUM
    parameters: Parameters
    design: CusumDesign
    limit: float
    points: tuple[CusumPoint, ...]
    signals: tuple[CusumSignal, ...]
    baseline: str | None = None


def start_cusum(parameters: Parameters, design: CusumDesign) -> CusumState:
    """The sums before the first value."""
    head = design.headstart * design.h * parameters.sigma
    return CusumState(head, head)


def next_cusum(state: CusumState, value: float, parameters: Parameters, design: CusumDesign) -> CusumState:
    """The sums after one more value."""
    offset, allowance = value - parameters.centre, design.k * parameters.sigma
    high = max(0.0, state.high + offset - allowance)
    low = max(0.0, state.low - offset - allowance)
    return CusumState(high, low, state.run_high + 1 if high > 0.0 else 0, state.run_low + 1 if low > 0.0 else 0)


def signals_of(point: int, state: CusumState, parameters: Parameters, design: CusumDesign) -> tuple[CusumSignal, ...]:
    """Which sums exceed H after the value ``point``."""
    limit = (design.h + ROUNDING) * parameters.sigma
    allowance = design.k * parameters.sigma
    found = []
    if state.high > limit:
        mean = parameters.centre + allowance + state.high / state.run_high
        found.append(CusumSignal(point, Side.UPPER, point - state.run_high + 1, mean))
    if state.low > limit:
        mean = parameters.centre - allowance - state.low / state.run_low
        found.append(CusumSignal(point, Side.LOWER, point - state.run_low + 1, mean))
    return tuple(found)


@or_refused
def cusum_chart(
    values: Sequence[Number], design: CusumDesign | None = None, options: ChartOptions = DEFAULT
) -> CusumChart:
    """CUSUM of single values (or of means, with a baseline whose sigma is theirs); excluded values add nothing."""
    design = design or CusumDesign()
    steps = steps_of(values, fewest=1)
    exact = [value * steps.unit for value in steps.values]
    parameters = individual_parameters(
        exact, options, Estimator.MOVING_RANGES, ChartKind.CUSUM, ChartKind.INDIVIDUALS, ChartKind.EWMA
    )
    state = start_cusum(parameters, design)
    points: list[CusumPoint] = []
    signals: list[CusumSignal] = []
    kept: list[int] = []
    for index, value in enumerate(exact):
        excluded = options.excluded.get(index)
        if excluded is None:
            kept.append(index)
            state = next_cusum(state, float(value), parameters, design)
        points.append(CusumPoint(index=index, value=float(value), state=state, excluded=excluded))
        found = signals_of(len(kept) - 1, state, parameters, design) if excluded is None else ()
        signals += [_placed(signal, kept) for signal in found]
        if found and design.restart:
            state = start_cusum(parameters, design)
    return CusumChart(
        parameters=parameters,
        design=design,
        limit=design.h * parameters.sigma,
        points=tuple(points),
        signals=tuple(signals),
        baseline=None if options.baseline is None else options.baseline.id,
    )


def _placed(signal: CusumSignal, kept: Sequence[int]) -> CusumSignal:
    """Counted by the points that are not excluded, told by their place among all."""
    return CusumSignal(kept[signal.point], signal.side, kept[signal.since], signal.estimate)
