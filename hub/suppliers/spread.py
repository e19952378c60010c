"""How the values of a period lie: histogram with fitted curve, capability, the period in parts. From roll-ups alone."""

import math
from collections.abc import Sequence
from datetime import datetime

from hub.rollup.hours import instant_of, month_of
from hub.rollup.many import Wanted, periods
from hub.rollup.spread import Spread, spread_of, spreads
from hub.rollup.window import Narrowing
from hub.scorecard.capability import characteristic_view
from hub.scorecard.management import management_of
from hub.scorecard.standing import worst_first
from hub.scorecard.views import CapabilityView
from hub.store.core.database import Reading
from hub.store.master.queries import parts_named, plans_of_plants
from hub.store.rollup.queries import Range
from hub.suppliers.asked import Asked, Subject, plant_entry
from hub.suppliers.control_chart import wanted_of
from hub.suppliers.views import (
    Bin,
    CapabilityAnswer,
    CharacteristicList,
    CharacteristicTrend,
    Histogram,
    TrendPoint,
)
from traceability.measurement import Characteristic
from traceability.quality.capability import plain_index
from traceability.quality.distributions import normal_cdf
from traceability.quality.normality import CRITICAL_5_PERCENT, anderson_darling_counted
from traceability.quality.rollup import Rollup
from traceability.quality.window import year_to

MOST_BINS = 40
PARTS = 12
"""In so many parts a trend takes the period."""


def histogram(connection: Reading, subject: Subject) -> Histogram:
    """Every value of the period."""
    rollup = periods(connection, [wanted_of(subject)])[0].rollup
    step, sums = 10.0**-rollup.decimals, rollup.sums
    statistic = anderson_darling_counted(sums, rollup.histogram)
    below, above = outside(rollup, subject.characteristic)
    return Histogram(
        filed=subject.filed,
        n=sums.n,
        bins=_bins(rollup),
        mean=None if sums.mean is None else float(sums.mean) * step,
        sigma=None if sums.variance is None else math.sqrt(sums.variance) * step,
        least=None if rollup.least is None else rollup.least * step,
        greatest=None if rollup.greatest is None else rollup.greatest * step,
        below=below,
        above=above,
        normal=None if statistic is None else statistic <= CRITICAL_5_PERCENT,
    )


def capability(connection: Reading, subject: Subject, now: datetime) -> CapabilityAnswer:
    """Cpk or Ppk of the period, with its interval and its preconditions."""
    found = periods(connection, [wanted_of(subject)])[0]
    plant = subject.entry.named.id
    gauge = management_of(connection, [plant])[plant].gauge(subject.plan.part, subject.characteristic.id, now.date())
    view = characteristic_view(subject.plan, subject.characteristic, found, gauge, subject.parts)
    return CapabilityAnswer(filed=subject.filed, view=view, work_cells=found.work_cells)


def characteristics(connection: Reading, plant: str, now: datetime, part: str | None = None) -> CharacteristicList:
    """Every planned characteristic (of ``part``) over twelve months: key ones first, among them the worst first."""
    entry = plant_entry(connection, plant)
    window = year_to(now.date())
    asked = Asked(days=365)
    hours = asked.hours(now)
    found = plans_of_plants(connection, [plant], at=now).get(plant, ())
    plans = [one.plan for one in found if part in (None, one.plan.part)]
    pairs = [(plan, one) for plan in plans for one in plan.characteristics]
    wanted = [_of_plan(plant, plan.part, one, hours) for plan, one in pairs]
    management = management_of(connection, [plant])[plant]
    parts = parts_named(connection, {plan.part for plan in plans})
    views = [
        characteristic_view(plan, one, told, management.gauge(plan.part, one.id, now.date()), parts)
        for (plan, one), told in zip(pairs, periods(connection, wanted), strict=True)
    ]
    ordered = tuple(sorted(views, key=_key_first))
    return CharacteristicList(plant=entry.named, window=window, characteristics=ordered)


