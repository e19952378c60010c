"""The year month by month: yields of what was first submitted in it, costs that accrued in it, alarms raised in it."""

import calendar
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

from hub.review.views import MonthLine
from hub.scorecard.economics import loss_entries
from hub.scorecard.gather import PlantRecords
from hub.scorecard.plant import Scored
from hub.scorecard.rolled import plant_families
from hub.scorecard.submissions import Subject
from hub.store.core.instant import from_micros
from hub.store.mail.alarms import AnsweredAlarm
from traceability.quality.first_pass import FirstPass
from traceability.quality.loss import LossEntry
from traceability.quality.rolled import plant_rolled_yield
from traceability.quality.window import Window


def months_of(
    scored: Scored, records: PlantRecords, alarms: Iterable[AnsweredAlarm], imported: Iterable[datetime]
) -> tuple[MonthLine, ...]:
    """Every month of the scored window."""
    raised = _by_month(scored, (from_micros(one.at) for one in alarms))
    loaded = _by_month(scored, imported)
    entries = loss_entries(records.losses)
    months = months_in(scored.window)
    days = Counter(day.replace(day=1) for day in scored.made.days(scored.window))
    return tuple(
        _month(records, window, counts, entries, (raised[window.first], days[window.first], loaded[window.first]))
        for window, counts in zip(months, scored.made.counts(months), strict=True)
    )


def months_in(window: Window) -> list[Window]:
    """The calendar months of a window that begins with one; the last one as far as it lies within."""
    found = []
    first = window.first
    while first <= window.last:
        last = date(first.year, first.month, calendar.monthrange(first.year, first.month)[1])
        found.append(Window(first, min(last, window.last)))
        first = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return found


def _month(
    records: PlantRecords,
    window: Window,
    counts: Mapping[Subject, FirstPass],
    entries: Sequence[LossEntry],
    counted: tuple[int, int, int],
) -> MonthLine:
    accrued = [entry for entry in entries if window.holds(entry.accrued)]
    return MonthLine(
        first=window.first,
        submitted=sum(one.submitted for one in counts.values()),
        first_ok=sum(one.first_ok for one in counts.values()),
        rolled=plant_rolled_yield(plant_families(records.plans, counts, {})).value,
        internal_loss=_sum(entry for entry in accrued if entry.item.internal),
        external_loss=_sum(entry for entry in accrued if not entry.item.internal),
        alarms=counted[0],
        days_with_results=counted[1],
        imported=counted[2],
    )


def _sum(entries: Iterable[LossEntry]) -> Decimal:
    return sum((entry.amount for entry in entries), start=Decimal(0))


def _by_month(scored: Scored, instants: Iterable[datetime]) -> Counter[date]:
    return Counter(instant.astimezone(scored.zone).date().replace(day=1) for instant in instants)
