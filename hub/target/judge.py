"""Where a target stands against a figure. Pure.

The point value decides (rule R18); the interval says whether chance could have done it. A value that is not fit to be
rated can miss a target and can't meet one.
"""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import msgspec

from hub.metric.figure import MetricFigure, Money
from hub.tabular.words import Words
from traceability.quality.window import Window
from traceability.record.indicator import Direction, TargetRecord, TargetStatus
from traceability.record.metric import MetricName


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """A status with its reason; ``sure``: a figure whose interval does not reach the target."""

    status: TargetStatus
    sure: bool
    why: Words


def window_of_target(target: TargetRecord, today: date) -> Window | None:
    """The days over which a target is judged on a day; None before it begins."""
    end = today if target.last is None else min(today, target.last)
    if end < target.first:
        return None
    begin = max(target.first, end - timedelta(days=target.days - 1)) if target.days else target.first
    return Window(begin, end)


def judged(target: TargetRecord, figure: MetricFigure | None, today: date) -> Judged:
    """Status on a day; ``figure`` None: the target has not begun."""
    if figure is None:
        return _untold(Words(f"begins on {target.first.isoformat()}", f"自 {target.first.isoformat()} 起"))
    if figure.exact is None or _in_other_money(target, figure):
        return _untold(
            _why(figure)
            if figure.why
            else Words(f"no figure in {target.currency}", f"没有以 {target.currency} 计的数值")
        )
    wanted = Fraction(Decimal(target.value))
    reaches = _reaches(figure, wanted)
    if figure.exact < wanted if target.direction is Direction.HIGHER else figure.exact > wanted:
        return Judged(status=TargetStatus.MISSED, sure=not reaches, why=_why(figure))
    return _met(target, figure, today, reaches=reaches) if figure.fit else _untold(_why(figure))


def _met(target: TargetRecord, figure: MetricFigure, today: date, *, reaches: bool) -> Judged:
    """The point value meets the target; may chance or the days to come undo that?"""
    pace = _pace(target, figure, today)
    if pace is not None and pace > Fraction(Decimal(target.value)):
        said = Words(f"at this pace it comes to {float(pace):.6g}", f"按目前进度将达到 {float(pace):.6g}")
        return Judged(status=TargetStatus.AT_RISK, sure=False, why=said)
    status = TargetStatus.AT_RISK if reaches else TargetStatus.MET
    return Judged(status=status, sure=figure.interval is not None and not reaches, why=_why(figure))


def _why(figure: MetricFigure) -> Words:
    return Words(figure.why, figure.why_zh or figure.why)


def _untold(why: Words) -> Judged:
    return Judged(status=TargetStatus.CANNOT_TELL, sure=False, why=why)


def _reaches(figure: MetricFigure, wanted: Fraction) -> bool:
    """Whether the interval holds values on both sides of the target."""
    if figure.interval is None or figure.exact is None:
        return False
    return Fraction(figure.interval.low) < wanted < Fraction(figure.interval.high)


def _in_other_money(target: TargetRecord, figure: MetricFigure) -> bool:
    absolute = target.reference.metric is MetricName.QUALITY_COST
    return absolute and isinstance(figure.basis, Money) and figure.basis.currency != target.currency


def _pace(target: TargetRecord, figure: MetricFigure, today: date) -> Fraction | None:
    """What a running sum would come to at the end; None where the figure is no sum or the time is over."""
    running = target.reference.metric is MetricName.QUALITY_COST and target.direction is Direction.LOWER
    if not running or target.last is None or today >= target.last:
        return None
    if figure.exact is None or target.days:
        return None
    gone, whole = (figure.last - target.first).days + 1, (target.last - target.first).days + 1
    return figure.exact * whole / gone