def trend(connection: Reading, subject: Subject) -> CharacteristicTrend:
    """The period in ``PARTS`` equal parts of whole hours."""
    begin, end = subject.hours
    width = max(1, -(-(end - begin) // PARTS))
    ranges = [(start, min(end, start + width)) for start in range(begin, end, width)]
    found = spreads(connection, [_narrowed(subject, hours) for hours in ranges])
    points = (_point(hours, told, subject.characteristic) for hours, told in zip(ranges, found, strict=True))
    return CharacteristicTrend(filed=subject.filed, points=tuple(points))


def by_month(
    connection: Reading, plant: str, wanted: Sequence[tuple[str, Characteristic]], last: int
) -> list[tuple[TrendPoint, ...]]:
    """Of many characteristics, each of a part: the month of UTC that holds hour ``last``, and the eleven before.

    Months that are over have roll-ups of their own: many years of values cost no more to read than a few.
    """
    begins = [month_of(last)]
    while len(begins) < PARTS:
        begins.insert(0, month_of(begins[0] - 1))
    ranges = list(zip(begins, [*begins[1:], last + 1], strict=True))
    asked = [_of_plan(plant, part, one, each) for part, one in wanted for each in ranges]
    found = iter(spreads(connection, asked))
    return [tuple(_point(each, next(found), one) for each in ranges) for _, one in wanted]


def outside(rollup: Rollup, characteristic: Characteristic) -> tuple[int, int]:
    """How many values lie below the lower limit, and how many above the upper one."""
    return spread_of(rollup).outside(characteristic)


def _of_plan(plant: str, part: str, one: Characteristic, hours: Range) -> Wanted:
    return Wanted(plant=plant, characteristic=one, hours=hours, narrowing=Narrowing(part=part, operation=one.operation))


def _narrowed(subject: Subject, hours: Range) -> Wanted:
    return Wanted(
        plant=subject.entry.named.id,
        characteristic=subject.characteristic,
        hours=hours,
        narrowing=subject.narrowing,
    )


def _bins(rollup: Rollup) -> tuple[Bin, ...]:
    """Bins of whole steps, so that none holds more possible values than another."""
    if rollup.least is None or rollup.greatest is None:
        return ()
    width = max(1, -(-(rollup.greatest - rollup.least + 1) // MOST_BINS))
    counts = [0] * (-(-(rollup.greatest - rollup.least + 1) // width))
    for value, count in rollup.histogram:
        counts[(value - rollup.least) // width] += count
    step = 10.0**-rollup.decimals
    edges = [rollup.least - 0.5 + width * place for place in range(len(counts) + 1)]
    return tuple(
        Bin(low=low * step, high=high * step, count=count, fitted=_fitted(rollup, low, high))
        for low, high, count in zip(edges, edges[1:], counts, strict=False)
    )


def _fitted(rollup: Rollup, low: float, high: float) -> float | None:
    sums = rollup.sums
    if sums.mean is None or not sums.variance:
        return None
    mean, sigma = float(sums.mean), math.sqrt(sums.variance)
    return sums.n * (normal_cdf((high - mean) / sigma) - normal_cdf((low - mean) / sigma))


def _point(hours: Range, told: Spread, characteristic: Characteristic) -> TrendPoint:
    result, step = plain_index(told.sums, told.decimals, characteristic), 10.0**-told.decimals
    return TrendPoint(
        begin=instant_of(hours[0]),
        end=instant_of(hours[1]),
        n=result.n,
        mean=result.mean,
        sigma=result.sigma,
        index=result.value,
        interval=result.interval,
        least=None if told.least is None else told.least * step,
        greatest=None if told.greatest is None else told.greatest * step,
    )


def _key_first(view: CapabilityView) -> tuple[bool, bool, float, str, str]:
    return (not view.characteristic.key, *worst_first(view))
