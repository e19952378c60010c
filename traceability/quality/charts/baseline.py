"""Baselines: limits frozen after phase I, with who froze them, when, from which data and why.

Phase II judges new points by a baseline and estimates nothing. A process that was changed on purpose gets a new
baseline of a new stage; the old one stays, so that every judgement can be explained later.
"""

import math
from datetime import datetime

import msgspec

from traceability.quality.charts.chart import Chart, ChartKind, ChartPair, Parameters
from traceability.quality.errors import NoFigure, OutOfDomain
from traceability.quality.reason import Reason


class Baseline(msgspec.Struct, frozen=True, kw_only=True):
    """Frozen parameters of one kind of chart and where they come from."""

    id: str
    kind: ChartKind
    """Of a pair the chart of location; X̄-R and X̄-S share theirs."""
    parameters: Parameters
    who: str
    at: datetime
    """Time zone-aware."""
    data: tuple[str, ...]
    """Ids of the records (batches, roll-ups) that the parameters were estimated from."""
    why: str
    stage: str = ""

    def __post_init__(self) -> None:
        if self.at.tzinfo is None:
            message = f"baseline {self.id}: the time it was frozen needs a time zone, not {self.at}"
            raise OutOfDomain(message)
        if not (math.isfinite(self.parameters.centre) and 0.0 < self.parameters.sigma < math.inf):
            message = f"baseline {self.id}: a finite centre and a sigma above 0 are needed, not {self.parameters}"
            raise OutOfDomain(message)
        if not (self.id and self.who and self.why and self.data):
            message = f"baseline {self.id!r}: id, who, why and the data it rests on must be stated"
            raise OutOfDomain(message)


def freeze(
    chart: Chart | ChartPair, *, ident: str, who: str, at: datetime, data: tuple[str, ...], why: str, stage: str = ""
) -> Baseline:
    """The limits of a phase I chart as a baseline."""
    main = chart.location if isinstance(chart, ChartPair) else chart
    return Baseline(
        id=ident, kind=main.kind, parameters=main.parameters, who=who, at=at, data=data, why=why, stage=stage
    )


def parameters_from(baseline: Baseline | None, *kinds: ChartKind) -> Parameters | None:
    """The frozen parameters, or None in phase I; NoFigure when the baseline belongs to another kind of chart."""
    if baseline is None:
        return None
    if baseline.kind not in kinds:
        raise NoFigure(Reason.ANOTHER_BASELINE, f"baseline {baseline.id} is for a {baseline.kind.value} chart")
    return baseline.parameters
