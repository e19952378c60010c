"""Whether what is measured changes where a target stands, and what the record of it says: of plants and companies."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import TypedDict

from hub.metric.figure import MetricFigure
from hub.target.judge import Judged
from traceability.record.indicator import (
    OrganisationTargetRecord,
    OrganisationTargetStatusRecord,
    TargetRecord,
    TargetStatus,
    TargetStatusRecord,
)

LATE_DAYS = 92
"""So long after its end a target is still judged anew: what is recorded late may change it."""
_DIGITS = Decimal("0.000000001")
Stated = TargetRecord | OrganisationTargetRecord
Status = TargetStatusRecord | OrganisationTargetStatusRecord


class Told(TypedDict):
    """The fields of a status that a measurement fills."""

    status: TargetStatus
    first: date
    last: date
    value: str | None
    n: int
    why: str


def is_judged(stated: Stated, today: date) -> bool:
    """Whether it still is."""
    return stated.last is None or today <= stated.last + timedelta(days=LATE_DAYS)


def is_changed(last: Status | None, figure: MetricFigure | None, judged: Judged) -> bool:
    """Whether there is something to record after ``last``."""
    return figure is not None if last is None else last.status is not judged.status


def newly_missed(before: Sequence[Status], record: Status) -> bool:
    """Missed, and not missed already when something certain was told last."""
    if record.status is not TargetStatus.MISSED:
        return False
    decided = (TargetStatus.MET, TargetStatus.MISSED)
    known = [one.status for one in before if one.statement == record.statement and one.status in decided]
    return not known or known[-1] is TargetStatus.MET


def told(stated: Stated, figure: MetricFigure | None, judged: Judged) -> Told:
    """What the record says; a figure that is not there is told of the day on which the target begins."""
    exact = None if figure is None else figure.exact
    rounded = None if exact is None else (Decimal(exact.numerator) / exact.denominator).quantize(_DIGITS)
    return Told(
        status=judged.status,
        first=stated.first if figure is None else figure.first,
        last=stated.first if figure is None else figure.last,
        value=None if rounded is None else f"{rounded:f}",
        n=0 if figure is None else figure.n,
        why=judged.why.en,
    )
