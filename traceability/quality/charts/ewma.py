"""EWMA chart (Montgomery 9.2; Lucas & Saccucci, Technometrics 32, 1990, 1): small lasting shifts of the mean.

z(i) = λ·x(i) + (1 - λ)·z(i-1) from z(0) = target; limits target ± L·σ·√(λ/(2 - λ)·(1 - (1 - λ)^2i)), which widen from
the first point on, or their steady state from the start. λ = 0.2 with L = 2.86 has the average run length 371 of a
Shewhart chart, and sees a shift of one sigma after 10 points instead of 44.
"""

import math
from collections.abc import Sequence

import msgspec

from traceability.quality.charts.chart import Chart, ChartKind, Estimator, Exclusion, Parameters, Point
from traceability.quality.charts.drawing import chart_of
from traceability.quality.charts.individuals import individual_parameters
from traceability.quality.charts.options import DEFAULT, ChartOptions
from traceability.quality.charts.rule import BEYOND_LIMITS
from traceability.quality.errors import OutOfDomain
from traceability.quality.refusal import or_refused
from traceability.quality.steps import Number, steps_of


class EwmaDesign(msgspec.Struct, frozen=True, kw_only=True):
    """``weight`` λ of the newest value, ``width`` L of the limits; ``steady``: limits do not widen from the start."""

    weight: float = 0.2
    width: float = 2.86
    steady: bool = False

    def __post_init__(self) -> None:
        if not (0.0 < self.weight <= 1.0 and 0.0 < self.width < math.inf):
            message = f"an EWMA needs 0 < weight <= 1 and a width above 0, not {self.weight}, {self.width}"
            raise OutOfDomain(message)


class EwmaState(msgspec.Struct, frozen=True):
    """The chart's whole memory: the average so far, and how many values it has seen."""

    average: float
    seen: int = 0


def next_ewma(state: EwmaState, value: float, design: EwmaDesign) -> EwmaState:
    """The average after one more value."""
    return EwmaState(design.weight * value + (1.0 - design.weight) * state.average, state.seen + 1)


def ewma_sigma(seen: int, sigma: float, design: EwmaDesign) -> float:
    """Standard deviation of the average after so many values of standard deviation ``sigma``."""
    grown = 1.0 if design.steady else -math.expm1(2.0 * seen * _log_rest(design.weight))
    return sigma * math.sqrt(design.weight / (2.0 - design.weight) * grown)


@or_refused
def ewma_chart(values: Sequence[Number], design: EwmaDesign | None = None, options: ChartOptions = DEFAULT) -> Chart:
    """EWMA of single values (or of means, with a baseline whose sigma is theirs).

    Phase I estimates centre and sigma as the individuals chart does; its baseline serves here too. The options' width
    and rules do not apply: limits have the design's width, and only points beyond them signal.
    """
    design = design or EwmaDesign()
    steps = steps_of(values, fewest=1)
    exact = [value * steps.unit for value in steps.values]
    parameters = individual_parameters(
        exact, options, Estimator.MOVING_RANGES, ChartKind.EWMA, ChartKind.INDIVIDUALS, ChartKind.CUSUM
    )
    state = EwmaState(parameters.centre)
    points = []
    for index, value in enumerate(exact):
        excluded = options.excluded.get(index)
        state = state if excluded else next_ewma(state, float(value), design)
        points.append(_point(index, state, parameters, design, excluded))
    return chart_of(ChartKind.EWMA, parameters, points, options, BEYOND_LIMITS)


def _point(
    index: int, state: EwmaState, parameters: Parameters, design: EwmaDesign, excluded: Exclusion | None
) -> Point:
    sigma = ewma_sigma(max(1, state.seen), parameters.sigma, design)
    reach = design.width * sigma
    return Point(
        index=index,
        value=None if excluded else state.average,
        centre=parameters.centre,
        sigma=sigma,
        lcl=parameters.centre - reach,
        ucl=parameters.centre + reach,
        excluded=excluded,
    )


def _log_rest(weight: float) -> float:
    return math.log1p(-weight) if weight < 1.0 else -math.inf
