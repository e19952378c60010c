"""How to draw a chart: the choices that all charts share."""

import math
from collections.abc import Mapping
from enum import StrEnum

import msgspec

from traceability.quality.charts.baseline import Baseline
from traceability.quality.charts.chart import Constants, Exclusion
from traceability.quality.charts.rule import WESTERN_ELECTRIC, Rule
from traceability.quality.errors import OutOfDomain


class LimitMethod(StrEnum):
    """How limits of counts and of rare events are set."""

    SIGMA = "sigma"
    """Centre ± width standard deviations."""
    PROBABILITY = "probability"
    """Exact tail probabilities of the counting distribution, each side that of the width under a normal one."""


class ChartOptions(msgspec.Struct, frozen=True, kw_only=True):
    """``baseline`` makes it phase II; ``excluded``: points by index that neither estimate nor signal, and why."""

    baseline: Baseline | None = None
    constants: Constants = Constants.EXACT
    rules: tuple[Rule, ...] = WESTERN_ELECTRIC
    """Of the chart of location; charts of spread use their limits only."""
    excluded: Mapping[int, Exclusion] = {}
    width: float = 3.0
    """Limits lie so many standard deviations from the centre."""
    limits: LimitMethod = LimitMethod.SIGMA

    def __post_init__(self) -> None:
        if not (math.isfinite(self.width) and self.width > 0.0):
            message = f"limits need a width above 0, not {self.width}"
            raise OutOfDomain(message)


DEFAULT = ChartOptions()
