"""Lots beside each other: the values of the units that contain each, from roll-ups kept by lot."""

import math

from hub.page_paths import item_path
from hub.rollup.hours import instant_of
from hub.rollup.many import Wanted
from hub.rollup.spread import Spread, spreads
from hub.rollup.window import Narrowing
from hub.store.core.database import Reading
from hub.store.rollup.many import latest_lots
from hub.suppliers.asked import Subject
from hub.suppliers.views import LotComparison, LotView
from traceability.quality.capability import PlainIndex, plain_index
from traceability.quality.distributions import t_quantile
from traceability.quality.intervals import CONFIDENCE, Interval

MOST_LOTS = 20


def lot_comparison(connection: Reading, subject: Subject) -> LotComparison:
    """The lots that were used last."""
    known = latest_lots(connection, subject.entry.named.id, subject.characteristic.id, MOST_LOTS)
    wanted = [_wanted(subject, lot) for lot, _ in known]
    views = (
        _view(lot, hour, subject, told)
        for (lot, hour), told in zip(known, spreads(connection, wanted), strict=True)
        if told.sums.n
    )
    return LotComparison(filed=subject.filed, most=MOST_LOTS, lots=tuple(views))


def _wanted(subject: Subject, lot: str) -> Wanted:
    narrowing = Narrowing(
        part=subject.plan.part, operation=subject.characteristic.operation, work_cell=subject.work_cell, lot=lot
    )
    return Wanted(
        plant=subject.entry.named.id,
        characteristic=subject.characteristic,
        hours=subject.hours,
        narrowing=narrowing,
    )


def _view(lot: str, hour: int, subject: Subject, told: Spread) -> LotView:
    result = plain_index(told.sums, told.decimals, subject.characteristic)
    return LotView(
        lot=lot,
        url=item_path(lot),
        last=instant_of(hour),
        n=result.n,
        mean=result.mean,
        mean_interval=interval_of_mean(result),
        sigma=result.sigma,
        index=result.value,
        interval=result.interval,
        outside=sum(told.outside(subject.characteristic)),
    )


def interval_of_mean(found: PlainIndex) -> Interval | None:
    """None with fewer than two values."""
    return None if found.mean is None or found.sigma is None else mean_interval(found.mean, found.sigma, found.n)


def mean_interval(mean: float, sigma: float, n: int) -> Interval | None:
    """x̄ ± t(n - 1)·s/√n; None with fewer than two values."""
    if n < 2:
        return None
    half = t_quantile((1.0 + CONFIDENCE) / 2.0, n - 1) * sigma / math.sqrt(n)
    return Interval(mean - half, mean + half, CONFIDENCE)
