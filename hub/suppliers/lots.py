"""Lots beside each other: the values of the units that contain each, from roll-ups kept by lot."""

import math

from hub.page_paths import item_path
from hub.rollup.hours import instant_of
from hub.rollup.many import Wanted, periods
from hub.rollup.window import Narrowing, Period
from hub.store.database import Reading
from hub.store.rollup_many_queries import latest_lots
from hub.suppliers.asked import Subject
from hub.suppliers.spread import outside
from hub.suppliers.views import LotComparison, LotView
from traceability.quality.distributions import t_quantile
from traceability.quality.intervals import CONFIDENCE, Interval
from traceability.quality.rollup_figures import rollup_capability

MOST_LOTS = 20


def lot_comparison(connection: Reading, subject: Subject) -> LotComparison:
    """The lots that were used last."""
    known = latest_lots(connection, subject.entry.named.id, subject.characteristic.id, MOST_LOTS)
    wanted = [_wanted(subject, lot) for lot, _ in known]
    views = (
        _view(lot, hour, subject, told)
        for (lot, hour), told in zip(known, periods(connection, wanted), strict=True)
        if told.rollup.sums.n
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


def _view(lot: str, hour: int, subject: Subject, told: Period) -> LotView:
    result = rollup_capability(told.rollup, subject.characteristic)
    mean = None if result.mean is None else float(result.mean)
    return LotView(
        lot=lot,
        url=item_path(lot),
        last=instant_of(hour),
        n=result.n,
        mean=mean,
        mean_interval=None if mean is None or result.sigma is None else mean_interval(mean, result.sigma, result.n),
        sigma=result.sigma,
        index=result.value,
        interval=result.interval,
        outside=sum(outside(told.rollup, subject.characteristic)),
    )


def mean_interval(mean: float, sigma: float, n: int) -> Interval | None:
    """x̄ ± t(n - 1)·s/√n; None with fewer than two values."""
    if n < 2:
        return None
    half = t_quantile((1.0 + CONFIDENCE) / 2.0, n - 1) * sigma / math.sqrt(n)
    return Interval(mean - half, mean + half, CONFIDENCE)
