"""A planned check is made: the metric is measured over both periods, and judged by the test that was planned.

What was found is a record, with the size of the log that it rests on; it can't be made again.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from hub.entry.seal import Stamps, enter
from hub.errors import EntryRefused, NotFound
from hub.improvement.act import log_index, new_name, refuse, require_plant
from hub.improvement.read import find
from hub.improvement.values import values_of
from hub.improvement.views import Made
from hub.metric.asked import Step
from hub.metric.figure import Counted, Factors, MetricFigure, Moments
from hub.metric.measure import measure, series
from hub.parts import Hub
from hub.store.core.database import Reading
from hub.store.ledger.batches import log_size
from traceability.improvement.fold import after_all
from traceability.improvement.judge import Found, following, judged, number, whole_months
from traceability.improvement.state import CheckNow, Improvement
from traceability.quality.effect.finding import EffectTest
from traceability.quality.effect.products import Family
from traceability.record.base import Record
from traceability.record.improvement import Checked, CheckedFigure, ImprovementChangeRecord, PlanCheck

_DIGITS = 28


def make_check(hub: Hub, identity: str, check: str, by: str) -> Made:
    """Make a planned check and enter what it finds; ``EntryRefused`` before its days are over, or when it is made."""
    name = new_name(hub)

    def draft(connection: Reading, stamp: Stamps) -> Sequence[Record]:
        _, now = find(connection, identity)
        given = stamp()
        made_at = after_all(now, given["event_time"])
        found = outcome(connection, now, check, made_at)
        refuse(now, found, made_at)
        return [
            ImprovementChangeRecord(
                id=identity, change=name, after=now.heads, by=by, made_at=made_at, content=found, **given
            )
        ]

    return Made(id=identity, change=name, log_index=log_index(enter(hub, draft)))


def outcome(connection: Reading, now: Improvement, check: str, at: datetime) -> Checked:
    """What a planned check finds in the log as it is."""
    planned = now.check(check)
    if planned is None:
        raise NotFound(f"improvement {now.id} plans no check {check[:100]!r}", advice="plan it first")
    _refuse_early(connection, now, planned, at)
    plan = planned.plan
    before = measure(connection, plan.reference, plan.before_first, plan.before_last, at)
    after = measure(connection, plan.reference, plan.after_first, plan.after_last, at)
    found = Found(
        before=checked_figure(before),
        after=checked_figure(after),
        values=_values(connection, plan, at),
        families=_families(before, after),
    )
    return judged(plan, found, planned.look, log_size(connection))


def checked_figure(figure: MetricFigure) -> CheckedFigure:
    """A figure as a record holds it."""
    basis = figure.basis
    told: dict[str, Any] = {"n": figure.n}
    if isinstance(basis, Counted):
        told = {"n": basis.n, "k": basis.k}
    elif isinstance(basis, Moments):
        sd = None if basis.sd is None else number(basis.sd)
        told = {"n": basis.n, "mean": number(basis.mean), "sd": sd, "uom": basis.uom}
    return CheckedFigure(
        first=figure.first,
        last=figure.last,
        value=None if figure.exact is None else number(_decimal(figure.exact)),
        low=None if figure.interval is None else number(figure.interval.low),
        high=None if figure.interval is None else number(figure.interval.high),
        why=figure.why,
        **told,
    )


def _refuse_early(connection: Reading, now: Improvement, planned: CheckNow, at: datetime) -> None:
    zone = ZoneInfo(require_plant(connection, now.content.plant))
    last = planned.plan.after_last
    if at.astimezone(zone).date() <= last:
        raise EntryRefused(
            f"the days of the check end on {last}: looking earlier is another test",
            where=f"check {planned.plan.check}",
            advice=f"make it from {last + timedelta(days=1)} on",
        )


def _families(before: MetricFigure, after: MetricFigure) -> tuple[Sequence[Family], Sequence[Family]] | None:
    one, other = before.basis, after.basis
    return (one.families, other.families) if isinstance(one, Factors) and isinstance(other, Factors) else None


def _values(connection: Reading, plan: PlanCheck, at: datetime) -> tuple[Sequence[float], Sequence[float]] | None:
    """Single values for the test that ranks them, those of whole months for the one of months."""
    if plan.test is EffectTest.MONTHS:
        return (
            _of_months(connection, plan, (plan.before_first, plan.before_last), at),
            _of_months(connection, plan, (plan.after_first, plan.after_last), at),
        )
    if plan.test is not EffectTest.MANN_WHITNEY:
        return None
    before, uom = values_of(connection, plan.reference, plan.before_first, plan.before_last, at)
    after, other = values_of(connection, plan.reference, plan.after_first, plan.after_last, at)
    if uom and other and uom != other:
        raise EntryRefused(
            f"the values are in {uom} before and in {other} after",
            where=f"check {plan.check}",
            advice="plan a check of means, which converts units",
        )
    return before, after


def _of_months(connection: Reading, plan: PlanCheck, days: tuple[date, date], at: datetime) -> Sequence[float]:
    """What each whole month came to; a month without a figure is left out."""
    months = whole_months(*days)
    if not months:
        return ()
    last = following(months[-1]) - timedelta(days=1)
    found = series(connection, plan.reference, months[0], last, Step.MONTH, at)
    return [float(one.exact) for one in found if one.exact is not None]


def _decimal(exact: Fraction) -> Decimal:
    with localcontext() as context:
        context.prec = _DIGITS
        return Decimal(exact.numerator) / Decimal(exact.denominator)
