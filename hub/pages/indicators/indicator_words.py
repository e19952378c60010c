"""Words for what indicators and targets know by a code, and how their figures are told."""

from collections.abc import Mapping
from enum import StrEnum

from hub.metric.views import FigureView
from hub.pages.language import Language
from hub.pages.speech import Speech, mark
from hub.pages.tables.cells import Cell, basis, number_cell, percent_cell
from hub.target.add_up import Sum
from traceability.record.indicator import Combined, Direction, Frequency, TargetStatus
from traceability.record.metric import MetricName

TARGET_STATUSES: Mapping[StrEnum, str] = {
    TargetStatus.MET: mark("target met"),
    TargetStatus.AT_RISK: mark("met, at risk"),
    TargetStatus.MISSED: mark("target missed"),
    TargetStatus.CANNOT_TELL: mark("can't tell"),
}
SUMS: Mapping[StrEnum, str] = {
    Sum.ADDS_UP: mark("adds up"),
    Sum.FALLS_SHORT: mark("does not add up"),
    Sum.DEPENDS: mark("may not add up"),
    Sum.CANNOT_COMPARE: mark("can't be compared"),
}
FREQUENCIES: Mapping[StrEnum, str] = {
    Frequency.WEEK: mark("every week"),
    Frequency.MONTH: mark("every month"),
    Frequency.QUARTER: mark("every quarter"),
    Frequency.YEAR: mark("every year"),
    Frequency.IRREGULAR: mark("at times"),
}
COMBINATIONS: Mapping[StrEnum, str] = {
    Combined.LAST: mark("the last value stands"),
    Combined.MEAN: mark("their mean"),
    Combined.SUM: mark("their sum"),
}
DIRECTIONS: Mapping[StrEnum, str] = {
    Direction.HIGHER: mark("higher is better"),
    Direction.LOWER: mark("lower is better"),
}
INDICATOR_TABLES = (TARGET_STATUSES, SUMS, FREQUENCIES, COMBINATIONS, DIRECTIONS)

SHARES = frozenset(
    {
        MetricName.FIRST_PASS_YIELD,
        MetricName.ROLLED_YIELD,
        MetricName.DEFECT_SHARE,
        MetricName.INTERNAL_LOSS_RATE,
        MetricName.EXTERNAL_LOSS_RATE,
        MetricName.LOSS_RATE,
        MetricName.FIELD_FAILURE_SHARE,
        MetricName.INVALID_SHARE,
        MetricName.REWORK_SHARE,
        MetricName.INSPECTION_COVERAGE,
    }
)
"""Told as percent."""
_HOURS = frozenset({MetricName.RESPONSE_HOURS, MetricName.ACTION_HOURS})
DIGITS = 2


def is_percent(metric: MetricName, *, share: bool = False) -> bool:
    """Whether figures of a metric are told as percent; ``share``: a declared series of shares."""
    return metric in SHARES or share


def uom_of(metric: MetricName, figure: FigureView | None, uom: str = "") -> str:
    """The unit that stands behind figures of a metric."""
    if metric in _HOURS:
        return "h"
    if figure is not None and figure.currency and not figure.over:
        return figure.currency
    return uom or (figure.uom or "" if figure is not None and metric is MetricName.CHARACTERISTIC_MEAN else "")


def figure_cell(speech: Speech, figure: FigureView | None, *, percent: bool, uom: str = "") -> Cell:
    """A figure with what it rests on, or why there is none."""
    if figure is None or figure.value is None:
        return number_cell(speech, None, beside="" if figure is None else why_of(figure, speech))
    scale = 100.0 if percent else 1.0
    rests = basis(speech, figure.n or None, figure.interval, DIGITS, scale)
    if percent:
        return percent_cell(speech, figure.value, DIGITS, beside=rests)
    return number_cell(speech, figure.value, DIGITS, uom, beside=rests)


def why_of(told: FigureView, speech: Speech) -> str:
    """Why nothing can be told, or what a figure leaves open."""
    return in_language(speech, told.why, told.why_zh)


def in_language(speech: Speech, en: str, zh: str) -> str:
    """What is stated in both languages."""
    return zh if speech.language is Language.ZH and zh else en
