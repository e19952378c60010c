"""From a chart's baseline to the one that a control plan states."""

from decimal import Decimal

from traceability.quality.alarm.rule import FrozenBaseline
from traceability.quality.charts.baseline import Baseline
from traceability.quality.charts.chart import ChartKind
from traceability.quality.errors import OutOfDomain

_DIGITS = 12
_OF_SINGLE_VALUES = (ChartKind.INDIVIDUALS, ChartKind.MEANS, ChartKind.EWMA, ChartKind.CUSUM)


def planned(baseline: Baseline) -> FrozenBaseline:
    """The same centre and sigma of single values to twelve digits; OutOfDomain for charts of counts or of spread."""
    if baseline.kind not in _OF_SINGLE_VALUES:
        message = f"baseline {baseline.id} is for a {baseline.kind.value} chart; alarm rules judge measured values"
        raise OutOfDomain(message)
    return FrozenBaseline(
        id=baseline.id,
        centre=_decimal(baseline.parameters.centre),
        sigma=_decimal(baseline.parameters.sigma),
        who=baseline.who,
        at=baseline.at,
        why=baseline.why,
        data=baseline.data,
    )


def _decimal(value: float) -> Decimal:
    return Decimal(f"{value:.{_DIGITS}g}")
